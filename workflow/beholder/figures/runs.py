"""The trainings behind a figure: their names for people, their order, and which belong together."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from beholder.common.errors import BeholderError
from beholder.common.tables import read_table

_MODELS = {
    "custom": "Custom",
    "efficientnet_b0": "EfficientNet-B0",
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
}

#: The order of the source's heatmap figures, row by row, and of its tables.
GRID_ORDER = ["custom", "efficientnet_b0", "resnet18", "resnet34", "resnet50"]
TABLE_ORDER = ["custom", "resnet18", "resnet34", "resnet50", "efficientnet_b0"]


class Run(NamedTuple):
    """One training and one of its files."""

    backbone: str
    background: str
    recipe: str
    seed: int
    path: Path


def pair_runs(runs: Sequence[Mapping], paths: Sequence[Path]) -> list[Run]:
    """Join the descriptions of trainings with their files, both in the same order.

    Raises BeholderError where their numbers differ.
    """
    if len(runs) != len(paths) or not runs:
        raise BeholderError(
            f"settings key `runs` describes {len(runs)} trainings, but {len(paths)} files were given; "
            "there must be as many, in the same order, and at least one."
        )
    return [
        Run(run["backbone"], run["background"], run["recipe"], run["seed"], path)
        for run, path in zip(runs, paths, strict=True)
    ]


def read_histories(runs: Sequence[Run]) -> pd.DataFrame:
    """Read the history of every run, with the run's `backbone`, `background`, `recipe` and `seed` as columns."""
    return pd.concat([_history(run) for run in runs], ignore_index=True)


def _history(run: Run) -> pd.DataFrame:
    table = read_table(run.path, ["epoch", "train_accuracy", "val_accuracy"])
    return table.assign(backbone=run.backbone, background=run.background, recipe=run.recipe, seed=run.seed)


def model_name(backbone: str) -> str:
    """Return the name that readers of the source know, or the config's own."""
    return _MODELS.get(backbone, backbone)


def order_models(backbones: Iterable[str], published: Sequence[str]) -> list[str]:
    """Return the different `backbones` in the `published` order where all are the source's, else as they come."""
    different = list(dict.fromkeys(backbones))
    return sorted(different, key=published.index) if set(different) <= set(published) else different


def plural(count: int, noun: str) -> str:
    """Return `1 seed` or `1,200 seeds`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
