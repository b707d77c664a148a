"""Where the cells of a network's maps lie on the photograph: `geometry.json`."""

import dataclasses
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import nn

from beholder.common.errors import BeholderError
from beholder.common.tables import write_text
from beholder.explain.class_maps import ClassMaps
from beholder.explain.receptive_field import Measured, NoFormula, derive, measure
from beholder.explain.registration import upsampling

log = logging.getLogger("beholder")


@dataclass(frozen=True)
class Geometry:
    """Sizes and centres of a network's maps, in pixels, and what its head says of them (docs/architecture.md).

    `registration` says where offset and stride are from: the layers' `formula`; `measured` where branches disagree; `nominal`, a plain
    resize, where every cell sees the whole image (transformers; the centres are those of the patches).
    """

    input_size: int
    height: int
    width: int
    offset: float
    stride: float
    registration: Literal["formula", "measured", "nominal"]
    measured_offset_x: float | None
    measured_offset_y: float | None
    weight_cosine: float | None
    bias: list[float] | None
    method: Literal["closed_form", "gradient"]

    def drawing(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the matrices [S, H] and [S, W] that draw maps registered (`registration.draw`)."""
        return (
            upsampling(self.input_size, self.height, self.offset, self.stride),
            upsampling(self.input_size, self.width, self.offset, self.stride),
        )


def describe(maps: ClassMaps) -> Geometry:
    """Locate a network's map cells by formula and by measurement, and describe its head."""
    network, trunk = maps.network, maps.trunk
    size = network.input_size
    movable = trunk.layout == "NCHW" and not network.body.pretrained_cfg.get("fixed_input_size", False)
    measured = measure(network.body, size, images=1) if movable else None
    offset, stride, registration = _locate(network.body, size, trunk.width, measured)
    head = network.classifier
    weight, bias = (head.weight, head.bias) if isinstance(head, nn.Linear) else (None, None)
    return Geometry(
        input_size=size,
        height=trunk.height,
        width=trunk.width,
        offset=offset,
        stride=stride,
        registration=registration,
        measured_offset_x=_finite(measured.offset[1]) if measured else None,
        measured_offset_y=_finite(measured.offset[0]) if measured else None,
        weight_cosine=None if weight is None else float(torch.cosine_similarity(weight[0], -weight[1], dim=0)),
        bias=[0.0, 0.0] if bias is None else bias.tolist(),
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


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def write_geometry(path: Path, geometry: Geometry) -> None:
    """Write `geometry.json`."""
    write_text(path, json.dumps(dataclasses.asdict(geometry), indent=1) + "\n")


def read_geometry(path: Path) -> Geometry:
    """Read `geometry.json`.

    Raises BeholderError where it is missing or damaged.
    """
    try:
        return Geometry(**json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BeholderError(f"{path} cannot be read ({error}). Delete it: the next run makes it again.") from error
