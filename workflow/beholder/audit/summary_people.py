"""Rows of the audit table about persons and origin: probes, leakage, subgroups, calibration."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from beholder.audit.inputs import LABELS
from beholder.audit.leakage import KINDS, leakage_gain
from beholder.audit.probes import Kind, matched_accuracy, permutation_p, probe_scores, within_class_correlation
from beholder.audit.subgroups import (
    Subgroup,
    calibration_draws,
    correct,
    debiased,
    largest_gap,
    recalibration,
    subgroup_means,
    subgroup_reliances,
)
from beholder.audit.swaps import CELLS
from beholder.audit.table import NO_EFFECT, Counts, row
from beholder.audit.uncertainty import Interval, Resampling
from beholder.common.labels import GROUPS
from beholder.config.audit import Confounders, Subgroups

Row = dict[str, Any]


def probe_rows(
    blocks: Mapping[str, pd.DataFrame],
    people: pd.DataFrame,
    draws: Resampling,
    config: Confounders,
    level: float = 0.95,
) -> tuple[list[Row], pd.DataFrame]:
    """Return rows per block and feature, and each block's out-of-fold probability per image (columns: blocks).

    Features know nothing of seeds: `draws` are of one seed.

    probe_auroc (boosting, detail: the block), probe_auroc_logistic, probe_p per block, and feature_auroc per feature:
    what one feature says by itself, folded so that .5 is nothing and 1 everything.
    """
    looks, clusters = people["looks"].to_numpy(), people["cluster"].to_numpy()
    rows: list[Row] = []
    scores: dict[str, np.ndarray] = {}
    kinds: dict[Kind, str] = {"boosting": "probe_auroc", "logistic": "probe_auroc_logistic"}
    for block, features in blocks.items():
        for kind, metric in kinds.items():
            found = probe_scores(features, looks, clusters, kind, config.folds, config.seed)
            counts = _counts(found, people)
            rows.append(row(metric, _auroc(found, looks, draws, level), detail=block, counts=counts))
            scores.setdefault(block, found)
        options = config.model_dump(include={"permutations", "selections", "folds", "seed"})
        rows.append(row("probe_p", permutation_p(features, looks, clusters, **options), detail=block, counts=counts))
        for name in features:
            values = features[name].to_numpy(float)
            if np.isfinite(values).any():
                area = _auroc(values, looks, draws, level)
                rows.append(
                    row("feature_auroc", _folded(area), detail=f"{block}/{name}", counts=_counts(values, people))
                )
    return rows, pd.DataFrame(scores)


def dependence_rows(
    margins: np.ndarray, probes: pd.DataFrame, people: pd.DataFrame, draws: Resampling, level: float = 0.95
) -> list[Row]:
    """Return within_class_r and matched_accuracy of margins [S, N] per block of probe scores."""
    looks = people["looks"].to_numpy()
    correct = np.where(np.isfinite(margins), (margins > 0) == (looks == 1), np.nan).mean(0)
    rows = []
    for block in probes:
        probe = probes[block].to_numpy()
        counts = _counts(probe + margins.sum(0), people)
        values = within_class_correlation(margins, probe, looks, draws)
        accuracy, effective = matched_accuracy(correct, probe, looks)
        rows += [
            row("within_class_r", draws.interval(values, level, (-1, 1)), detail=block, counts=counts),
            row("matched_accuracy", accuracy, detail=block, counts=counts, note=f"{effective:.0f} effective images"),
        ]
    return rows


def leakage_rows(
    margins: np.ndarray, touched: pd.DataFrame, people: pd.DataFrame, draws: Resampling, level: float = 0.95
) -> list[Row]:
    """Return the number of touched test images per kind, and accuracy with and without all of them."""
    looks, images = people["looks"].to_numpy(), len(people)
    rows = [row("touched", float(touched[kind].sum()), detail=kind, counts=Counts(images)) for kind in KINDS]
    anyhow = touched[list(KINDS)].any(axis=1).to_numpy()
    found = leakage_gain(margins, looks, anyhow, draws)
    rows.append(row("leakage_gain", draws.interval(found["gain"], level), counts=Counts(images)))
    rows.append(
        row(
            "balanced_accuracy_untouched",
            draws.interval(found["untouched"], level, (0, 1)),
            counts=Counts(int((~anyhow).sum()), people["cluster"][~anyhow].nunique(), int(anyhow.sum())),
        )
    )
    return rows


def subgroup_rows(
    margins: np.ndarray, people: pd.DataFrame, draws: Resampling, config: Subgroups, level: float = 0.95
) -> list[Row]:
    """Return accuracy per group (detail `label=value`), the largest gap per label and class, and calibration."""
    labels = _labels(people)
    right = correct(margins, people["looks"].to_numpy())
    groups = subgroup_means(right, people, labels, draws, config.min_images, config.min_persons)
    rows = _group_rows("subgroup_accuracy", groups, draws, level)
    for label in labels:
        for looks, name in GROUPS.items():
            chosen = [group for group in groups if (group.label, group.looks) == (label, looks)]
            if gap := largest_gap(chosen, draws, level):
                both = (gap.best, gap.worst)
                counts = Counts(sum(group.images for group in both), sum(group.clusters for group in both))
                note = f"{gap.best.value} less {gap.worst.value}, the widest of {gap.pairs} gaps"
                rows.append(row("subgroup_gap", gap.interval, detail=label, group=name, counts=counts, note=note))
    return rows + _calibration_rows(margins, people, draws, config.bins, level)


def subgroup_attention_rows(
    swaps: Sequence[pd.DataFrame],
    shares: np.ndarray,
    people: pd.DataFrame,
    draws: Resampling,
    config: Subgroups,
    level: float = 0.95,
) -> list[Row]:
    """Return background reliance and the face's share of the map's evidence per group (detail `label=value`).

    swaps: per seed the pairs of the main way of compositing; shares [S, N].
    """
    labels, least = _labels(people), (config.min_images, config.min_persons)
    margins = np.stack([table[list(CELLS)].to_numpy(float) for table in swaps])
    pairs = (swaps[0]["first"].to_numpy(), swaps[0]["second"].to_numpy())
    reliances = subgroup_reliances(margins, *pairs, people, labels, draws, *least)
    return [
        *_group_rows("subgroup_reliance", reliances, draws, level),
        *_group_rows("subgroup_face_share", subgroup_means(shares, people, labels, draws, *least), draws, level),
    ]


def _labels(people: pd.DataFrame) -> list[str]:
    return [label for label in LABELS if label in people and people[label].notna().any()]


def _group_rows(metric: str, groups: Sequence[Subgroup], draws: Resampling, level: float) -> list[Row]:
    return [
        row(
            metric,
            group.interval(draws, level),
            detail=f"{group.label}={group.value}",
            group=GROUPS[group.looks],
            counts=Counts(group.images, group.clusters, group.missing),
            note="" if np.isfinite(group.mean[0]) else NO_EFFECT if group.enough else "too few images or persons",
        )
        for group in groups
    ]


def _calibration_rows(
    margins: np.ndarray, people: pd.DataFrame, draws: Resampling, bins: int, level: float
) -> list[Row]:
    looks, counts = people["looks"].to_numpy(), _counts(margins.sum(0), people)
    measured = calibration_draws(margins, looks, draws, bins)
    rows = [row(name, draws.interval(values, level), counts=counts) for name, values in measured.items()]
    unbiased = draws.interval(debiased(measured["calibration_error_equal_mass"], len(margins)), level)
    rows.append(row("calibration_error_debiased", unbiased, counts=counts, note="equal mass, less what noise adds"))
    lines = np.array([recalibration(seed, looks) for seed in margins])
    rows.append(row("calibration_intercept", lines[:, 0].mean(), counts=counts, note="mean over seeds"))
    rows.append(row("calibration_slope", lines[:, 1].mean(), counts=counts, note="mean over seeds"))
    return rows


def _auroc(values: np.ndarray, looks: np.ndarray, draws: Resampling, level: float) -> Interval:
    return draws.interval(draws.auroc(values[None], looks == 1), level, (0, 1))


def _folded(area: Interval) -> Interval:
    return area if not area.estimate < 0.5 else Interval(1 - area.estimate, 1 - area.high, 1 - area.low)


def _counts(values: np.ndarray, people: pd.DataFrame) -> Counts:
    scored = np.isfinite(values)
    return Counts(int(scored.sum()), people["cluster"][scored].nunique(), int((~scored).sum()))
