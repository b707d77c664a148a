"""Reads from audit tables what a verdict is made from: the only place that knows both their names."""

import numpy as np
import pandas as pd

from beholder.audit.table import FLAT_BACKGROUND, NO_EFFECT, pick
from beholder.audit.uncertainty import Interval
from beholder.audit.verdict import MAIN, TWO_SIDED, Evidence

#: Where each measure of the qualifiers stands in the table: metric and, where it has several rows, detail.
_MEASURES = {
    "geometry_probe_auroc": ("probe_auroc", "framing"),
    "tensor_probe_auroc": ("probe_auroc", "pixels"),
    "within_class_r": ("within_class_r", "pixels"),
    "harmonise_drop": ("harmonise_drop", None),
    "placement_contrast": ("placement_contrast", None),
    "background_only_auroc": ("auroc", "background_only"),
    "content_asymmetry": ("content_right", "registered/person"),
    "leakage_gain": ("leakage_gain", None),
    "negative_control_auroc": ("negative_control_auroc", None),
    "trained_control_auroc": ("control_sources_auroc", None),
    "shuffled_accuracy": ("control_shuffled_balanced_accuracy", None),
    "halves_accuracy": ("control_halves_balanced_accuracy", None),
    "subgroup_gap": ("subgroup_gap", None),
    "calibration_error": ("calibration_error_debiased", None),
}


def read_evidence(table: pd.DataFrame) -> Evidence:
    """Return the evidence about one model, background and recipe from all its rows with seed `all`.

    Must hold: background_reliance and conflict_accuracy per setting, interaction_ratio of the main one, self_paste,
    balanced_accuracy of the originals, mask_ok, clusters_per_class, seeds, shared_persons. May hold: planted_dose (1 or 0)
    and the measures of the qualifiers; of several rows of one measure the one that is surest to lie far out counts.

    Raises KeyError naming what is missing.
    """
    note = pick(table, metric="background_reliance", detail=MAIN)["note"]
    planted = table.loc[table["metric"] == "planted_dose", "estimate"]
    return Evidence(
        reliance=_by_detail(table, "background_reliance"),
        conflict_accuracy=_by_detail(table, "conflict_accuracy"),
        no_effect=note == NO_EFFECT,
        flat=note == FLAT_BACKGROUND,
        interaction_ratio=_number(table, "interaction_ratio", detail=MAIN),
        self_paste=_number(table, "self_paste"),
        balanced_accuracy=_interval(pick(table, metric="balanced_accuracy", detail="original")),
        mask_ok=_number(table, "mask_ok"),
        clusters_per_class=int(_number(table, "clusters_per_class")),
        seeds=int(_number(table, "seeds")),
        shared_persons=int(_number(table, "shared_persons")),
        planted_dose=bool(planted.iloc[0]) if len(planted) else None,
        measures=_measures(table),
    )


def _measures(table: pd.DataFrame) -> dict[str, Interval]:
    found = {}
    for name, (metric, detail) in _MEASURES.items():
        rows = table[(table["metric"] == metric) & ((table["detail"] == detail) if detail else True)]
        rows = rows[rows["estimate"].notna()]
        if len(rows):
            nearest = np.maximum(rows["low"], -rows["high"]) if name in TWO_SIDED else rows["low"]
            found[name] = _interval(rows.loc[nearest.fillna(-np.inf).idxmax()])
    return found


def _by_detail(table: pd.DataFrame, metric: str) -> dict[str, Interval]:
    rows = table[table["metric"] == metric]
    return {str(detail): _interval(rows.loc[index]) for index, detail in rows["detail"].items()}


def _number(table: pd.DataFrame, metric: str, **where: str) -> float:
    return float(pick(table, metric=metric, **where)["estimate"])


def _interval(found: pd.Series) -> Interval:
    return Interval(float(found["estimate"]), float(found["low"]), float(found["high"]))
