"""The accuracy tables as people read them: in per cent, titled and ordered as in the source."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from beholder.figures.runs import TABLE_ORDER, model_name, order_models, plural

#: The models' names in the titles of the source's tables, where they differ from those in its text.
_TITLES = {"custom": "Custom Model", "efficientnet_b0": "EfficientNet"}

EPOCHS_NOTE = (
    "Accuracy in per cent: mean ± standard deviation over seeds. Training accuracy accumulates during the epoch."
)

SUMMARY_NOTE = (
    "A network starts from scratch, from weights that this run trained on its own labels, or from those named. "
    "Accuracy in per cent; ± is the standard deviation over seeds. The test accuracy is the mean over seeds; the range in brackets is Wilson's 95 % interval at the effective n, "
    "the number of images if all images of one person were judged alike; the audit's page resamples persons instead, whose "
    "intervals are narrower where they are not. Best validation is the best epoch of each seed, chosen on those same "
    "images and thus flattering; the last column holds validation accuracies of the source experiment, measured on "
    "photographs of its own in a single run."
)


class TextTable(NamedTuple):
    """A table ready to be shown. The first `labels` columns are text, the others numbers."""

    title: str
    header: list[str]
    rows: list[list[str]]
    labels: int


def epoch_tables(table: pd.DataFrame) -> list[TextTable]:
    """Return one table per training of an `epoch_table`.

    Those of the first recipe on the original background carry the source's numbers.
    """
    return [
        _epoch_table(chosen, model, background, recipe, recipe == table["recipe"].iloc[0])
        for (recipe, background), part in table.groupby(["recipe", "background"], sort=False)
        for model in order_models(part["backbone"], TABLE_ORDER)
        for chosen in [part[part["backbone"] == model]]
    ]


def _epoch_table(table: pd.DataFrame, model: str, background: str, recipe: str, first_recipe: bool) -> TextTable:
    title = _TITLES.get(model, model_name(model))
    if first_recipe and background == "original" and model in TABLE_ORDER:
        title = f"Table {TABLE_ORDER.index(model) + 1}: {title}"
    else:
        title += f", {background} background" + ("" if first_recipe else f", recipe {recipe}")
    rows = [
        [
            str(row.epoch),
            _percent(row.train_accuracy, row.train_deviation),
            _percent(row.val_accuracy, row.val_deviation),
        ]
        for row in table.sort_values("epoch").itertuples()
    ]
    seeds = plural(table["seeds"].max(), "seed")
    return TextTable(f"{title} ({seeds})", ["Epoch", "Train Accuracy", "Validation Accuracy"], rows, 1)


def summary_text(table: pd.DataFrame) -> TextTable:
    """Return a `summary_table` as text."""
    header = ["Recipe", "Background", "Model", "Architecture, start", "Seeds", "Test accuracy", "n (effective)"]
    header += ["Best validation", "Last validation", "Source, best / last"]
    rows = [
        [
            *[row.recipe, row.background, model_name(row.backbone), row.network, str(row.seeds)],
            f"{_percent(row.test_accuracy, row.test_deviation)} [{_percent(row.test_low)}, {_percent(row.test_high)}]",
            f"{row.test_n:,} ({row.test_effective_n:,.0f})",
            _percent(row.best_val, row.best_val_deviation),
            _percent(row.last_val, row.last_val_deviation),
            f"{_percent(row.published_best_val)} / {_percent(row.published_last_val)}",
        ]
        for row in table.itertuples()
    ]
    return TextTable("Accuracy of all models", header, rows, 4)


def markdown(tables: Iterable[TextTable], note: str, level: int = 3) -> str:
    """Return the tables as one Markdown document that ends with `note`."""
    return "\n\n".join([*(_markdown(table, level) for table in tables), note]) + "\n"


def _markdown(table: TextTable, level: int) -> str:
    rule = [":--"] * table.labels + ["--:"] * (len(table.header) - table.labels)
    lines = [_line(cells) for cells in (table.header, rule, *table.rows)]
    return "\n".join(["#" * level + f" {table.title}", "", *lines])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(share: float, deviation: float = math.nan) -> str:
    if math.isnan(share):
        return "–"
    return f"{100 * share:.2f}" + ("" if math.isnan(deviation) else f" ± {100 * deviation:.2f}")
