"""All rows of the audit table about one model, background and recipe, from the measurements on its trainings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from beholder.audit.leakage import KINDS
from beholder.audit.localisation import MapGrid
from beholder.audit.summary import (
    accuracy_rows,
    bookkeeping_rows,
    localisation_rows,
    occlusion_rows,
    placement_rows,
    swap_rows,
    variant_rows,
)
from beholder.audit.summary_people import dependence_rows, leakage_rows
from beholder.audit.summary_trust import faithfulness_rows, frame_prior_rows, randomisation_rows
from beholder.audit.uncertainty import Resampling, resample
from beholder.audit.verdict import MAIN, level_for
from beholder.config.audit import Uncertainty

Row = dict[str, Any]


@dataclass(frozen=True)
class Measurements:
    """What was measured on a model's trainings: every list holds one entry per seed, in one order."""

    margins: np.ndarray
    """[S, N]"""
    localised: Mapping[str, Sequence[pd.DataFrame]]
    """By drawing: one row per test image."""
    swaps: Sequence[pd.DataFrame]
    variants: Sequence[pd.DataFrame]
    """With image_id, of some test images, like the next two."""
    occlusion: Sequence[pd.DataFrame]
    removal: Sequence[pd.DataFrame]
    random_weights: Sequence[pd.DataFrame]
    plain: Sequence[Mapping[str, np.ndarray]]
    grid: MapGrid


@dataclass(frozen=True)
class TestSet:
    """What is known of the test images, whatever the network."""

    __test__ = False  # no test, whatever pytest thinks of its name

    people: pd.DataFrame
    masked: np.ndarray
    """bool [N]: whether the image has a usable mask."""
    touched: pd.DataFrame
    """`leakage.touched`."""
    probes: pd.DataFrame
    """Probe score per block."""
    flat: bool = False
    """Whether the same colour is behind everybody."""


def estimate_rows(found: Measurements, test: TestSet, uncertainty: Uncertainty, models: int) -> list[Row]:
    """Return all rows over seeds; the numbers that decide the verdict have intervals that hold for `models` at once."""
    level, people = uncertainty.level, test.people
    draws = _draws(people, len(found.margins), uncertainty)
    shared = people["person"][test.touched["person"].to_numpy()].nunique()
    rows = bookkeeping_rows(found.margins, people, test.masked, shared)
    rows += accuracy_rows(found.margins, people, draws, level)
    rows += swap_rows(found.swaps, draws, level, level_for(level, models), test.flat)
    rows += placement_rows(found.swaps, draws, level)
    for tables, make in (
        (found.variants, variant_rows),
        (found.occlusion, occlusion_rows),
        (found.removal, faithfulness_rows),
    ):
        some = people.set_index("image_id").loc[tables[0]["image_id"]].reset_index()
        without = [table.drop(columns="image_id") for table in tables]
        rows += make(without, some, _draws(some, len(tables), uncertainty), level)
    for drawing, tables in found.localised.items():
        rows += localisation_rows(tables, people, draws, drawing, level)
    rows += randomisation_rows(found.random_weights) + frame_prior_rows(found.plain, found.grid)
    rows += dependence_rows(found.margins, test.probes, people, draws, level)
    rows += leakage_rows(found.margins, test.touched[list(KINDS)], people, draws, level)
    return rows


def seed_rows(found: Measurements, test: TestSet, uncertainty: Uncertainty) -> list[list[Row]]:
    """Return for every single training the rows that the verdict turns on: effects, reliance, accuracy per variant."""
    some = test.people.set_index("image_id").loc[found.variants[0]["image_id"]].reset_index()
    draws, few = (_draws(people, 1, uncertainty) for people in (test.people, some))
    kept = {
        "background_reliance",
        "conflict_accuracy",
        "face_effect",
        "background_effect",
        "balanced_accuracy",
        "auroc",
    }
    result = []
    for margins, swaps, variants in zip(found.margins, found.swaps, found.variants, strict=True):
        rows = accuracy_rows(margins[None], test.people, draws, uncertainty.level)
        rows += swap_rows(
            [swaps[swaps["setting"] == MAIN].reset_index(drop=True)], draws, uncertainty.level, flat=test.flat
        )
        rows += variant_rows([variants.drop(columns="image_id")], some, few, uncertainty.level)
        result.append([row for row in rows if row["metric"] in kept])
    return result


def _draws(people: pd.DataFrame, seeds: int, uncertainty: Uncertainty) -> Resampling:
    clusters, looks = people["cluster"].to_numpy(), people["looks"].to_numpy()
    return resample(clusters, looks, seeds, uncertainty.draws, uncertainty.seed)
