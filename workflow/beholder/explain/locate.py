"""Finds where the cells of a network's maps look: by formula, by measurement, or not at all."""

import logging
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from beholder.explain.class_maps import ClassMaps
from beholder.explain.geometry import Geometry
from beholder.explain.receptive_field import Measured, NoFormula, derive, measure

log = logging.getLogger("beholder")


def describe(maps: ClassMaps, pixels: Tensor) -> Geometry:
    """Locate a network's map cells by formula and, on a few images (uint8 [N, S, S, 3]), by measurement; describe its head."""
    trunk, size = maps.trunk, maps.network.input_size
    body: Any = maps.network.body
    movable = trunk.layout == "NCHW" and not body.pretrained_cfg.get("fixed_input_size", False)
    measured = measure(body, maps.network.normalise(pixels)) if movable else None
    offset, stride, registration = _locate(body, size, trunk.width, measured)
    weight_cosine, bias = _head(maps.network.classifier)
    return Geometry(
        input_size=size,
        height=trunk.height,
        width=trunk.width,
        offset=offset,
        stride=stride,
        registration=registration,
        measured_offset_x=_finite(measured.offset[1]) if measured else None,
        measured_offset_y=_finite(measured.offset[0]) if measured else None,
        weight_cosine=weight_cosine,
        bias=bias,
        method=maps.method,
    )


def _locate(
    body: nn.Module, size: int, cells: int, measured: Measured | None
) -> tuple[float, float, Literal["formula", "measured", "nominal"]]:
    try:
        grid = derive(body, size)
        return grid.offset[0], grid.stride[0], "formula"
    except NoFormula as reason:
        if measured is not None and np.isfinite(measured.offset).all():
            log.info("drawing maps by measured centres: %s", reason)
            return float(np.mean(measured.offset)), measured.stride, "measured"
        log.info("drawing maps by a plain resize: %s", reason)
        return (size / cells - 1) / 2, size / cells, "nominal"


def _head(head: nn.Module) -> tuple[float | None, list[float] | None]:
    """Return cos(w0, -w1), 1 where one class is nothing but the absence of the other, and the bias; None without a linear head."""
    if not isinstance(head, nn.Linear):
        return None, None
    bias = [0.0, 0.0] if head.bias is None else head.bias.tolist()
    return float(torch.cosine_similarity(head.weight[0], -head.weight[1], dim=0)), bias


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
