"""Each measure of the audit against the dose of a planted difference, as rows of the audit table."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from beholder.audit.dose import failures
from beholder.audit.planted import ALONE, FACE
from beholder.audit.table import Counts, pick, row, tidy
from beholder.audit.uncertainty import Interval
from beholder.audit.verdict import MAIN

#: What is shown, as `planted_<name>`: metric, detail and group of an audit table.
MEASURES = {
    "background_reliance": ("background_reliance", MAIN, "all"),
    "background_effect": ("background_effect", MAIN, "all"),
    "conflict_accuracy": ("conflict_accuracy", MAIN, "all"),
    "background_auroc": ("auroc", "background_only", "all"),
    "content_asymmetry": ("content_right", "registered/person", "good"),
    "energy_share": ("energy_share", "registered/person", "good"),
    "energy_share_stock": ("energy_share", "stock/person", "good"),
    "balanced_accuracy": ("balanced_accuracy", "original", "all"),
    "probe_pixels": ("probe_auroc", "pixels", "all"),
    "probe_framing": ("probe_auroc", "framing", "all"),
    "probe_file": ("probe_auroc", "file", "all"),
}
#: Either side counts.
_UNSIGNED = "content_asymmetry"

#: Audit tables by cue and dose.
Tables = Mapping[tuple[str, float], pd.DataFrame]


def calibration_table(tables: Tables, floor: float, ceiling: float) -> pd.DataFrame:
    """Return the rows of all experiments, the rank correlation of dose and reliance per cue, and the pass or fail row.

    tables: those of a trained cue and dose, as `audit_estimates` and `audit_confounders` write them; dose 0 of every cue
    but the facial one. floor: highest reliance that counts as none; ceiling: the least where the background
    alone differs. Details are `cue/dose`.
    """
    rows = [found for (cue, dose), table in tables.items() for found in _rows(table, f"{cue}/{dose:g}")]
    single = {point: _single_seeds(table) for point, table in tables.items()}
    cues = dict.fromkeys(cue for cue, _ in tables if cue != ALONE)
    rows += [row("planted_spearman", _rank_correlation(_of(single, cue)), detail=cue) for cue in cues]
    half = _over_seeds(tables["background", 0.5], "background_effect")
    faces = {dose: _over_seeds(table, "background_reliance") for (cue, dose), table in tables.items() if cue == FACE}
    alone = _over_seeds(tables[ALONE, 1.0], "background_reliance")
    found = failures(_of(single, "background"), half, faces, alone, floor=floor, ceiling=ceiling)
    rows.append(row("planted_dose", not found, note="; ".join(found)))
    seeds = [
        tidy([row("planted_background_reliance", abs(value), detail=f"{cue}/{dose:g}")], seed=seed)
        for (cue, dose), values in single.items()
        for seed, value in values.items()
        if len(values) > 1
    ]
    return pd.concat([tidy(rows), *seeds], ignore_index=True)


def _rows(table: pd.DataFrame, detail: str) -> list[dict[str, Any]]:
    over_seeds, rows = table[table["seed"] == "all"], []
    for name, (metric, form, group) in MEASURES.items():
        found = pick(over_seeds, metric=metric, detail=form, group=group)
        interval = _unsigned(_interval(found)) if name == _UNSIGNED else _interval(found)
        counts = Counts(*(int(found[key]) for key in Counts._fields))
        rows.append(row(f"planted_{name}", interval, detail=detail, counts=counts, note=found["note"]))
    return rows


def _over_seeds(table: pd.DataFrame, metric: str) -> Interval:
    return _interval(pick(table, metric=metric, detail=MAIN, seed="all"))


def _single_seeds(table: pd.DataFrame) -> dict[str, float]:
    """Return the reliance by seed, negative where the background speaks for the other group than the planted one.

    A single training's is the one over seeds.
    """
    names = ["background_reliance", "background_effect"]
    found = table[table["metric"].isin(names) & (table["detail"] == MAIN)]
    by_seed = found.pivot(index="seed", columns="metric", values="estimate").astype(float)
    single = by_seed.drop(index="all") if len(by_seed) > 1 else by_seed
    return dict(zip(single.index, np.copysign(*(single[name] for name in names)), strict=True))


def _of(single: Mapping[tuple[str, float], dict[str, float]], cue: str) -> dict[float, np.ndarray]:
    return {dose: np.array(list(values.values())) for (name, dose), values in single.items() if name == cue}


def _rank_correlation(reliance: Mapping[float, np.ndarray]) -> float:
    """Return Spearman's correlation of dose and mean signed reliance; NaN where one is missing or all are the same."""
    means = [values.mean() for values in reliance.values()]
    return float(spearmanr(list(reliance), means).statistic) if len(set(means)) > 1 else float("nan")


def _interval(found: pd.Series) -> Interval:
    return Interval(float(found["estimate"]), float(found["low"]), float(found["high"]))


def _unsigned(interval: Interval) -> Interval:
    """Return the interval of the size of a number."""
    ends = sorted(abs(end) for end in interval[1:])
    return Interval(abs(interval.estimate), 0.0 if interval.low < 0 < interval.high else ends[0], ends[1])
