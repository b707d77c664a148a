"""Photographs and persons on both sides of a split, and what they add to the accuracy."""

import numpy as np
import pandas as pd

from beholder.audit.scores import accuracy_draws
from beholder.audit.uncertainty import Resampling
from beholder.common.duplicates import near_duplicates

#: Kinds of leak, in the columns of `touched`.
KINDS = ("exact", "near", "mirrored", "person")


def touched(train: pd.DataFrame, test: pd.DataFrame, distance: int = 6, correlation: float = 0.97) -> pd.DataFrame:
    """Return which test photographs also lie in training: `image_id` and one bool column per kind, in test's order.

    Both tables hold one row per photograph: image_id, sha256, person (null: unknown), phash and phash_mirrored (uint64),
    and thumbnail (uint8 [32, 32]). exact: the same file; near and mirrored: see `common.duplicates`; person: the same.
    Photographs that are exact are not near as well.
    """
    both = pd.concat([train, test], ignore_index=True)
    pairs, flipped = near_duplicates(
        both["phash"].to_numpy(np.uint64),
        both["phash_mirrored"].to_numpy(np.uint64),
        np.stack(both["thumbnail"].tolist()) if len(both) else np.empty((0, 32, 32), np.uint8),
        distance,
        correlation,
    )
    across = (pairs[:, 0] < len(train)) & (pairs[:, 1] >= len(train))
    near, mirrored = (
        np.isin(np.arange(len(test)) + len(train), pairs[across & (flipped == f), 1]) for f in (False, True)
    )
    exact = test["sha256"].isin(train["sha256"].dropna()).to_numpy()
    return pd.DataFrame(
        {
            "image_id": test["image_id"].to_numpy(),
            "exact": exact,
            "near": near & ~exact,
            "mirrored": mirrored & ~exact,
            "person": test["person"].isin(train["person"].dropna()).to_numpy(),
        }
    )


def leakage_gain(
    margins: np.ndarray, looks: np.ndarray, touched: np.ndarray, draws: Resampling
) -> dict[str, np.ndarray]:
    """Return balanced accuracy [1 + S + draws] on all, on untouched test photographs, and the difference.

    margins [S, N], looks [N], touched bool [N]. Without touched photographs the difference is 0.
    """
    everything = accuracy_draws(margins, looks, draws)["balanced_accuracy"]
    untouched = accuracy_draws(np.where(touched, np.nan, margins), looks, draws)["balanced_accuracy"]
    return {"all": everything, "untouched": untouched, "gain": everything - untouched}
