"""Signed, raw class maps of a two-class network, from the same forward pass as its predictions.

For a head that averages the feature maps A and applies a linear layer w, class c's map is w_c . A / (H W): each cell's share
of the logit. That is CAM (Zhou et al. 2016), and for such heads Grad-CAM (Selvaraju et al. 2017) and HiResCAM (Draelos and
Carin 2020) as well, before their ReLU and scaling. Other heads take the general form of HiResCAM, the sum over channels of
gradient times activation, which explains the logit to first order and has no exact sum.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from beholder.common.errors import BeholderError
from beholder.explain.trunk import Trunk, find_trunk
from beholder.train.network import Network

Method = Literal["closed_form", "gradient"]


@dataclass(frozen=True)
class ClassMaps:
    """Computes logits and maps of a batch: `logits, maps = class_maps(pixels)`.

    `pixels` is what `Network` takes; `logits` is float [N, 2]; `maps` is float [N, 2, H, W], signed and raw. With the method
    `closed_form`, maps.sum((2, 3)) + the classifier's bias = logits up to rounding. Images of a batch must not influence each other.
    """

    network: Network
    trunk: Trunk
    method: Method

    def __call__(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        compute = _closed_form if self.method == "closed_form" else _gradient
        return compute(self.network, self.trunk, pixels)


def class_maps(network: Network) -> ClassMaps:
    """Prepare a network: evaluation mode, weights frozen, the cheapest exact method.

    Raises BeholderError where the network has not two outputs or no place for maps.
    """
    network.eval().requires_grad_(False)
    if network.outputs != 2:
        raise BeholderError(
            f"class maps need a network with 2 outputs; this {network.architecture} has {network.outputs}."
        )
    trunk = find_trunk(network)
    return ClassMaps(network, trunk, "closed_form" if _is_pooled_linear(network, trunk) else "gradient")


def _is_pooled_linear(network: Network, trunk: Trunk) -> bool:
    """Tell whether the head is a plain mean and a linear layer, by trying: a norm, an activation or another pool would show."""
    head = network.classifier
    if trunk.layout == "tokens" or not isinstance(head, nn.Linear):
        return False
    generator = torch.Generator().manual_seed(0)
    features = torch.randn((2, head.in_features, trunk.height, trunk.width), generator=generator).to(head.weight.device)
    with torch.inference_mode():
        try:
            actual = network.head(features.permute(0, 2, 3, 1) if trunk.layout == "NHWC" else features)
        except RuntimeError:  # further layers before the classifier: they expect another number of channels
            return False
        expected = head(features.mean((2, 3)))
    return actual.shape == expected.shape and torch.allclose(actual, expected, rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def _closed_form(network: Network, trunk: Trunk, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Weigh the features by the head, in float64 so that large logits of opposite sign leave an exact margin."""
    planes = trunk.to_planes(network.features(pixels)).double()
    head: Any = network.classifier
    weight = head.weight.double() / (trunk.height * trunk.width)
    maps = torch.einsum("ck,nkhw->nchw", weight, planes)
    logits = maps.sum((2, 3)) + (0 if head.bias is None else head.bias.double())
    return logits.float(), maps.float()


def _gradient(network: Network, trunk: Trunk, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Differentiate each logit by the trunk alone: with frozen weights, nothing in front of it builds a graph."""
    leaves: list[Tensor] = []

    def cut(module: nn.Module, inputs: tuple, output: Tensor) -> Tensor:
        leaves.append(output.detach().requires_grad_())
        return leaves[0].clone()  # what follows may work in place

    hook = trunk.layer.register_forward_hook(cut)
    try:
        with torch.enable_grad():
            logits = network(pixels)
            (leaf,) = leaves
            gradients = [torch.autograd.grad(logit.sum(), leaf, retain_graph=True)[0] for logit in logits.T]
    finally:
        hook.remove()
    maps = [trunk.to_planes(gradient * leaf.detach()).sum(1) for gradient in gradients]
    return logits.detach(), torch.stack(maps, 1)
