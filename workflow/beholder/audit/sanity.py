"""Whether maps depend on what was learnt: random weights, untrained networks, images without content.

Weight randomisation from the top after Adebayo et al. 2018. Maps of one network share a pattern of the frame that says
nothing about the single photograph, so correlations are taken after subtracting each set's mean map.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from beholder.explain.class_maps import ClassMaps
from beholder.train.network import Network, create_body

#: Containers whose children are stages of their own.
_EXPANDED = ("stages", "blocks", "features", "layers")


def margin_maps(maps: ClassMaps, pixels: Tensor, batch: int = 64) -> np.ndarray:
    """Return signed margin maps float32 [N, H * W] of pixels uint8 [N, S, S, 3] on the network's device."""
    drawn = [maps(chunk)[1].float().cpu().numpy() for chunk in pixels.split(batch)]
    stacked = np.concatenate(drawn)
    return (stacked[:, 1] - stacked[:, 0]).reshape(len(stacked), -1)


def randomised(network: Network, seed: int) -> Iterator[tuple[str, Network]]:
    """Yield the network with ever more of its top replaced by fresh weights: (lowest replaced stage, network).

    The last one is untrained altogether. Every yielded network is on the CPU, in evaluation mode.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = create_body(network.architecture, network.outputs, network.input_size).state_dict()
    state = {name: value.detach().cpu() for name, value in network.body.state_dict().items()}
    for stage in reversed(stages(network.body)):
        state |= {name: value for name, value in fresh.items() if name.startswith(f"{stage}.") or name == stage}
        body = create_body(network.architecture, network.outputs, network.input_size)
        body.load_state_dict(state)
        copy = Network(body, network.architecture, network.outputs, network.input_size, network.normalisation)
        yield stage, copy.eval()


def stages(body: nn.Module) -> list[str]:
    """Return the names of the parts of a network that have weights, from input to output."""
    names = []
    for name, part in body.named_children():
        children = [f"{name}.{child}" for child, _ in part.named_children()] if name in _EXPANDED else [name]
        names += [child for child in children if any(True for _ in body.get_submodule(child).parameters())]
    held = tuple(f"{name}." for name in names)
    return [name for name in body.state_dict() if not name.startswith(held)] + names


def centred_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return the mean over images of Pearson's r between maps [N, P], each set less its own mean map.

    NaN where no map varies.
    """
    left, right = (maps - maps.mean(0) for maps in (np.asarray(first, float), np.asarray(second, float)))
    left, right = (maps - maps.mean(1, keepdims=True) for maps in (left, right))
    spread = np.sqrt((left**2).sum(1) * (right**2).sum(1))
    known = spread > 1e-12 * max(1.0, float(np.abs(first).max() * np.abs(second).max()))
    return float(((left * right).sum(1)[known] / spread[known]).mean()) if known.any() else float("nan")


def plain_images(network: Network, seed: int = 0) -> dict[str, Tensor]:
    """Return images without content, uint8 [1, S, S, 3]: one of the training mean's colour, and noise around it."""
    size = network.input_size
    mean = 255 * torch.tensor(network.normalisation.mean)
    noise = (
        255
        * torch.tensor(network.normalisation.std)
        * torch.randn((1, size, size, 3), generator=torch.Generator().manual_seed(seed))
    )
    constant = mean.expand(1, size, size, 3)
    return {
        name: image.round().clamp(0, 255).byte()
        for name, image in (("constant", constant), ("noise", constant + noise))
    }
