"""Averages of maps in the face's own coordinates, beside those in the frame's.

Faces differ in place, size and tilt, so an average over frames is broad even if every map is sharp (H8). Here every map is
first moved onto the mean face by the similarity that takes its eye and mouth corners there.
"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pandas as pd

from beholder.audit.alignment import similarities
from beholder.audit.heatmaps import cell_means
from beholder.audit.localisation import MASKS, MapGrid
from beholder.audit.regions import REGIONS, normalised
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import Resampling
from beholder.common.labels import GROUPS

Row = dict[str, Any]

#: Side of the averages, in pixels; the maps have cells many times as large.
SIDE = 24
COORDINATES = ("frame", "face")


def moves(landmarks: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return per coordinates where the pixels of the average come from: complex turn [N] and shift [N] to the photograph.

    landmarks float [N, 478, 2], in pixels; the mean face is that of all photographs. NaN without a face.
    """
    mean = np.nanmean(landmarks, axis=0, keepdims=True)
    turn, shift = similarities(landmarks, mean)
    still = np.ones(len(landmarks), complex)
    return {"frame": (still, 0 * still), "face": (1 / turn, -shift / turn)}


def resample_maps(
    maps: np.ndarray, turn: np.ndarray, shift: np.ndarray, offset: float, stride: float, size: int
) -> np.ndarray:
    """Return maps [N, W, W] as float32 [N, SIDE, SIDE], moved: linear between cells, constant beyond the outer ones.

    The centre of cell i is pixel offset + stride * i of an image of side `size`; `turn` and `shift` [N]: see `moves`.
    """
    pixel = size / SIDE
    first = (pixel - 1) / 2 * (1 + 1j)  # centre of the average's first pixel, in pixels of the image
    scale, start = turn * pixel / stride, (turn * first + shift - offset * (1 + 1j)) / stride
    matrices = np.array([[scale.real, -scale.imag, start.real], [scale.imag, scale.real, start.imag]])
    moved = np.full((len(maps), SIDE, SIDE), np.nan, np.float32)
    for n in np.flatnonzero(np.isfinite(scale)):
        moved[n] = cv2.warpAffine(
            np.ascontiguousarray(maps[n], np.float32),
            matrices[..., n],
            (SIDE, SIDE),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return moved


def face_average_rows(
    evidence: np.ndarray,
    partitions: np.ndarray,
    landmarks: np.ndarray,
    people: pd.DataFrame,
    grid: MapGrid,
    draws: Resampling,
    level: float = 0.95,
) -> tuple[list[Row], dict[str, np.ndarray]]:
    """Return rows on the averages in both coordinates, and the averages themselves, per group and coordinates.

    evidence float [S, N, P] >= 0 for the predicted class; partitions uint8 [N, R, s, s]; landmarks [N, 478, 2].

    average_sharpness: mean square of the averaged map over its squared mean (1: flat), detail `frame`, `face` and `gain`, by how
    much the latter exceeds the former. average_face_share: share of the averaged map's heat within the averaged face,
    with detail `gain` the difference. Averages: `map_<coordinates>_<group>` and `oval_...` float32 [SIDE, SIDE].
    """
    seeds, images, _ = evidence.shape
    faces = normalised(partitions)[:, [REGIONS.index(name) for name in MASKS["face"]]].sum(1)
    reduced = grid.size / faces.shape[1]
    place = moves(np.where(np.isfinite(faces).all((1, 2))[:, None, None], landmarks, np.nan))
    moved = {}
    for name, (turn, shift) in place.items():
        maps = evidence.reshape(-1, grid.cells, grid.cells)
        every = np.tile(turn, seeds), np.tile(shift, seeds)
        moved[name] = (
            resample_maps(maps, *every, grid.offset, grid.stride, grid.size).reshape(seeds, images, -1),
            resample_maps(faces, turn, shift, (reduced - 1) / 2, reduced, grid.size).reshape(1, images, -1),
        )
    rows, pictures = [], {}
    for looks, group in GROUPS.items():
        member = (people["looks"] == looks).to_numpy() & np.isfinite(moved["face"][0][0, :, 0])
        if not member.any():
            continue
        counts = Counts(
            int(member.sum()), people["cluster"][member].nunique(), int((people["looks"] == looks).sum() - member.sum())
        )
        means = {name: [cell_means(part, member, draws) for part in parts] for name, parts in moved.items()}
        for name, (heat, oval) in means.items():
            pictures[f"map_{name}_{group}"], pictures[f"oval_{name}_{group}"] = (
                values[:, 0].reshape(SIDE, SIDE).astype(np.float32) for values in (heat, oval)
            )
        for metric, detail, values in _compared(means):
            rows.append(row(metric, draws.interval(values, level), detail=detail, group=group, counts=counts))
    return rows, pictures


def _compared(means: dict[str, list[np.ndarray]]) -> Iterator[tuple[str, str, np.ndarray]]:
    with np.errstate(invalid="ignore", divide="ignore"):
        sharpness = {name: (heat**2).mean(0) / heat.mean(0) ** 2 for name, (heat, _) in means.items()}
        share = {name: (heat * oval).sum(0) / heat.sum(0) for name, (heat, oval) in means.items()}
    for name in COORDINATES:
        yield "average_sharpness", name, sharpness[name]
        yield "average_face_share", name, share[name]
    yield "average_sharpness", "gain", sharpness["face"] / sharpness["frame"] - 1
    yield "average_face_share", "gain", share["face"] - share["frame"]
