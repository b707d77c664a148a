"""Making the two groups of a set equal in number and in their mix of labels."""

import numpy as np
import pandas as pd


def balance(rows: pd.DataFrame, mirror: bool, count: int | None, rng: np.random.Generator) -> pd.DataFrame:
    """Return as many rows of both groups, with the same mix of strata.

    Arguments
        rows: columns `looks` (0/1), `stratum`, `flip` (0/1), and any others; one row per image.
        mirror: give the smaller group mirrored copies (`flip` inverted) before the larger group is cut.
        count: rows per group, taken from all strata in proportion; None for as many as possible. Callers check it
            against `available`.

    The draws are nested: a smaller `count` takes some of the rows that a larger one takes.
    """
    quota = _quota(_matched(rows, mirror), count)
    shuffled = rows.iloc[rng.permutation(len(rows))]
    chosen = []
    for (_, stratum), members in shuffled.groupby(["looks", "stratum"], sort=True):
        wanted = int(quota.get(stratum, 0))
        copies = members.head(max(wanted - len(members), 0))
        chosen += [members.head(wanted), copies.assign(flip=1 - copies["flip"])]
    return pd.concat(chosen).sort_values(["image_id", "flip"], ignore_index=True) if chosen else rows


def available(rows: pd.DataFrame, mirror: bool) -> int:
    """Return how many rows per group `balance` can give at most."""
    return int(_matched(rows, mirror).sum())


def _matched(rows: pd.DataFrame, mirror: bool) -> pd.Series:
    """Return, per stratum, the largest number of rows that both groups can give."""
    sizes = pd.crosstab(rows["stratum"], rows["looks"]).reindex(columns=[0, 1], fill_value=0)
    if mirror:
        sizes[sizes.sum().idxmin()] *= 2
    return sizes.min(axis=1)


def _quota(matched: pd.Series, count: int | None) -> pd.Series:
    """Scale whole numbers down to the sum `count` by the method of largest remainders."""
    if count is None or count >= matched.sum():
        return matched
    exact = matched * (count / matched.sum())
    quota = np.floor(exact).astype(int)
    short = count - int(quota.sum())
    quota[(exact - quota).sort_values(ascending=False, kind="stable").index[:short]] += 1
    return quota
