"""Photographs and persons on both sides of a split, and what they add to the accuracy."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from beholder.audit.scores import accuracy_draws
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import Resampling
from beholder.common.duplicates import near_duplicates

#: Kinds of leak, in the columns of `touched`.
KINDS = ("exact", "near", "mirrored", "person")


def touched(
    sets: Mapping[str, pd.DataFrame], distance: int = 6, correlation: float = 0.95
) -> dict[tuple[str, str], pd.DataFrame]:
    """Return for every pair of sets, in their order, which photographs of the second also lie in the first.

    Sets hold one row per photograph: image_id, sha256, person (null: unknown), phash and phash_mirrored (uint64), and
    thumbnail (uint8 [32, 32]). Returned are `image_id` and one bool column per kind, in the second set's order. exact: the
    same file; near and mirrored: see `common.duplicates`; person: the same. Photographs that are exact are not near as well.
    """
    everything = pd.concat(sets.values(), ignore_index=True)
    pairs, flipped = near_duplicates(
        everything["phash"].to_numpy(np.uint64),
        everything["phash_mirrored"].to_numpy(np.uint64),
        np.stack(everything["thumbnail"].tolist()) if len(everything) else np.empty((0, 32, 32), np.uint8),
        distance,
        correlation,
    )
    lengths = [len(photographs) for photographs in sets.values()]
    ends = np.cumsum(lengths)
    places = {name: (end - length, end) for name, length, end in zip(sets, lengths, ends, strict=True)}
    return {
        (first, second): _touched(sets[first], sets[second], pairs, flipped, places[first], places[second])
        for first, second in combinations(sets, 2)
    }


def _touched(
    first: pd.DataFrame,
    second: pd.DataFrame,
    pairs: np.ndarray,
    flipped: np.ndarray,
    place: tuple[int, int],
    other: tuple[int, int],
) -> pd.DataFrame:
    """Return one row per photograph of `second`; `place` and `other` are where the sets begin and end among all."""
    across = (pairs >= (place[0], other[0])).all(1) & (pairs < (place[1], other[1])).all(1)
    near, mirrored = (np.isin(np.arange(*other), pairs[across & (flipped == f), 1]) for f in (False, True))
    exact = second["sha256"].isin(first["sha256"].dropna()).to_numpy()
    return pd.DataFrame(
        {
            "image_id": second["image_id"].to_numpy(),
            "exact": exact,
            "near": near & ~exact,
            "mirrored": mirrored & ~exact,
            "person": second["person"].isin(first["person"].dropna()).to_numpy(),
        }
    )


def overlap_rows(found: Mapping[tuple[str, str], pd.DataFrame]) -> list[dict[str, Any]]:
    """Return per pair of sets and kind the `overlap`: how many photographs of the second lie in the first as well."""
    return [
        row("overlap", float(kinds[kind].sum()), detail=f"{first}, {second}: {kind}", counts=Counts(len(kinds)))
        for (first, second), kinds in found.items()
        for kind in KINDS
    ]


def leakage_gain(
    margins: np.ndarray, looks: np.ndarray, touched: np.ndarray, draws: Resampling
) -> dict[str, np.ndarray]:
    """Return balanced accuracy [1 + S + draws] on all, on untouched test photographs, and the difference.

    margins [S, N], looks [N], touched bool [N]. Without touched photographs the difference is 0.
    """
    everything = accuracy_draws(margins, looks, draws)["balanced_accuracy"]
    untouched = accuracy_draws(np.where(touched, np.nan, margins), looks, draws)["balanced_accuracy"]
    return {"all": everything, "untouched": untouched, "gain": everything - untouched}
