"""Averages of maps in the face's own coordinates, beside those in the frame's.

Faces differ in place, size and tilt, so an average over frames is broad even if every map is sharp (H8). Here every map is
first moved onto its group's mean face by the similarity that takes its eye and mouth corners there.
"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pandas as pd

from beholder.audit.alignment import similarities
from beholder.audit.heatmaps import cell_means, face_masks
from beholder.audit.localisation import MapGrid, stock_grid
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import Resampling
from beholder.common.labels import GROUPS

Row = dict[str, Any]

#: Side of the averages, in pixels; the maps have cells many times as large.
SIDE = 16
COORDINATES = ("frame", "face")


def moves(landmarks: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return per coordinates where the pixels of the average come from: complex turn [N] and shift [N] to the photograph.

    landmarks float [N, 478, 2], in pixels; the mean face is that of these photographs.
    """
    turn, shift = similarities(landmarks, landmarks.mean(0, keepdims=True))
    still = np.ones(len(landmarks), complex)
    return {"frame": (still, 0 * still), "face": (1 / turn, -shift / turn)}


def resample_maps(maps: np.ndarray, turn: np.ndarray, shift: np.ndarray, grid: MapGrid) -> np.ndarray:
    """Return maps [N, W, W] as float32 [N, SIDE, SIDE], moved: linear between cells, constant beyond the outer ones.

    turn and shift [N]: see `moves`.
    """
    pixel = grid.size / SIDE
    first = (pixel - 1) / 2 * (1 + 1j)  # centre of the average's first pixel, in pixels of the image
    scale, start = turn * pixel / grid.stride, (turn * first + shift - grid.offset * (1 + 1j)) / grid.stride
    matrices = np.array([[scale.real, -scale.imag, start.real], [scale.imag, scale.real, start.imag]])
    maps, how = np.ascontiguousarray(maps, np.float32), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.stack(
        [
            cv2.warpAffine(each, matrices[..., n], (SIDE, SIDE), flags=how, borderMode=cv2.BORDER_REPLICATE)
            for n, each in enumerate(maps)
        ]
    )


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
    faces = face_masks(partitions)
    rows, pictures = [], {}
    for looks, group in GROUPS.items():
        member = (people["looks"] == looks).to_numpy()
        scored = member & np.isfinite(faces).all((1, 2))
        if not scored.any():
            continue
        own = draws.subset(scored)
        means = {
            name: [cell_means(part, own) for part in parts]
            for name, parts in _moved(evidence[:, scored], faces[scored], landmarks[scored], grid).items()
        }
        for name, both in means.items():
            for kind, values in zip(("map", "oval"), both, strict=True):
                pictures[f"{kind}_{name}_{group}"] = values[:, 0].reshape(SIDE, SIDE).astype(np.float32)
        clusters, absent = people["cluster"][scored].nunique(), int(member.sum() - scored.sum())
        counts = Counts(int(scored.sum()), clusters, absent)
        for metric, detail, values in _compared(means):
            rows.append(row(metric, draws.interval(values, level), detail=detail, group=group, counts=counts))
    return rows, pictures


def _moved(
    evidence: np.ndarray, faces: np.ndarray, landmarks: np.ndarray, grid: MapGrid
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return per coordinates maps [S, N, SIDE * SIDE] and face masks [1, N, SIDE * SIDE]."""
    mask_grid, cells = stock_grid(grid.size, faces.shape[1]), (-1, grid.cells, grid.cells)
    result = {}
    for name, place in moves(landmarks).items():
        maps = np.stack([resample_maps(seed.reshape(cells), *place, grid) for seed in evidence])
        ovals = resample_maps(faces, *place, mask_grid)[None]
        result[name] = maps.reshape(*maps.shape[:2], -1), ovals.reshape(*ovals.shape[:2], -1)
    return result


def _compared(means: dict[str, list[np.ndarray]]) -> Iterator[tuple[str, str, np.ndarray]]:
    with np.errstate(invalid="ignore", divide="ignore"):
        sharpness = {name: (heat**2).mean(0) / heat.mean(0) ** 2 for name, (heat, _) in means.items()}
        share = {name: (heat * oval).sum(0) / heat.sum(0) for name, (heat, oval) in means.items()}
    for name in COORDINATES:
        yield "average_sharpness", name, sharpness[name]
        yield "average_face_share", name, share[name]
    yield "average_sharpness", "gain", sharpness["face"] / sharpness["frame"] - 1
    yield "average_face_share", "gain", share["face"] - share["frame"]
