"""The layer of a network where class maps live: the last one whose values still have a place in the image."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from beholder.common.errors import BeholderError
from beholder.train.network import Network

Layout = Literal["NCHW", "NHWC", "tokens"]


@dataclass(frozen=True)
class Trunk:
    """The layer before the head, and the size of its map in cells.

    For convolutional networks it is the tensor that `Network.head` takes. For transformers, whose patch tokens need not
    reach the logits after the last block, it is the norm in front of the last attention, as pytorch-grad-cam advises.
    """

    layer: nn.Module
    layout: Layout
    height: int
    width: int
    prefix_tokens: int = 0

    def to_planes(self, output: Tensor) -> Tensor:
        """Return the layer's output as [N, K, H, W]."""
        if self.layout == "NCHW":
            return output
        if self.layout == "NHWC":
            return output.permute(0, 3, 1, 2)
        tokens = output[:, self.prefix_tokens :]
        return tokens.transpose(1, 2).unflatten(2, (self.height, self.width))


def find_trunk(network: Network) -> Trunk:
    """Find the trunk with one forward pass of a black image.

    Raises BeholderError for networks without feature maps or patch tokens.
    """
    outputs: list[tuple[nn.Module, Tensor]] = []
    layers = [module for module in network.body.modules() if module is not network.body]
    hooks = [layer.register_forward_hook(lambda layer, _, output: outputs.append((layer, output))) for layer in layers]
    try:
        with torch.inference_mode():
            features = network.features(black(network))
    finally:
        for hook in hooks:
            hook.remove()
    body: Any = network.body
    if features.ndim == 3 and hasattr(body, "blocks") and hasattr(body, "num_prefix_tokens"):
        height, width = body.patch_embed.grid_size
        return Trunk(body.blocks[-1].norm1, "tokens", height, width, body.num_prefix_tokens)
    found = [layer for layer, output in outputs if output is features]
    if features.ndim != 4 or not found:
        raise BeholderError(
            f"{network.architecture} has neither feature maps nor patch tokens, so no class map can be drawn for it. "
            "Choose another architecture in `train.models`."
        )
    layout: Layout = "NHWC" if getattr(body, "output_fmt", "NCHW") == "NHWC" else "NCHW"
    height, width = features.shape[1:3] if layout == "NHWC" else features.shape[2:]
    return Trunk(found[-1], layout, height, width)


def black(network: Network, images: int = 1) -> Tensor:
    """Return black pixels, uint8 [images, S, S, 3], on the network's device."""
    shape = (images, network.input_size, network.input_size, 3)
    return torch.zeros(shape, dtype=torch.uint8, device=device_of(network))


def device_of(network: Network) -> torch.device:
    """Return where the network computes."""
    return next(network.parameters()).device
