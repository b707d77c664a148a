"""Averages in the face's own coordinates sharpen what moves with the face, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from audit.faces import face
from beholder.audit.alignment import similarities
from beholder.audit.face_average import SIDE, face_average_rows, moves, resample_maps
from beholder.audit.localisation import MapGrid, drawing_matrix
from beholder.audit.regions import reduced_partition
from beholder.audit.uncertainty import resample

SIZE, N = 224, 24
GRID = MapGrid(SIZE, 14, 7.5, 16)
PLACES = [
    ((0.5 + dx, 0.5 + dy), scale)
    for dx, dy, scale in zip(*np.random.default_rng(0).uniform(-0.12, 0.12, (3, N)), strict=True)
]
FACES = [face(SIZE, centre, 1 + scale) for centre, scale in PLACES]
LANDMARKS = np.stack([each[0] for each in FACES])
PARTITIONS = np.stack([reduced_partition(*each) for each in FACES])
PEOPLE = pd.DataFrame({"looks": np.arange(N) % 2, "cluster": np.arange(N)})


def spots(centres):
    """Return maps [1, N, 196] with a spot at a place, in pixels, of every photograph."""
    cells = GRID.offset + GRID.stride * np.arange(GRID.cells)
    y, x = np.meshgrid(cells, cells, indexing="ij")
    return np.stack([np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 2 / 20**2) for cx, cy in centres]).reshape(1, N, -1)


def measured(evidence, partitions=PARTITIONS):
    draws = resample(PEOPLE["cluster"].to_numpy(), PEOPLE["looks"].to_numpy(), 1, 200, 0)
    rows, pictures = face_average_rows(evidence, partitions, LANDMARKS, PEOPLE, GRID, draws)
    return {(row["metric"], row["detail"], row["group"]): row for row in rows}, pictures


def test_a_similarity_takes_one_face_onto_another():
    turn, shift = similarities(LANDMARKS, LANDMARKS[:1])
    moved = turn[:, None] * (LANDMARKS @ [1, 1j]) + shift[:, None]
    assert np.abs(moved - LANDMARKS[0] @ [1, 1j]).max() < 0.01
    assert turn[0] == pytest.approx(1) and shift[0] == pytest.approx(0, abs=1e-4)


def test_unmoved_maps_are_drawn_registered():
    cells = np.random.default_rng(1).random((3, 14, 14))
    drawn = resample_maps(cells, np.ones(3, complex), np.zeros(3, complex), GRID)
    pixels = ((np.arange(SIDE) + 0.5) * SIZE / SIDE - 0.5 - GRID.offset) / GRID.stride
    nearest = np.abs(pixels - pixels.round()).argmin()
    cell = int(pixels[nearest].round())
    assert drawn[:, nearest, nearest] == pytest.approx(cells[:, cell, cell], abs=0.12)
    assert drawn[:, 0, 0] == pytest.approx(cells[:, 0, 0], abs=1e-6), "constant beyond the outer cells"
    averaged = drawing_matrix(GRID, SIDE) @ cells @ drawing_matrix(GRID, SIDE).T
    assert np.abs(averaged - drawn).max() < 0.2


def test_the_mean_face_lies_still():
    turn, shift = moves(np.stack([LANDMARKS[0]] * 3))["face"]
    assert turn == pytest.approx(np.ones(3)) and np.abs(shift).max() < 1e-3


def test_what_moves_with_the_face_sharpens_and_moves_onto_the_face():
    rows, pictures = measured(spots(LANDMARKS[:, 4]))  # the tip of the nose
    for group in ("good", "normal"):
        assert rows["average_sharpness", "gain", group]["low"] > 0.05
        assert rows["average_face_share", "gain", group]["low"] > 0.01
        assert pictures[f"map_face_{group}"].max() > 1.1 * pictures[f"map_frame_{group}"].max()
    assert rows["average_sharpness", "gain", "good"]["n"] == N // 2


def test_what_stays_in_the_frame_does_not_sharpen():
    rows, _ = measured(spots([(180, 60)] * N))
    assert rows["average_sharpness", "gain", "good"]["high"] < 0


def test_photographs_without_a_mask_are_counted():
    partitions = PARTITIONS.copy()
    partitions[0] = 0
    rows, pictures = measured(spots(LANDMARKS[:, 4]), partitions)
    assert rows["average_sharpness", "face", "normal"]["missing"] == 1
    assert np.isfinite(pictures["map_face_normal"]).all()
