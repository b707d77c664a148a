"""Audit tables of planted experiments, made up: what a sound pipeline would find."""

import pandas as pd

from beholder.audit.calibration import MEASURES
from beholder.audit.table import Counts, row, tidy
from beholder.audit.uncertainty import Interval

CALIBRATION = {"cues": ["background", "face"], "doses": [0.0, 0.2, 0.5, 0.8, 1.0], "input_size": 56, "seeds": [0, 1]}


def dose_table(reliance: float, spread: float = 0.01, sign: int = 1) -> pd.DataFrame:
    """Return what the audit writes of two trainings that rely on the background by `reliance`, in a direction."""
    rows = [
        row(metric, Interval(value, value - 0.05, value + 0.05), detail=detail, group=group, counts=Counts(90, 30))
        for name, (metric, detail, group) in MEASURES.items()
        for value in [_value(name, reliance)]
    ]
    single = [
        tidy(
            [
                row("background_reliance", reliance + step, detail="main"),
                row("background_effect", sign * 3 * (reliance + step), detail="main"),
            ],
            model="network",
            seed=seed,
        )
        for seed, step in enumerate((-spread, spread))
    ]
    return pd.concat([tidy(rows, model="network"), *single], ignore_index=True)


def tables() -> dict[tuple[str, float], pd.DataFrame]:
    """Return the tables of a pipeline that finds a planted background and is not fooled by a face."""
    doses = CALIBRATION["doses"]
    found = {("background", dose): dose_table(0.3 * dose, 0.01 * (dose > 0)) for dose in doses}
    found["background_alone", 1.0] = dose_table(0.97)
    return found | {("face", dose): dose_table(0.001 * dose, 0.0) for dose in doses if dose > 0}


def _value(name: str, reliance: float) -> float:
    match name:
        case "background_reliance":
            return reliance
        case "background_effect":
            return 3 * reliance
        case "background_auroc" | "probe_pixels":
            return 0.5 + reliance
        case "content_asymmetry":
            return -reliance
        case _:
            return 1 - reliance / 3
