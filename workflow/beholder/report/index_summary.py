"""The first sentences of the index page: what the numbers come to."""

from collections.abc import Sequence

import pandas as pd

from beholder.figures.runs import model_name, plural


def headline(tables: Sequence[pd.DataFrame]) -> list[str]:
    """Return a sentence per background on the best and the worst model of the first recipe, from the accuracy summary.

    Returns none where no summary is among the `tables`.
    """
    summary = next((table for table in tables if "test_accuracy" in table), None)
    if summary is None:
        return []
    main = summary[summary["recipe"] == summary["recipe"].iloc[0]]
    return [_sentence(background, rows) for background, rows in main.groupby("background", sort=False)]


def _sentence(background: str, rows: pd.DataFrame) -> str:
    best, worst = rows.loc[rows["test_accuracy"].idxmax()], rows.loc[rows["test_accuracy"].idxmin()]
    text = f"{background.capitalize()} background: {_result(best)}"
    if len(rows) > 1:
        text += f"; the lowest of {len(rows)} models, {_result(worst)}"
    return f"{text}. n\u00a0=\u00a0{plural(best['test_n'], 'test photograph')}, {plural(best['seeds'], 'seed')}."


def _result(row: pd.Series) -> str:
    low, high = 100 * row["test_low"], 100 * row["test_high"]
    return f"{model_name(row['backbone'])} is right in {100 * row['test_accuracy']:.1f}\u00a0% (95\u00a0% interval {low:.1f} to {high:.1f})"
