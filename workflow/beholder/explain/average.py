"""Mean maps per group."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from beholder.common.labels import GROUPS
from beholder.common.tables import iterate_table
from beholder.explain.geometry import Geometry
from beholder.explain.registration import stock

_COLUMNS = ["looks", "margin", "margin_map", "map0", "map1", "margin_map_flipped"]


def average_maps(maps: Path, geometry: Geometry) -> dict[str, np.ndarray]:
    """Return the mean maps of `averages.npz` for each group g, good and normal, and their number of images n_g.

    Signed, float32 [H, W]: `margin_g`; `frame_g` and `content_g`, the halves of it that stay in place and that move along when the
    image is mirrored. Of the evidence R = max(map of the group's own class, 0), which weighs a strong map more than a
    weak one: `positive_g` (raw), and with equal weights `unit_sum_g`, `min_max_g`, `rank_g` (ranks within a map, 0..1).
    float32 [S, S]: `stock_g`, the mean of the predicted class's maps as pytorch-grad-cam draws them.

    A map without evidence counts as zeros. Everything is NaN for a group without images.
    """
    sums: dict[str, np.ndarray] = {}
    counts = dict.fromkeys(GROUPS, 0)
    for batch in iterate_table(maps, _COLUMNS):
        for looks, group in GROUPS.items():
            rows = batch[batch["looks"] == looks]
            counts[looks] += len(rows)
            for name, value in _sums(rows, looks, geometry) if len(rows) else ():
                key = f"{name}_{group}"
                sums[key] = sums.get(key, 0) + value
    means = {}
    for looks, group in GROUPS.items():
        means[f"n_{group}"] = np.array(counts[looks])
        for name, shape in _shapes(geometry).items():
            total = sums.get(f"{name}_{group}")
            mean = np.full(shape, np.nan) if total is None else total / counts[looks]
            means[f"{name}_{group}"] = mean.astype(np.float32)
    return means


def stack(column: pd.Series, geometry: Geometry) -> np.ndarray:
    """Return a map column of `maps.parquet` as float32 [N, H, W]."""
    return np.stack(column.to_list()).reshape(-1, geometry.height, geometry.width)


def forms(evidence: np.ndarray) -> dict[str, np.ndarray]:
    """Return evidence [N, H, W] >= 0 as it may enter an average: `positive` (raw), `unit_sum`, `min_max` and `rank`; same shape.

    An empty map stays empty, but for its ranks, which are all equal.
    """
    lowest, highest = (extreme(evidence, axis=(1, 2), keepdims=True) for extreme in (np.min, np.max))
    ranks = rankdata(evidence.reshape(len(evidence), -1), axis=1).reshape(evidence.shape)
    return {
        "positive": evidence,
        "unit_sum": _divide(evidence, evidence.sum((1, 2), keepdims=True)),
        "min_max": _divide(evidence - lowest, highest - lowest),
        "rank": (ranks - 1) / max(evidence[0].size - 1, 1),
    }


def _shapes(geometry: Geometry) -> dict[str, tuple[int, int]]:
    cells = (geometry.height, geometry.width)
    names = ("margin", "frame", "content", "positive", "unit_sum", "min_max", "rank")
    return dict.fromkeys(names, cells) | {"stock": (geometry.input_size, geometry.input_size)}


def _sums(rows: pd.DataFrame, looks: int, geometry: Geometry) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the sum over some images of one group for every kind of mean."""
    margin = stack(rows["margin_map"], geometry)
    mirrored = stack(rows["margin_map_flipped"], geometry)
    by_class = np.stack([stack(rows["map0"], geometry), stack(rows["map1"], geometry)])
    evidence = np.maximum(by_class[looks], 0).astype(np.float64)
    predicted = (rows["margin"] > 0).to_numpy(int)
    yield "margin", margin.sum(0, dtype=np.float64)
    yield "frame", (margin + mirrored).sum(0, dtype=np.float64) / 2
    yield "content", (margin - mirrored).sum(0, dtype=np.float64) / 2
    for name, form in forms(evidence).items():
        yield name, form.sum(0)
    yield "stock", stock(by_class[predicted, np.arange(len(rows))], geometry.input_size).sum(0, dtype=np.float64)


def _divide(maps: np.ndarray, by: np.ndarray) -> np.ndarray:
    return np.divide(maps, by, out=np.zeros_like(maps), where=by > 0)
