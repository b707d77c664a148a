"""Rows of the audit table about the negative controls: networks trained on other labels than the groups."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from beholder.audit.localisation import MapGrid, Weighting, localise, positive_evidence
from beholder.audit.scores import accuracy_draws
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import resample
from beholder.config.audit import Uncertainty


class ControlRun(NamedTuple):
    """One training of a control, on the N test images that take part in it."""

    people: pd.DataFrame
    """One row per image, `looks` being the control's label."""
    margins: np.ndarray
    """float [N]"""
    excess: np.ndarray
    """float [N]: share of the evidence inside the person, over that inside other persons' masks."""


def control_rows(kind: str, detail: str, runs: Sequence[ControlRun], config: Uncertainty) -> list[dict[str, Any]]:
    """Return control_<kind>_balanced_accuracy, ..._auroc and ..._excess over the trainings of one control.

    kind: see `splits.controls.control_kind`. Trainings may have labels of their own. Chance is .5, .5 and 0.
    """
    first = runs[0].people
    labels, margins, excess = (
        np.stack(values)
        for values in zip(*((run.people["looks"], run.margins, run.excess) for run in runs), strict=True)
    )
    clusters = first["cluster"].to_numpy()
    draws = resample(clusters, labels[0], len(runs), config.draws, config.seed)
    counts = Counts(len(first), len(np.unique(clusters)))
    scored = np.isfinite(excess).all(0)
    masked = Counts(int(scored.sum()), len(np.unique(clusters[scored])), int((~scored).sum()))
    found = accuracy_draws(margins, labels, draws)
    return [
        *(
            row(
                f"control_{kind}_{name}",
                draws.interval(found[name], config.level, (0, 1)),
                detail=detail,
                counts=counts,
            )
            for name in ("balanced_accuracy", "auroc")
        ),
        row(f"control_{kind}_excess", draws.interval(draws.means(excess), config.level), detail=detail, counts=masked),
    ]


def evidence_excess(
    signed: np.ndarray, partitions: np.ndarray, grid: MapGrid, people: pd.DataFrame, weighting: Weighting
) -> np.ndarray:
    """Return the `excess` of `ControlRun` from margin maps [N, W * W] and partitions of the same images."""
    looks, clusters = people["looks"].to_numpy(), people["cluster"].to_numpy()
    measures = localise(positive_evidence(signed, looks), partitions, grid, looks, clusters, weighting=weighting)
    return measures["excess/person"].to_numpy()
