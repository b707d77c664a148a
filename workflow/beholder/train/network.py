"""A trained network and its file. The later stages read networks through this module alone."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn

from beholder.common.errors import BeholderError
from beholder.train.weights import read_weights, write_weights


@dataclass(frozen=True)
class Normalisation:
    """Mean and standard deviation per RGB channel of pixels scaled to 0..1."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


class Network(nn.Module):
    """A timm network that takes pixels: the normalisation it was trained with is part of it.

    Pixels are uint8 [N, S, S, 3] or float [N, 3, S, S] in 0..255, RGB. For every architecture
    `forward(pixels) == head(features(pixels))`.
    """

    body: Any
    scale: Tensor
    shift: Tensor

    def __init__(self, body: nn.Module, architecture: str, outputs: int, input_size: int, normalisation: Normalisation):
        super().__init__()
        self.body = body
        self.architecture = architecture
        self.outputs = outputs
        self.input_size = input_size
        self.normalisation = normalisation
        mean, std = torch.tensor(normalisation.mean), torch.tensor(normalisation.std)
        self.register_buffer("scale", (1 / (255 * std)).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("shift", (-mean / std).view(1, 3, 1, 1), persistent=False)

    def normalise(self, pixels: Tensor) -> Tensor:
        """Return what the first layer sees, float [N, 3, S, S]; uint8 batches come out in channels-last layout."""
        if pixels.dtype == torch.uint8:
            pixels = pixels.permute(0, 3, 1, 2).float()
        return pixels * self.scale + self.shift

    def features(self, pixels: Tensor) -> Tensor:
        """Return the last activations before pooling, for convolutional networks float [N, C, H, W]."""
        return self.body.forward_features(self.normalise(pixels))

    def head(self, features: Tensor) -> Tensor:
        """Return the outputs, float [N, outputs], for the last activations."""
        return self.body.forward_head(features)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the outputs (logits), float [N, outputs]."""
        return self.head(self.features(pixels))

    @property
    def classifier(self) -> nn.Module:
        """The last layer, an `nn.Linear` for pooled linear heads."""
        return self.body.get_classifier()


def create_body(architecture: str, outputs: int, input_size: int, pretrained: bool = False) -> nn.Module:
    """Return timm's network with a fresh head.

    Raises BeholderError where timm does not know the architecture.
    """
    if not timm.is_model(architecture):
        similar = ", ".join(difflib.get_close_matches(architecture, timm.list_models(), n=5))
        raise BeholderError(f"timm has no architecture {architecture!r}. Similar ones: {similar or 'none'}.")
    config = timm.get_pretrained_cfg(architecture)
    size: dict[str, Any] = {"img_size": input_size} if config is not None and config.fixed_input_size else {}
    return timm.create_model(architecture, pretrained=pretrained, num_classes=outputs, **size)


def save_network(path: str | Path, network: Network, state: dict[str, Tensor], epoch: int) -> None:
    """Write a network's file (docs/architecture.md, "weights"); `state` are the weights of its body after `epoch`."""
    normalisation = {"mean": list(network.normalisation.mean), "std": list(network.normalisation.std)}
    content = {
        "state_dict": {name: value.detach().cpu().contiguous() for name, value in state.items()},
        "architecture": network.architecture,
        "num_classes": network.outputs,
        "normalisation": normalisation,
        "input_size": network.input_size,
        "epoch": epoch,
    }
    write_weights(path, content)


def load_network(path: str | Path, device: torch.device | str = "cpu") -> Network:
    """Read a network written by `save_network`, in evaluation mode and channels-last layout on `device`.

    Raises BeholderError where the file is missing, damaged or not of this form.
    """
    content = read_weights(path)
    try:
        normalisation = Normalisation(*(tuple(content["normalisation"][key]) for key in ("mean", "std")))
        architecture, outputs, size = content["architecture"], content["num_classes"], content["input_size"]
        body = create_body(architecture, outputs, size)
        body.load_state_dict(content["state_dict"])
    except (KeyError, TypeError, RuntimeError) as error:
        raise BeholderError(
            f"{path} is not a network written by the train stage ({error}). Delete it: the next run makes it again."
        ) from error
    network = Network(body, architecture, outputs, size, normalisation)
    return network.eval().to(device).to(memory_format=torch.channels_last)
