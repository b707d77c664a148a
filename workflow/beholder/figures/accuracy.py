"""Tables of accuracy: per epoch as in the source's tables 1 to 5, and a summary beside the published values."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from beholder.common.tables import read_table
from beholder.figures.runs import Run

_TRAINING = ["recipe", "background", "backbone"]
#: The source experiment's values (seed document, tables 1 to 5; white background from its logs).
PUBLISHED = Path(__file__).with_name("published_accuracy.csv")
#: Two-sided 95 %.
_Z = 1.959964


def epoch_table(histories: pd.DataFrame) -> pd.DataFrame:
    """Return accuracy per epoch: mean and standard deviation over `seeds` trainings (NaN for a single one).

    Columns: recipe, background, backbone, epoch, seeds, {train,val}_accuracy, {train,val}_deviation; accuracies in 0..1.
    """
    return (
        histories.groupby([*_TRAINING, "epoch"], sort=False)
        .agg(
            seeds=("seed", "nunique"),
            train_accuracy=("train_accuracy", "mean"),
            train_deviation=("train_accuracy", "std"),
            val_accuracy=("val_accuracy", "mean"),
            val_deviation=("val_accuracy", "std"),
        )
        .reset_index()
    )


def summary_table(
    histories: pd.DataFrame, runs: Sequence[Run], networks: Mapping[str, str], published: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per recipe, background and model: validation and test accuracy beside the published values.

    `runs` name a maps.parquet each, `networks` in words what a model's name stands for. Accuracies in 0..1;
    `*_deviation` over seeds; `test_low`, `test_high` as in
    `wilson_interval` at `test_effective_n`.
    """
    by_seed = histories.sort_values("epoch").groupby([*_TRAINING, "seed"], sort=False)["val_accuracy"]
    validation = by_seed.agg(["max", "last"]).groupby(_TRAINING, sort=False).agg(["mean", "std"])
    validation.columns = ["best_val", "best_val_deviation", "last_val", "last_val_deviation"]
    tests = pd.DataFrame([_test_row(run) for run in runs]).groupby(_TRAINING, sort=False)
    test = tests.agg(
        seeds=("seed", "nunique"),
        test_accuracy=("accuracy", "mean"),
        test_deviation=("accuracy", "std"),
        test_n=("n", "first"),
        test_effective_n=("effective_n", "first"),
    )
    test["test_low"], test["test_high"] = wilson_interval(test["test_accuracy"], test["test_effective_n"])
    table = test.join(validation).reset_index()
    table["network"] = table["backbone"].map(networks)
    return table.merge(_published_summary(published), on=["background", "backbone"], how="left")


def wilson_interval(accuracy: pd.Series, n: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the ends of Wilson's (1927) 95 % interval of a share found in `n` independent trials."""
    centre = (accuracy + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(accuracy * (1 - accuracy) / n + _Z**2 / (4 * n**2))
    return (centre - half).clip(0, 1), (centre + half).clip(0, 1)


def effective_n(clusters: pd.Series) -> float:
    """Return Kish's effective number of images if all images of one person are judged alike: n² / sum of cluster sizes².

    The cautious end: it is n where everybody has one image.
    """
    sizes = clusters.value_counts()
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def _test_row(run: Run) -> dict:
    table = read_table(run.path, ["looks", "cluster", "margin"])
    right = (table["margin"] > 0) == (table["looks"] == 1)
    return {
        **{key: getattr(run, key) for key in [*_TRAINING, "seed"]},
        "accuracy": right.mean(),
        "n": len(table),
        "effective_n": effective_n(table["cluster"]),
    }


def _published_summary(published: pd.DataFrame) -> pd.DataFrame:
    """Return best and last published validation accuracy per background and model.

    `published` has rows of a statistic `epoch` (with its number) and, where not every epoch is known, `best`.
    """
    epochs = published[published["statistic"] == "epoch"].sort_values("epoch")
    groups = ["background", "backbone"]
    last = epochs.groupby(groups)["val_accuracy"].last().rename("published_last_val")
    best = published.groupby(groups)["val_accuracy"].max().rename("published_best_val")
    return pd.concat([best, last], axis=1).reset_index()
