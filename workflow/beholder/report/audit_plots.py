"""Estimates as rows of a table that is a picture as well: a dot and a whisker on a common scale."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from beholder.audit.cards import MODEL
from beholder.figures.runs import model_name
from beholder.report.audit_questions import Plot

#: Rows of a section's full table on the page; the file has them all.
_MOST_ROWS = 400


class Line(NamedTuple):
    """One estimate: texts, and its place on the scale in per cent."""

    model: str
    again: bool
    """Whether the line above is of the same model."""
    name: str
    text: str
    n: str
    dot: float | None
    left: float
    width: float


class Chart(NamedTuple):
    """A plot with its lines and marks."""

    title: str
    note: str
    lines: Sequence[Line]
    marks: Sequence[float]
    """Places of the thresholds in per cent."""
    ticks: Sequence[tuple[float, str]]


def chart(plot: Plot, table: pd.DataFrame, thresholds: Mapping[str, Any]) -> Chart | None:
    """Return a plot of the rows of an audit table over all seeds, or None where there are none.

    thresholds: the settings of the verdict, which the plot's marks name by their path.
    """
    rows = table[(table["metric"] == plot.metric) & (table["seed"] == "all") & table["group"].isin(plot.groups)]
    if tuple(plot.details) != ("",):
        rows = rows[rows["detail"].isin(list(plot.details))]
    rows = rows[rows["estimate"].notna() | (rows["note"] != "")]
    if rows.empty:
        return None
    marks = [_threshold(path, thresholds) for path in plot.marks]
    low, high = plot.ends or _ends(rows, marks)
    order = {detail: number for number, detail in enumerate(plot.details)}
    models = table.groupby(MODEL, sort=False).ngroup()
    rows = rows.assign(model_order=models, order=rows["detail"].map(order).fillna(0))
    rows = rows.sort_values(["model_order", "order"], kind="stable")
    recipes = table["recipe"].nunique() > 2  # one, and none for what holds for all

    def place(value: float) -> float:
        return float(np.clip(100 * (value - low) / (high - low), 0, 100))

    names = [run_name(row, recipes) for row in rows.itertuples()]
    lines = [
        _line(row, name, number > 0 and names[number - 1] == name, plot, place)
        for number, (row, name) in enumerate(zip(rows.itertuples(), names, strict=True))
    ]
    ticks = [(place(value), f"{value:g}".replace("-", "\u2212")) for value in ticks_of(low, high)]
    return Chart(plot.title, plot.note, lines, [place(mark) for mark in marks if low <= mark <= high], ticks)


def text_rows(table: pd.DataFrame, metrics: Sequence[str]) -> tuple[list[list[str]], int]:
    """Return the rows of some metrics as texts, in their order, and how many there are altogether."""
    rows = table[table["metric"].isin(metrics)]
    rows = rows.assign(order=rows["metric"].map({name: n for n, name in enumerate(metrics)}))
    rows = rows.sort_values(
        ["order", "background", "recipe", "model", "seed"], kind="stable", ascending=[1, 1, 1, 1, 0]
    )
    texts = [
        [
            *(str(value) for value in (row.metric, row.detail, row.group, run_name(row), row.seed)),
            number(row.estimate),
            interval(row.low, row.high),
            *(f"{int(value):,}" if value == value else "" for value in (row.n, row.clusters, row.missing)),
            row.note,
        ]
        for row in rows.head(_MOST_ROWS).itertuples()
    ]
    return texts, len(rows)


HEADER = ["Measure", "Detail", "Group", "Model", "Seed", "Estimate", "Interval", "n", "Persons", "Missing", "Note"]


def run_name(row: Any, recipe: bool = True) -> str:
    """Return model, background and, if wanted, recipe of a row of the audit table in words."""
    parts = (model_name(row.model), row.background, row.recipe if recipe else "")
    return ", ".join(part for part in parts if part) or "all"


def number(value: float) -> str:
    """Return a number with as many digits as a reader can use, and a proper minus sign."""
    if value != value:
        return "–"
    text = f"{value:.3g}" if abs(value) >= 100 else f"{round(value, 2) + 0.0:.2f}"  # + 0.0: no negative zero
    return text.replace("-", "\u2212")


def interval(low: float, high: float) -> str:
    """Return the ends of an interval, or nothing."""
    return f"{number(low)} to {number(high)}" if low == low else ""


def _line(row: Any, model: str, again: bool, plot: Plot, place) -> Line:
    name = plot.details.get(row.detail, row.detail)
    if len(plot.groups) > 1 or row.group != "all":
        name = f"{name}, {row.group}" if name else row.group
    left, right = (place(end) if end == end else 0.0 for end in (row.low, row.high))
    text = number(row.estimate) + (f" ({interval(row.low, row.high)})" if row.low == row.low else "")
    if row.estimate != row.estimate:
        text = row.note
    n = f"{int(row.n):,}" + (f" ({int(row.clusters):,})" if row.clusters else "")
    dot = place(row.estimate) if row.estimate == row.estimate else None
    return Line(model, again, name, text, n, dot, left, right - left)


def _threshold(path: str, thresholds: Mapping[str, Any]) -> float:
    if path[0].isdigit():
        return float(path)
    value: Any = reduce(lambda section, key: section[key], path.split("."), thresholds)
    return float(value)


def _ends(rows: pd.DataFrame, marks: Sequence[float]) -> tuple[float, float]:
    values = np.concatenate([rows[name].to_numpy(float) for name in ("estimate", "low", "high")])
    values = np.concatenate([values[np.isfinite(values)], [0.0], marks])
    low, high = values.min(), values.max()
    room = 0.04 * (high - low) or 0.5
    return low - room * (low < 0), high + room


def ticks_of(low: float, high: float) -> list[float]:
    """Return a few round numbers between the ends of a scale."""
    step = 10 ** np.floor(np.log10((high - low) / 2))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if (high - low) / (factor * step) <= 5)
    first = np.ceil(low / step - 1e-9)
    return [round(float(step * k), 10) + 0.0 for k in np.arange(first, np.floor(high / step + 1e-9) + 1)]
