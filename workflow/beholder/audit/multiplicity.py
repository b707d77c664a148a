"""P values adjusted for how many were looked at, once those of all models are known.

One question is asked of every model beforehand: does the background move the margin? Its p values are adjusted after Holm
(1979), and hold together. The question for every region and group is exploratory: its p values are adjusted after Benjamini and
Hochberg (1995), which bounds the share of false findings only. The verdicts rest on neither, but on intervals that hold
for all models at once (`verdict.level_for`).
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from beholder.audit.comparisons import benjamini_hochberg, holm
from beholder.audit.table import COLUMNS

#: What the note of an adjusted p value says, and how it is adjusted, by the metric that holds the plain ones.
FAMILIES: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "background_effect_p": ("primary: Holm", holm),
    "occlusion_p": ("exploratory: Benjamini-Hochberg", benjamini_hochberg),
}


def adjusted_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows `<metric>_adjusted` for all p values over seeds of an audit table.

    A family holds the p values of all models of one background and recipe, and of all regions and groups where there are.
    """
    adjusted = [pd.DataFrame(columns=COLUMNS)]
    for metric, (name, adjust) in FAMILIES.items():
        plain = table[(table["metric"] == metric) & (table["seed"] == "all")]
        for _, family in plain.groupby(["background", "recipe"], sort=False):
            p, number = family["estimate"].to_numpy(float), int(family["estimate"].notna().sum())
            note = f"{name} over {number} test{'s' * (number != 1)}"
            adjusted.append(family.assign(metric=f"{metric}_adjusted", estimate=adjust(p), note=note))
    return pd.concat([rows for rows in adjusted if len(rows)] or adjusted, ignore_index=True)
