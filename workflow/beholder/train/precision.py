"""Mixed precision on a GPU: bfloat16 where the hardware has it, else float16 with loss scaling."""

from contextlib import AbstractContextManager

import torch


class Precision:
    """How a device computes; float32 throughout on the CPU."""

    def __init__(self, device: torch.device):
        self.device_type = device.type
        self.mixed = device.type == "cuda"
        native = self.mixed and torch.cuda.is_bf16_supported(including_emulation=False)
        self.dtype = torch.bfloat16 if native else torch.float16
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.mixed and not native)

    def autocast(self) -> AbstractContextManager:
        """Return the context for a forward pass."""
        return torch.autocast(self.device_type, self.dtype, enabled=self.mixed)
