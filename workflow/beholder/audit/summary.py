"""From measurements per image and pair to rows of the audit table, over all seeds of one model, background and recipe.

Every function takes one table per seed, all of the same images or pairs in the same order, and the draws that they share.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from beholder.audit.occlusion import SIDES
from beholder.audit.regions import REGIONS
from beholder.audit.reliance import measure_reliance, relative_change, reliance_draws
from beholder.audit.scores import accuracy_draws, flip_rate
from beholder.audit.swaps import CELLS
from beholder.audit.table import FLAT_BACKGROUND, NO_EFFECT, Counts, row
from beholder.audit.uncertainty import Resampling, effective_n, intraclass_correlation
from beholder.audit.variants import RANDOM_BACKGROUNDS
from beholder.audit.verdict import MAIN
from beholder.common.labels import GROUPS

Row = dict[str, Any]


def localisation_rows(
    tables: Sequence[pd.DataFrame], people: pd.DataFrame, draws: Resampling, drawing: str, level: float = 0.95
) -> list[Row]:
    """Return the mean of every measure of `localisation.localise`, per group; detail is `drawing/detail`.

    people: one row per image, with looks and cluster. Adds the rate of empty maps.
    """
    columns = [name for name in tables[0].columns if name != "evidence"]
    values = np.stack([table[columns].to_numpy(float).T for table in tables], axis=1)
    evidence = np.stack([table["evidence"].to_numpy(float) for table in tables])
    rows = []
    for group, member in _groups(people):
        means = draws.means(np.where(member, values, np.nan))
        for k, column in enumerate(columns):
            measure, detail = column.split("/")
            rows.append(
                _mean_row(measure, f"{drawing}/{detail}", group, means[k], values[k], member, people, draws, level)
            )
        empty = draws.means(np.where(member, evidence <= 0, np.nan))
        rows.append(_mean_row("empty_maps", drawing, group, empty, evidence, member, people, draws, level))
    return rows


def swap_rows(
    tables: Sequence[pd.DataFrame],
    draws: Resampling,
    level: float = 0.95,
    verdict_level: float | None = None,
    flat: bool = False,
) -> list[Row]:
    """Return reliance, effects and conflict accuracy for every setting; detail is the setting.

    tables: setting, first, second (positions of the images that `draws` resamples) and the margins `CELLS`. The two
    numbers that decide the verdict, background_reliance and conflict_accuracy, have intervals of `verdict_level`. flat:
    whether the same colour is behind everybody, which the reliance then notes.
    """
    rows = []
    for setting, index in tables[0].groupby("setting", sort=False).indices.items():
        pairs = tables[0].iloc[index]
        margins, (first, second) = _pair_margins(tables, index), _pairs(pairs)
        found = measure_reliance(margins, first, second, draws, level, verdict_level)
        about: dict[str, Any] = {
            "detail": str(setting),
            "counts": pair_counts([table.iloc[index] for table in tables], draws),
        }
        note = NO_EFFECT if found.no_effect else FLAT_BACKGROUND if flat else ""
        rows += [
            row("background_reliance", found.reliance, note=note, **about),
            row("conflict_accuracy", found.conflict_accuracy, **about),
            row("face_effect", found.face, **about),
            row("background_effect", found.background, **about),
            row("interaction", found.interaction, **about),
            row("interaction_ratio", found.interaction_ratio, **about),
            row("background_reliance_per_pair", found.per_pair, note="biased upwards by noise", **about),
        ]
        if setting == MAIN:
            rows.append(row("background_effect_p", found.background_p, note="not adjusted", **about))
    return rows


def placement_rows(tables: Sequence[pd.DataFrame], draws: Resampling, level: float = 0.95) -> list[Row]:
    """Return by how much the background reliance changes when faces move onto the other face's place, if that was tried.

    Framing decides where it changes: the face is the same.
    """
    found = {
        setting: reliance_draws(_pair_margins(tables, index), *_pairs(tables[0].iloc[index]), draws)
        for setting, index in tables[0].groupby("setting", sort=False).indices.items()
        if setting == MAIN or setting.startswith("placement=")
    }
    return [
        row(
            "placement_contrast",
            draws.interval(found[setting] - found[MAIN], level),
            detail=str(setting),
            counts=pair_counts([table[table["setting"] == setting] for table in tables], draws),
        )
        for setting in found
        if setting != MAIN
    ]


def pair_counts(tables: Sequence[pd.DataFrame], draws: Resampling) -> Counts:
    """Return n, clusters and missing of the pairs of one setting, a table per seed."""
    missing = int((~np.isfinite(np.stack([table[list(CELLS)] for table in tables])).all((0, 2))).sum())
    images = np.concatenate(_pairs(tables[0]))
    return Counts(len(tables[0]) - missing, len(np.unique(draws.codes[images])), missing)


def accuracy_rows(margins: np.ndarray, people: pd.DataFrame, draws: Resampling, level: float = 0.95) -> list[Row]:
    """Return accuracies and AUROC of margins [S, N] of the test photographs as they are; detail is `original`."""
    counts = _counts(margins, np.ones(len(people), bool), people)
    return [
        row(metric, draws.interval(values, level, (0, 1)), detail="original", counts=counts)
        for metric, values in accuracy_draws(margins, people["looks"].to_numpy(), draws).items()
    ]


def variant_rows(
    tables: Sequence[pd.DataFrame], people: pd.DataFrame, draws: Resampling, level: float = 0.95
) -> list[Row]:
    """Return accuracies and AUROC per variant, the background gap, flip rate and the controls of compositing.

    tables: one column of margins per variant (`variants.variant_margins`), one row per image; people likewise. The
    photographs themselves are not scored here: all of them are, by `accuracy_rows`.
    """
    looks = people["looks"].to_numpy()
    margins = {name: np.stack([table[name].to_numpy(float) for table in tables]) for name in tables[0].columns}
    randoms = [f"mixed_random_{k}" for k in range(RANDOM_BACKGROUNDS)]
    scores = {name: accuracy_draws(values, looks, draws) for name, values in margins.items() if name != "original"}
    scores["mixed_random"] = {
        key: np.mean([scores[name].pop(key) for name in randoms], axis=0) for key in scores["mixed_same"]
    }

    def counted(values: np.ndarray) -> Counts:
        return _counts(values, np.ones(len(people), bool), people)

    rows = [
        row(
            metric,
            draws.interval(values, level, (0, 1)),
            detail=name,
            counts=counted(margins.get(name, margins[randoms[0]])),
        )
        for name, found in scores.items()
        for metric, values in found.items()
    ]
    gap = scores["mixed_same"]["balanced_accuracy"] - scores["mixed_random"]["balanced_accuracy"]
    flipped = flip_rate(margins["original"], np.stack([margins[name] for name in randoms]))
    pasted = relative_change(margins["self_paste"], margins["original"])
    swapped = relative_change(margins["mixed_same"], margins["self_paste"])
    return [
        *rows,
        row("background_gap", draws.interval(gap, level), counts=counted(margins["mixed_same"])),
        row("flip_rate", draws.interval(draws.means(flipped), level, (0, 1)), counts=counted(flipped)),
        row("self_paste", draws.interval(draws.means(pasted), level), counts=counted(pasted)),
        row("same_class_swap", draws.interval(draws.means(swapped), level), counts=counted(swapped)),
    ]


def occlusion_rows(
    tables: Sequence[pd.DataFrame], people: pd.DataFrame, draws: Resampling, level: float = 0.95
) -> list[Row]:
    """Return the mean loss of margin per covered region and group, and p of there being none (not adjusted) per single group.

    tables and people have one row per image.
    """
    columns = [*REGIONS, *(f"side_{side}" for side in SIDES)]
    values = np.stack([table[columns].to_numpy(float).T for table in tables], axis=1)
    rows = []
    for group, member in _groups(people):
        means = draws.means(np.where(member, values, np.nan))
        rows += [
            _mean_row("occlusion", name, group, means[k], values[k], member, people, draws, level)
            for k, name in enumerate(columns)
        ]
        if group in GROUPS.values():
            rows += [
                row(
                    "occlusion_p",
                    draws.p_value(means[k]),
                    detail=name,
                    group=group,
                    counts=_counts(values[k], member, people),
                    note="not adjusted",
                )
                for k, name in enumerate(columns)
            ]
    return rows


def bookkeeping_rows(margins: np.ndarray, people: pd.DataFrame, masked: np.ndarray, shared_persons: int) -> list[Row]:
    """Return what the gates of the verdict ask for besides measurements, and the effective n per group.

    margins [S, N]; people: one row per test image, with looks and cluster; masked: bool [N], whether its mask is usable.
    """
    effective = []
    for group, member in list(_groups(people))[1:]:
        clusters = people["cluster"].to_numpy()[member]
        correlation = intraclass_correlation(margins[:, member].mean(0), clusters)
        known = 0.0 if np.isnan(correlation) else correlation
        note = f"intraclass correlation of the margin {known:.2f}"
        counts = Counts(int(member.sum()), len(np.unique(clusters)))
        effective.append(row("effective_n", effective_n(clusters, known), group=group, counts=counts, note=note))
    persons = people.groupby("looks")["cluster"].nunique()
    sizes = {name: int(persons.get(value, 0)) for value, name in GROUPS.items()}
    return [
        *effective,
        row("mask_ok", float(np.mean(masked)), counts=Counts(len(people), int(persons.sum()), int((~masked).sum()))),
        row("clusters_per_class", min(sizes.values()), note=", ".join(f"{n} {name}" for name, n in sizes.items())),
        row("seeds", len(margins)),
        row("shared_persons", shared_persons),
    ]


def _pair_margins(tables: Sequence[pd.DataFrame], index: np.ndarray) -> np.ndarray:
    return np.stack([table.iloc[index][list(CELLS)].to_numpy(float) for table in tables])


def _pairs(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return table["first"].to_numpy(), table["second"].to_numpy()


def _groups(people: pd.DataFrame) -> Iterable[tuple[str, np.ndarray]]:
    looks = people["looks"].to_numpy()
    return [("all", np.ones(len(looks), bool)), *((name, looks == value) for value, name in GROUPS.items())]


def _counts(values: np.ndarray, member: np.ndarray, people: pd.DataFrame) -> Counts:
    """Return n, clusters and missing: an image counts as scored where all seeds scored it."""
    scored = member & np.isfinite(values).all(0)
    clusters = people["cluster"].to_numpy()[scored]
    return Counts(int(scored.sum()), len(np.unique(clusters)), int(member.sum() - scored.sum()))


def _mean_row(measure, detail, group, means, values, member, people, draws, level) -> Row:
    return row(
        measure, draws.interval(means, level), detail=detail, group=group, counts=_counts(values, member, people)
    )
