"""Which person masks are believed."""

import numpy as np
import pytest

from beholder.faces.mask import plausible

SIZE = 100
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE]


def disc(radius: float, row: float = 50, column: float = 50) -> np.ndarray:
    return (np.hypot(ROWS - row, COLUMNS - column) < radius).astype(np.float32)


OVAL = disc(35)
SOFT = np.clip((48 - np.hypot(ROWS - 50, COLUMNS - 50)) / 6, 0, 1).astype(np.float32)


def test_a_person_with_a_soft_outline_is_plausible():
    assert plausible(SOFT, OVAL)


def test_hair_may_fill_a_tight_crop():
    assert plausible(np.ones((SIZE, SIZE), np.float32), disc(42))


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (np.zeros((SIZE, SIZE), np.float32), "nobody found"),
        (np.ones((SIZE, SIZE), np.float32), "no background left"),
        (disc(35, column=75), "beside the face"),
        (np.where(ROWS < 40, 0, SOFT), "forehead cut off"),
        (np.where(SOFT > 0, SOFT, 0.5).astype(np.float32), "undecided about all else"),
    ],
)
def test_implausible(person, why):
    assert not plausible(person, OVAL), why
