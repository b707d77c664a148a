"""Where on the photograph the cells of a feature map look.

The centre of cell i is input pixel a + s*i. The layers' own formula gives a and s: a layer with kernel k, dilation d
and left padding p adds ((k - 1) d / 2 - p) times the stride so far (Araujo, Norris and Sim, *Computing Receptive
Fields of Convolutional Neural Networks*, Distill 2019). A gradient measurement checks it on the trained network.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode


@dataclass(frozen=True)
class Grid:
    """Centres along y and x: cell i of an axis looks at pixel offset + stride * i. `axes` are y's and x's dimensions."""

    offset: tuple[float, float] = (0.0, 0.0)
    stride: tuple[int, int] = (1, 1)
    axes: tuple[int, int] = (2, 3)


@dataclass(frozen=True)
class Measured:
    """Effective centres in pixels: offset and fitted slope along y and x, beside the stride between cells."""

    offset: tuple[float, float]
    slope: tuple[float, float]
    stride: float


#: Pixels that the canvas of `measure` is larger by: a multiple of every usual total stride.
_ADDED = 320


class NoFormula(Exception):
    """The layers do not give every cell one centre, for example because parallel branches are shifted."""


def derive(network: nn.Module, input_size: int) -> Grid:
    """Return the grid of `network.forward_features` from its layers' kernels, strides and paddings.

    The forward pass runs on the meta device: shapes only, no arithmetic. Padding is taken as it is applied, so that
    TensorFlow's "SAME" padding, which depends on the input size, needs no special case. Every residual or parallel branch
    must lead to the same centres; gates that look at the whole image (squeeze and excite) have none and do not count.

    Raises NoFormula where the branches disagree or the places are mixed (window attention, tokens).
    """
    shapes_only: Any = copy.deepcopy(network).eval().to("meta")
    image = torch.empty(1, 3, input_size, input_size, device="meta")
    _set(image, Grid())
    with torch.no_grad(), _Tracker():
        features = shapes_only.forward_features(image)
    grid = _get(features)
    if grid is None:
        raise NoFormula("the feature map is not made by local layers alone")
    if grid.offset[0] != grid.offset[1] or grid.stride[0] != grid.stride[1]:
        raise NoFormula(f"rows and columns differ: {grid}")
    return grid


def measure(network: nn.Module, images: Tensor, seed: int = 0, cells: int = 5) -> Measured:
    """Measure the effective centres of `network.forward_features` ([N, K, H, W]) by gradients, on typical input.

    `images` (float [N, 3, S, S], normalised) are tiled over a larger canvas with the same remainder modulo the stride, hence the same
    padding: on the plain input the frame would cut the fields and pull the centres inwards. There the squared
    gradients of the middle cells' randomly weighted channels are averaged to centres of mass. A trained network's
    filters move them by some pixels, squeeze-and-excite gates and unusual contrast towards the canvas's middle. NaN where
    no gradient arrives.
    """
    size = images.shape[-1]
    tiles = -(-_ADDED // size) + 1
    canvas = images.detach().repeat(1, 1, tiles, tiles)[..., : size + _ADDED, : size + _ADDED].requires_grad_()
    forward: Any = network.forward_features
    with torch.no_grad():
        plain = forward(images)
    with torch.enable_grad():
        features = forward(canvas)
        weights = torch.randn(features.shape[1], generator=torch.Generator().manual_seed(seed)).to(canvas.device)
        first = (features.shape[2] - cells) // 2
        indices = np.arange(first, first + cells)
        centres = np.array([_centre(features[:, :, i, i], weights, canvas) for i in indices.tolist()])
    stride = _ADDED / (features.shape[2] - plain.shape[2])
    slopes = np.polyfit(indices, centres, 1)[0] if np.isfinite(centres).all() else np.full(2, np.nan)
    offsets = (centres - stride * indices[:, None]).mean(0)
    return Measured((float(offsets[0]), float(offsets[1])), (float(slopes[0]), float(slopes[1])), stride)


def _centre(cell: Tensor, weights: Tensor, canvas: Tensor) -> tuple[float, float]:
    """Return the centre of mass (y, x) of the squared gradient of `cell` [N, K]."""
    (gradient,) = torch.autograd.grad((cell @ weights).sum(), canvas, retain_graph=True)
    energy = gradient.square().sum((0, 1)).double()
    position = torch.arange(len(energy), dtype=torch.float64, device=energy.device)
    total = energy.sum()
    return float(energy.sum(1) @ position / total), float(energy.sum(0) @ position / total)


class _Tracker(TorchFunctionMode):
    """Carries the grid of every tensor through the functions that a network calls."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        output = func(*args, **kwargs)
        grid = _merge(_tensors(args) if args else _tensors(kwargs.values()), func.__name__)
        if grid is not None:
            rule = _RULES.get(func.__name__.removeprefix("_").removesuffix("_with_indices"), _keep)
            for tensor in _tensors([output]):
                _set(tensor, rule(grid, tensor, *args, **kwargs))
        return output


def _tensors(values: Any) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from _tensors(value)


def _get(tensor: Tensor) -> Grid | None:
    return getattr(tensor, "beholder_grid", None)


def _set(tensor: Tensor, grid: Grid | None) -> None:
    tensor.beholder_grid = grid  # type: ignore[attr-defined]


def _merge(tensors: Iterator[Tensor], function: str) -> Grid | None:
    grids = {grid for tensor in tensors if (grid := _get(tensor)) is not None}
    if len(grids) > 1:
        raise NoFormula(f"branches that meet in `{function}` look at different places: {grids}")
    return grids.pop() if grids else None


def _keep(grid: Grid, output: Tensor, *args, **kwargs) -> Grid | None:
    """Keep the grid where the output still has its axes; a reshaped or pooled tensor has no places any more."""
    tensor = next(t for t in _tensors([*args, *kwargs.values()]) if _get(t) == grid)
    same = output.ndim == tensor.ndim and all(output.shape[axis] == tensor.shape[axis] for axis in grid.axes)
    return grid if same else None


def _window(grid: Grid, kernel, stride, padding, dilation=1) -> Grid:
    kernel, stride, padding, dilation = map(_pair, (kernel, stride, padding, dilation))
    offset = [
        a + ((k - 1) * d / 2 - p) * s
        for a, s, k, p, d in zip(grid.offset, grid.stride, kernel, padding, dilation, strict=True)
    ]
    strides = [old * new for old, new in zip(grid.stride, stride, strict=True)]
    return Grid((offset[0], offset[1]), (strides[0], strides[1]), grid.axes)


def _convolution(grid, output, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    kernel = weight.shape[2:]
    if isinstance(padding, str):
        padding = [(k - 1) * d // 2 if padding == "same" else 0 for k, d in zip(kernel, _pair(dilation), strict=True)]
    return _window(grid, kernel, stride, padding, dilation)


def _max_pool(grid, output, input, kernel_size, stride=None, padding=0, dilation=1, **_):
    return _window(grid, kernel_size, stride or kernel_size, padding, dilation)


def _average_pool(grid, output, input, kernel_size, stride=None, padding=0, *_, **__):
    return _window(grid, kernel_size, stride or kernel_size, padding)


def _pad(grid, output, input, pad, *args, **kwargs):
    left, _, top, _ = (*pad, 0, 0)[:4]
    return Grid((grid.offset[0] - top * grid.stride[0], grid.offset[1] - left * grid.stride[1]), grid.stride, grid.axes)


def _permute(grid, output, input, *dims, **_):
    order = dims[0] if len(dims) == 1 else dims
    return Grid(grid.offset, grid.stride, tuple(order.index(axis) for axis in grid.axes))


def _pair(value) -> tuple:
    return (value, value) if isinstance(value, int) else tuple(value) * (2 // len(value))


_RULES = {
    "conv2d": _convolution,
    "max_pool2d": _max_pool,
    "avg_pool2d": _average_pool,
    "pad": _pad,
    "permute": _permute,
}
