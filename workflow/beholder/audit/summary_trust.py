"""Rows of the audit table about the maps themselves: removal curves, random weights, images without content."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from beholder.audit.localisation import MapGrid, frame_asymmetry
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import Interval, Resampling
from beholder.common.labels import GROUPS

Row = dict[str, Any]


def faithfulness_rows(
    tables: Sequence[pd.DataFrame], people: pd.DataFrame, draws: Resampling, level: float = 0.95
) -> list[Row]:
    """Return areas and differences of areas; tables: `trust.removal_areas` per seed, people: one row per image.

    removal_area per order; deletion_gain, how much faster the margin falls in the map's order than in a random or a
    centred one; insertion_gain, how much faster it comes back; relevance_gain, insertion area less deletion area. Positive
    gains speak for the map.
    """
    area = {name: np.stack([table[name].to_numpy(float) for table in tables]) for name in tables[0].columns}
    values = {
        **{("removal_area", name): area[name] for name in area},
        ("deletion_gain", "over random"): area["random"] - area["map"],
        ("deletion_gain", "over centre"): area["centre"] - area["map"],
        ("insertion_gain", "over random"): area["map_reversed"] - area["random"],
        ("insertion_gain", "over centre"): area["map_reversed"] - area["centre_reversed"],
        ("relevance_gain", "map"): area["map_reversed"] - area["map"],
        ("relevance_gain", "centre"): area["centre_reversed"] - area["centre"],
    }
    rows = []
    for (metric, detail), found in values.items():
        scored = np.isfinite(found).all(0)
        counts = Counts(int(scored.sum()), people["cluster"][scored].nunique(), int((~scored).sum()))
        rows.append(row(metric, draws.interval(draws.means(found), level), detail=detail, counts=counts))
    return rows


def randomisation_rows(tables: Sequence[pd.DataFrame]) -> list[Row]:
    """Return the correlation with maps of ever more random networks, detail the depth and the lowest random stage.

    tables: `trust.randomisation` per training. The interval is the range over trainings and seeds of the random weights.
    """
    table = pd.concat(tables)
    rows = []
    for (depth, stage), found in table.groupby(["depth", "stage"]):
        values = found["correlation"].dropna()
        interval = Interval(values.mean(), values.min(), values.max()) if len(values) else float("nan")
        detail, counts = f"{depth}: {stage}", Counts(len(values), 0, len(found) - len(values))
        rows.append(row("random_weights", interval, detail=detail, counts=counts, note="range, not an interval"))
    return rows


def frame_prior_rows(maps: Sequence[Mapping[str, np.ndarray]], grid: MapGrid) -> list[Row]:
    """Return right and bottom asymmetry of the maps of images without content, per group: what the frame alone causes.

    maps: `trust.maps_without_content` per training. The interval is the range over trainings.
    """
    rows = []
    for name in maps[0]:
        for looks, group in GROUPS.items():
            found = np.stack(
                [np.concatenate(frame_asymmetry(seed[name].reshape(1, -1), grid, looks)) for seed in maps], axis=1
            )
            for direction, values in zip(("right", "bottom"), found, strict=True):
                known = values[np.isfinite(values)]
                interval = Interval(known.mean(), known.min(), known.max()) if len(known) else float("nan")
                note = "range over trainings, not an interval" if len(known) else "no evidence for this group"
                rows.append(
                    row(
                        "frame_prior",
                        interval,
                        detail=f"{name}/{direction}",
                        group=group,
                        counts=Counts(len(known), 0, len(values) - len(known)),
                        note=note,
                    )
                )
    return rows
