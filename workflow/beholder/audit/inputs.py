"""Reading what earlier rules made of the test set, checked to be of the same images in the same order."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from beholder.audit.localisation import MapGrid
from beholder.common.errors import BeholderError
from beholder.common.tables import read_table
from beholder.explain.geometry import Geometry

#: Columns of the test set that describe people.
LABELS = ("gender", "race", "age")
_COLUMNS = ["image_id", "looks", "source", "person", "cluster", *LABELS]

_TEXTS = ["metric", "detail", "model", "background", "recipe", "seed", "group", "note"]


def read_estimates(table: Path) -> pd.DataFrame:
    """Read an audit table; missing texts are empty."""
    rows = read_table(table)
    rows[_TEXTS] = rows[_TEXTS].fillna("").astype(str)
    return rows


def read_people(test: Path) -> pd.DataFrame:
    """Return one row per test image: image_id, looks, source, person, cluster, gender, race and age."""
    return read_table(test, _COLUMNS)[_COLUMNS].drop_duplicates("image_id", ignore_index=True)


def read_margins(maps: Sequence[Path], people: pd.DataFrame) -> np.ndarray:
    """Return the margins float64 [S, N] of the predictions of S trainings, row by row of `people`.

    Raises BeholderError where a file is of other images.
    """
    tables = [read_table(path, ["image_id", "margin"]) for path in maps]
    for path, table in zip(maps, tables, strict=True):
        require_same_images(people["image_id"], table["image_id"], path)
    return np.stack([table["margin"].to_numpy(float) for table in tables])


def read_partitions(regions: Path, people: pd.DataFrame) -> np.ndarray:
    """Return the partitions uint8 [N, R, s, s] of `regions.npz`, row by row of `people`.

    Raises BeholderError where the file is of other images.
    """
    with np.load(regions) as arrays:
        require_same_images(people["image_id"], arrays["image_id"], regions)
        return arrays["partition"]


def require_same_images(expected: Sequence[str], found: Sequence[str], path: Path) -> None:
    """Raise BeholderError where a file holds other images than the test set, or the same in another order."""
    if list(expected) != list(found):
        raise BeholderError(f"{path} is not of the images of the test set. Delete it: the next run makes it again.")


def map_column(maps: pd.DataFrame, name: str) -> np.ndarray:
    """Return a map column of `maps.parquet` as float32 [N, H * W]."""
    return np.stack(maps[name].to_list()).astype(np.float32)


def map_grid(geometry: Geometry) -> MapGrid:
    """Return where the cells of a network's square maps lie."""
    return MapGrid(geometry.input_size, geometry.width, geometry.offset, geometry.stride)


def some_rows(count: int, wanted: int, seed: int) -> np.ndarray:
    """Return `wanted` of `count` row numbers drawn by seed, in ascending order; all where there are no more."""
    return np.sort(np.random.default_rng([seed, 9]).permutation(count)[:wanted])
