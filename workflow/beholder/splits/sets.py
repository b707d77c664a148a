"""Training, validation, test and pretraining sets from the table of usable faces."""

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from beholder.common.errors import BeholderError
from beholder.common.labels import GROUPS
from beholder.config.splits import Split
from beholder.splits.balance import available, balance
from beholder.splits.deal import deal

COLUMNS = ["file_name", "age", "gender", "race", "looks", "image_id", "person", "cluster", "source", "flip"]
#: Columns of faces/selection.parquet that `make_sets` reads.
READ = ["image_id", "path", "person", "source", "looks", "part", "age", "gender", "race", "kept", "cluster"]
SETS = ("train", "val", "test")

log = logging.getLogger("beholder")


def make_sets(selection: pd.DataFrame, settings: Split) -> dict[str, pd.DataFrame]:
    """Return the tables `train`, `val`, `test` and `pretrain` (docs/architecture.md, *splits*).

    `by: person` keeps a person and near-duplicates in one set, makes the groups of every set equal in number and in
    their mix of the labels `stratify`, and mirrors images in training only. `by: image` repeats the source
    experiment: mirrored copies of the smaller group are made first and single images are drawn, so that a person,
    a near-duplicate or a mirror image may lie in two sets.

    The result depends on the seed and on which rows `selection` has, not on their order.

    Raises BeholderError where a group is empty, or a set has fewer images than `counts` asks for.
    """
    rows = _usable(selection)
    strata = _strata(rows, settings.stratify)
    rows = rows.assign(stratum=strata, flip=0)
    if settings.by == "image":
        rows = _mirrored(rows) if settings.flip_smaller else rows
        rows = rows.assign(group=rows["image_id"] + rows["flip"].map({0: "", 1: " mirrored"}))
    else:
        rows = rows.assign(group=rows.groupby("cluster")["image_id"].transform("min"))
    dealt = _dealt(rows, settings)
    drawn = [name for name in SETS if not (name == "val" and settings.validate_on_test)]
    sets = {name: _balanced(rows[dealt == name], name, settings) for name in drawn}
    if settings.validate_on_test:
        sets["val"] = sets["test"]
    held_out = set(sets["val"]["cluster"]) | set(sets["test"]["cluster"])
    sets["pretrain"] = rows[
        (rows["flip"] == 0) & rows[["age", "gender", "race"]].notna().all(axis=1) & ~rows["cluster"].isin(held_out)
    ]
    for name in (*SETS, "pretrain"):
        log.info("%s: %s", name, _summary(sets[name]))
    return {name: sets[name][COLUMNS].reset_index(drop=True) for name in (*SETS, "pretrain")}


def _usable(selection: pd.DataFrame) -> pd.DataFrame:
    """Return the kept rows in the order of `image_id`, each cluster in one group."""
    rows = selection[selection["kept"]].sort_values("image_id", ignore_index=True)
    rows = rows.rename(columns={"path": "file_name"}).astype({"cluster": int})
    known = rows.loc[rows["looks"] == 1, "cluster"]
    twice = (rows["looks"] == 0) & rows["cluster"].isin(known)
    if twice.any():
        log.warning(
            "%d photographs of the group normal are left out: they show a person or repeat a photograph of the group good: %s",
            twice.sum(),
            ", ".join(rows.loc[twice, "image_id"]),
        )
    return rows[~twice]


def _strata(rows: pd.DataFrame, labels: Sequence[str]) -> pd.Series:
    """Return the combined labels of every row, leaving out labels that a group mostly lacks."""
    used = []
    for label in labels:
        labelled = rows[label].notna().groupby(rows["looks"]).mean()
        if labelled.min() >= 0.5:
            used.append(label)
        else:
            shares = ", ".join(f"{share:.0%} of {GROUPS[looks]}" for looks, share in labelled.items())
            log.warning("the mix of %s cannot be made equal: it is known for %s", label, shares)
    return rows[used].fillna("unknown").astype(str).agg("|".join, axis=1) if used else pd.Series("all", rows.index)


def _mirrored(rows: pd.DataFrame) -> pd.DataFrame:
    smaller = rows["looks"].value_counts().sort_index().idxmin()
    return pd.concat([rows, rows[rows["looks"] == smaller].assign(flip=1)], ignore_index=True)


def _dealt(rows: pd.DataFrame, settings: Split) -> pd.Series:
    """Return the set of every row."""
    shares = settings.fractions.model_dump()
    if settings.validate_on_test:
        shares = {"train": shares["train"] + shares["val"], "val": 0.0, "test": shares["test"]}
    held_out = shares["val"] + shares["test"]
    official = [
        {"train": 1.0, "val": 0.0, "test": 0.0},
        {"train": 0.0, "val": shares["val"] / held_out, "test": shares["test"] / held_out},
        shares,
    ]
    part = pd.Series(2, rows.index)
    if settings.official_parts:
        # A group with images of both parts trains: weights that saw the one image know the other.
        part = rows["part"].map({"train": 0, "val": 1}).fillna(2).groupby(rows["group"]).transform("min").astype(int)
    dealt = [
        deal(
            members["group"],
            members["stratum"],
            official[number],
            np.random.default_rng([settings.seed, 0, looks, number]),
        )
        for (looks, number), members in rows.groupby([rows["looks"], part], sort=True)
    ]
    return pd.concat(dealt).reindex(rows.index)


def _balanced(rows: pd.DataFrame, name: str, settings: Split) -> pd.DataFrame:
    mirror = settings.by == "person" and settings.flip_smaller and name == "train"
    count = getattr(settings.counts, name)
    if rows.empty or available(rows, mirror) < (count or 1):
        raise BeholderError(_shortage(name, rows, settings))
    return balance(rows, mirror, count, np.random.default_rng([settings.seed, 1, SETS.index(name)]))


def _shortage(name: str, rows: pd.DataFrame, settings: Split) -> str:
    """Say what a set lacks and which keys would mend it."""
    mirror = settings.by == "person" and settings.flip_smaller and name == "train"
    asked = getattr(settings.counts, name)
    has = "; ".join(
        f"{group} has {len(members)} images of {members['cluster'].nunique()} people"
        + "".join(f", {number} {stratum}" for stratum, number in members["stratum"].value_counts().sort_index().items())
        for looks, group in GROUPS.items()
        for members in [rows[rows["looks"] == looks]]
    )
    left = available(rows, mirror) if len(rows) else 0
    wish = f"`splits.split.counts.{name}` asks for {asked}" if asked else "at least 1 is needed"
    return (
        f"too few images for the {name} set: {wish} per group, and {left} are left once both groups have the same mix "
        f"of {' and '.join(settings.stratify) or 'images'} ({has}). Collect more photographs, "
        + (f"lower `splits.split.counts.{name}`, " if asked else "")
        + f"raise `splits.split.fractions.{name}`, or take labels out of `splits.split.stratify`."
    )


def _summary(rows: pd.DataFrame) -> str:
    parts = []
    for looks, group in GROUPS.items():
        members = rows[rows["looks"] == looks]
        parts.append(
            f"{len(members)} of {group} ({members['flip'].sum()} mirrored, {members['cluster'].nunique()} people)"
        )
    return ", ".join(parts)
