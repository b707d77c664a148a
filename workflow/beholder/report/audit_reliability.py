"""Reliability curves of the audit's page: what share of photographs with a predicted probability is of the group good."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from beholder.common.tables import read_table

#: Side of the drawing and radius of a bin that holds everything, in its own units.
SIDE, _LARGEST = 100, 12


class Point(NamedTuple):
    """A bin: its place in the drawing, from the top left, its radius, and what it says in words."""

    x: float
    y: float
    radius: float
    words: str


class Curve(NamedTuple):
    """The reliability curve of one model over its seeds."""

    name: str
    points: Sequence[Point]


def reliability_curve(name: str, path: Path) -> Curve:
    """Return the curve of a `reliability.csv`; the area of a point is the bin's share of the predictions."""
    table = read_table(path)
    share = table["n"] / table["n"].sum()
    points = [
        Point(
            SIDE * row.probability,
            SIDE * (1 - row.outcome),
            max(1.2, _LARGEST * float(np.sqrt(part))),
            f"predicted {row.probability:.0%}, were {row.outcome:.0%}, n = {row.n:,}",
        )
        for row, part in zip(table.itertuples(), share, strict=True)
    ]
    return Curve(name, points)
