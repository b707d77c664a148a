"""Differences between trainings that share the test set: one background against another, one model against another."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from beholder.audit.comparisons import Equivalence, equivalence, holm, mcnemar, sign_flip
from beholder.audit.reliance import reliance_draws
from beholder.audit.scores import accuracy_draws
from beholder.audit.summary import pair_counts
from beholder.audit.swaps import CELLS
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import Resampling
from beholder.audit.verdict import MAIN
from beholder.config.audit import Uncertainty

Row = dict[str, Any]

#: The backgrounds that others are compared with, and that replaces processing by one common processing.
REFERENCE, HARMONISED = "original", "harmonised"


def background_rows(
    margins: Mapping[str, np.ndarray],
    swaps: Mapping[str, Sequence[pd.DataFrame]],
    people: pd.DataFrame,
    draws: Resampling,
    config: Uncertainty,
) -> dict[str, list[Row]]:
    """Return per background what changes against `original`: balanced accuracy, background reliance, and whether nothing does.

    margins [S, N] and swap tables [S] by background, of the same seeds. `..._equivalence_p` is Schuirmann's test of "the change
    is smaller than the bound of the config". harmonise_drop, what the harmonised background costs, tells of `original`
    networks what processing is worth to them, and stands there.
    """
    rows: dict[str, list[Row]] = {}
    if REFERENCE not in margins:
        return rows
    accuracy, reliance = {}, {}
    for name, values in margins.items():
        accuracy[name] = accuracy_draws(values, people["looks"].to_numpy(), draws)["balanced_accuracy"]
        main = [table[table["setting"] == MAIN] for table in swaps[name]]
        cells = np.stack([table[list(CELLS)].to_numpy(float) for table in main])
        reliance[name] = reliance_draws(cells, main[0]["first"].to_numpy(), main[0]["second"].to_numpy(), draws)
    counts = Counts(len(people), people["cluster"].nunique())
    pairs = pair_counts([table[table["setting"] == MAIN] for table in swaps[REFERENCE]], draws)
    bounds = {
        "accuracy": (accuracy, config.equivalence_accuracy, counts),
        "reliance": (reliance, config.equivalence_reliance, pairs),
    }
    for name in margins:
        if name == REFERENCE:
            continue
        rows[name] = []
        for what, (found, bound, scored) in bounds.items():
            change = found[name] - found[REFERENCE]
            test = equivalence(change[0], float(draws.standard_error(change)), bound, config.level)
            about: dict[str, Any] = {"detail": f"against {REFERENCE}", "counts": scored}
            note = f"{_said(change[0], test)} within {bound:g}"
            rows[name] += [
                row(f"{what}_change", draws.interval(change, config.level), **about),
                row(f"{what}_equivalence_p", test.p, note=note, **about),
            ]
        if name == HARMONISED:
            drop = accuracy[REFERENCE] - accuracy[name]
            rows.setdefault(REFERENCE, []).append(
                row("harmonise_drop", draws.interval(drop, config.level), counts=counts)
            )
    return rows


def _said(change: float, test: Equivalence) -> str:
    if np.isnan(test.p):
        return (
            "not tested: no effect"
            if np.isnan(change)
            else "not tested: no draw differs, so nothing tells how sure it is"
        )
    return "equivalent" if test.equivalent else "equivalence not shown"


def model_rows(margins: Mapping[str, np.ndarray], people: pd.DataFrame, config: Uncertainty) -> dict[str, list[Row]]:
    """Return per model how its Brier score differs from every later model's: margins [S, N] by model.

    model_difference_p is the sign-flip test over persons, adjusted for the number of pairs after Holm; mcnemar_p ignores
    that photographs come in persons and is there for comparison with other work.
    """
    looks = people["looks"].to_numpy()
    brier = {name: ((expit(values) - looks) ** 2).mean(0) for name, values in margins.items()}
    right = {name: (values.mean(0) > 0) == (looks == 1) for name, values in margins.items()}
    pairs = list(combinations(margins, 2))
    clusters = people["cluster"].to_numpy()
    tests = []
    for first, second in pairs:
        per_person = pd.Series(brier[first] - brier[second]).groupby(clusters).mean().to_numpy()
        tests.append((float(per_person.mean()), sign_flip(per_person, seed=config.seed)))
    adjusted = holm(np.array([p for _, p in tests]))
    rows: dict[str, list[Row]] = {name: [] for name in margins}
    for (first, second), (difference, _), p in zip(pairs, tests, adjusted, strict=True):
        about: dict[str, Any] = {"detail": f"against {second}", "counts": Counts(len(people), len(np.unique(clusters)))}
        rows[first] += [
            row("model_difference", difference, note="Brier score, mean over persons", **about),
            row("model_difference_p", p, note=f"Holm, {len(pairs)} pairs", **about),
            row(
                "mcnemar_p",
                mcnemar(int((right[first] & ~right[second]).sum()), int((right[second] & ~right[first]).sum())),
                note="ignores persons",
                **about,
            ),
        ]
    return rows
