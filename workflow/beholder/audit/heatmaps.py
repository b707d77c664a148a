"""Maps of many trainings on many photographs, and what their cells weigh on either side of every photograph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beholder.audit.inputs import map_column
from beholder.audit.localisation import MASKS, MapGrid, drawing_matrix, frame_halves, stock_grid
from beholder.audit.regions import REGIONS, normalised
from beholder.audit.uncertainty import Resampling
from beholder.explain.registration import adjoint, nominal

#: What is compared with what: right with left, bottom with top (both outside the mask), outside with inside the mask.
DIRECTIONS = ("right", "bottom", "outside")

#: Columns of maps in `maps.parquet`.
COLUMNS = ("map0", "map1", "margin_map", "margin_map_flipped")

_CHUNK = 256


@dataclass(frozen=True)
class ClassMaps:
    """The maps of S trainings on N photographs, of the class that each predicted; float32 [S, N, P], raw."""

    predicted: np.ndarray
    """Map of that class' logit."""
    signed: np.ndarray
    """Margin map; positive speaks for that class."""
    mirrored: np.ndarray
    """Margin map of the mirrored photograph in its own coordinates; positive speaks for the class of the original."""

    def subset(self, rows: np.ndarray) -> "ClassMaps":
        """Return the maps of some photographs; rows: bool [N]."""
        return ClassMaps(self.predicted[:, rows], self.signed[:, rows], self.mirrored[:, rows])

    @classmethod
    def of(cls, tables: Sequence[pd.DataFrame]) -> "ClassMaps":
        """Return the maps of one `maps.parquet` per training."""
        seeds = []
        for table in tables:
            good = (table["margin"] > 0).to_numpy()[:, None]
            map0, map1, signed, mirrored = (map_column(table, name) for name in COLUMNS)
            sign = np.where(good, np.float32(1), np.float32(-1))
            seeds.append((np.where(good, map1, map0), sign * signed, sign * mirrored))
        return cls(*(np.stack(maps) for maps in zip(*seeds, strict=True)))


@dataclass(frozen=True)
class Photographs:
    """What the maps are compared with, for N photographs; NaN where there is no mask."""

    stock: Mapping[str, np.ndarray]
    """By `direction/mask`: what each cell weighs on the first and on the second side, [N, 2, P], drawn by a plain resize."""
    registered: Mapping[str, np.ndarray]
    mirrored: Mapping[str, np.ndarray]
    """The same of the mirrored photographs, registered."""
    offset: np.ndarray
    """[N]: centre of the face right of the image's, as a share of its side."""

    def subset(self, rows: np.ndarray) -> "Photographs":
        """Return some photographs; rows: bool [N]."""

        def of(drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
            return {name: halves[rows] for name, halves in drawn.items()}

        return Photographs(of(self.stock), of(self.registered), of(self.mirrored), self.offset[rows])

    @classmethod
    def of(cls, partitions: np.ndarray, grid: MapGrid) -> "Photographs":
        """Return both drawings' weights from partitions uint8 [N, R, s, s] and where the network's cells lie."""
        stock = stock_grid(grid.size, grid.cells)
        return cls(
            sides(partitions, stock),
            sides(partitions, grid),
            sides(partitions[..., ::-1], grid),
            _face_offsets(partitions),
        )


def sides(partitions: np.ndarray, grid: MapGrid) -> dict[str, np.ndarray]:
    """Return by `direction/mask` what each cell weighs on either side, float32 [N, 2, P]."""
    drawing = drawing_matrix(grid, partitions.shape[-1])
    pieces: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(partitions), _CHUNK):
        parts = normalised(partitions[start : start + _CHUNK])
        for mask, members in MASKS.items():
            inside = parts[:, [REGIONS.index(name) for name in members]].sum(1)
            both = np.stack([adjoint(region, drawing, drawing) for region in (inside, 1 - inside)], 1)
            found = (*frame_halves(1 - inside, drawing), both.reshape(*both.shape[:2], -1))
            for direction, piece in zip(DIRECTIONS, found, strict=True):
                pieces.setdefault(f"{direction}/{mask}", []).append(piece.astype(np.float32))
    return {name: np.concatenate(found) for name, found in pieces.items()}


def as_published(maps: np.ndarray, size: int) -> np.ndarray:
    """Return maps [N, P] such that a plain resize to `size` pixels draws them as pytorch-grad-cam does.

    It cuts at zero and scales to 0..1, enlarges, and scales again. Enlarged bilinearly, a map takes its extremes at pixels
    next to the cells' centres, so that no other needs to be drawn to know the second scale.
    """
    cells = round(np.sqrt(maps.shape[1]))
    positive = _scaled(np.maximum(maps, 0), np.maximum(maps, 0))
    centres = (np.arange(cells) + 0.5) * size / cells - 0.5
    pixels = np.unique(np.concatenate([np.floor(centres), np.ceil(centres), [0, size - 1]]).astype(int))
    rows = nominal(size, cells)[pixels].astype(np.float32)
    drawn = rows @ positive.reshape(-1, cells, cells) @ rows.T
    return _scaled(positive, drawn.reshape(len(maps), -1))


def cell_means(maps: np.ndarray, draws: Resampling) -> np.ndarray:
    """Return the mean map [P, 1 + S + draws] of maps [S, N, P], or [1, N, P] where all trainings have the same."""
    return (draws if len(maps) > 1 else draws.seedless()).means(np.moveaxis(maps, 2, 0))


def _scaled(maps: np.ndarray, reference: np.ndarray) -> np.ndarray:
    lowest = reference.min(1, keepdims=True)
    return (maps - lowest) / (np.float32(1e-7) + reference.max(1, keepdims=True) - lowest)


def face_masks(partitions: np.ndarray) -> np.ndarray:
    """Return the faces of partitions uint8 [N, R, s, s] as float32 [N, s, s], 0..1; NaN where there is no mask."""
    members = [REGIONS.index(name) for name in MASKS["face"]]
    chunks = (partitions[start : start + _CHUNK] for start in range(0, len(partitions), _CHUNK))
    return np.concatenate([normalised(chunk)[:, members].sum(1) for chunk in chunks])


def _face_offsets(partitions: np.ndarray) -> np.ndarray:
    """Return how far right of the centre [N] the face's centre of gravity lies, as a share of the image's side."""
    columns = face_masks(partitions).sum(1)
    place = (np.arange(columns.shape[1]) + 0.5) / columns.shape[1] - 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        return columns @ place / columns.sum(1)
