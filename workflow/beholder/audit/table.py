"""The one table that every audit measure ends in: an estimate, its interval and what it was made from."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from beholder.audit.uncertainty import Interval

#: Columns of an audit table, in their order.
COLUMNS = [
    "metric",  # what was measured, e.g. `energy_share`
    "detail",  # which form of it, e.g. `registered, person` or a region's name
    "model",  # wildcard `backbone`
    "background",
    "recipe",
    "seed",  # a seed's number, or `all` for the estimate over seeds
    "group",  # `good`, `normal` or `all`
    "estimate",
    "low",
    "high",
    "n",  # images (or pairs) that were scored
    "clusters",  # persons or duplicate components behind them
    "missing",  # images (or pairs) that could not be scored
    "note",  # why an estimate is missing, or what limits it
]


#: Note of a background reliance that does not exist.
NO_EFFECT = "neither face nor background has an effect beyond 3 standard errors"

#: Note of a background reliance that says little.
FLAT_BACKGROUND = "one flat colour behind everybody: what is swapped is hair, neck and clothes at most"


class Counts(NamedTuple):
    """What an estimate was made from."""

    n: int = 0
    clusters: int = 0
    missing: int = 0


def row(
    metric: str,
    interval: Interval | float,
    *,
    detail: str = "",
    group: str = "all",
    counts: Counts = Counts(),  # noqa: B008 (a tuple)
    note: str = "",
) -> dict[str, object]:
    """Return one row without its run; `tidy` adds the run. A bare float stands for an estimate without an interval."""
    if not isinstance(interval, Interval):
        interval = Interval(float(interval), float("nan"), float("nan"))
    return {
        "metric": metric,
        "detail": detail,
        "group": group,
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        **counts._asdict(),
        "note": note,
    }


def tidy(
    rows: Iterable[dict[str, object]],
    *,
    model: str = "",
    background: str = "",
    recipe: str = "",
    seed: int | str = "all",
) -> pd.DataFrame:
    """Return rows of `row` as a table with the columns `COLUMNS`, all made by one run or one group of seeds."""
    table = pd.DataFrame(list(rows), columns=[name for name in COLUMNS if name not in _RUN])
    run = {"model": model, "background": background, "recipe": recipe, "seed": str(seed)}
    return table.assign(**run)[COLUMNS]


def pick(table: pd.DataFrame, **wanted: object) -> pd.Series:
    """Return the only row whose columns have the wanted values.

    Raises KeyError where none or several match, naming what was asked for.
    """
    match = table
    for column, value in wanted.items():
        match = match[match[column] == value]
    if len(match) != 1:
        raise KeyError(f"{len(match)} rows of the audit table match {wanted}, expected one")
    return match.iloc[0]


def per_model(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    """Yield every background, model and recipe of an audit table with its rows over all seeds.

    Rows without a model (probes, controls) speak of all models of their background, those without a background of all.
    """
    over_seeds = table[table["seed"] == "all"]
    for key, own in over_seeds[over_seeds["model"] != ""].groupby(["background", "model", "recipe"], sort=False):
        general = over_seeds[(over_seeds["model"] == "") & over_seeds["background"].isin(["", key[0]])]
        yield key, pd.concat([own, general], ignore_index=True)


_RUN = ("model", "background", "recipe", "seed")
