"""Where the cells of a network's maps lie on the photograph: `geometry.json`."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from beholder.common.errors import BeholderError
from beholder.common.tables import write_text
from beholder.explain.registration import upsampling


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
