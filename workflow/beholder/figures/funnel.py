"""The selection funnel: how many photographs each source lost to which reason."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from beholder.common.errors import BeholderError
from beholder.common.labels import GROUPS
from beholder.figures import style
from beholder.figures.runs import plural

_MOST_COLUMNS = 3
_FIRST, _LAST = "collected", "kept"


def check_funnel(funnel: pd.DataFrame) -> None:
    """Raise BeholderError where the photographs of a source that were collected are not those kept and rejected."""
    for (looks, source), steps in funnel.groupby(["looks", "source"]):
        counts = steps.set_index("step")["count"]
        if counts.get(_FIRST) != counts.drop(_FIRST, errors="ignore").sum():
            raise BeholderError(
                f"the funnel of source `{source}` (looks {looks}) does not add up: {counts.to_dict()}; "
                "collected must be kept plus all reasons. Run `select_faces` again."
            )


@style.styled
def plot_funnel(funnel: pd.DataFrame) -> Figure:
    """Draw a panel of falling bars per group and source. `funnel` has the columns looks, source, step, count."""
    sources = list(funnel.groupby(["looks", "source"], sort=False).groups)
    sources.sort(key=lambda source: -source[0])
    steps = _steps_that_occur(funnel)
    columns = min(len(sources), _MOST_COLUMNS)
    rows = -(-len(sources) // columns)
    totals = funnel.groupby("step")["count"].sum()
    figure = style.new_figure(
        rows * (0.27 * len(steps) + 0.4),
        "From collected to kept photographs",
        f"{totals[_LAST]:,} of {plural(totals[_FIRST], 'photograph')} kept. "
        "Each counts once, under the first reason that rejects it; shares are of the source's collected photographs.",
    )
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes, (looks, source) in zip(grid.flat, sources, strict=False):
        counts = funnel.query("looks == @looks and source == @source").set_index("step")["count"]
        _plot_source(axes, counts.reindex(steps, fill_value=0), GROUPS[looks])
        axes.set_title(f"{GROUPS[looks]}: {source}")
    for axes in grid.flat[len(sources) :]:
        axes.set_visible(False)
    return figure


def _steps_that_occur(funnel: pd.DataFrame) -> list[str]:
    """Return `collected`, the reasons with a count in the order of the table, `kept`."""
    occurring = funnel.loc[funnel["count"] > 0, "step"].drop_duplicates()
    return [_FIRST, *occurring[~occurring.isin([_FIRST, _LAST])], _LAST]


def _plot_source(axes: Axes, counts: pd.Series, group: str) -> None:
    lost = counts.where(~counts.index.isin([_FIRST, _LAST]), 0)
    left = (counts[_FIRST] - lost.cumsum()).where(counts.index != _LAST, 0)
    left[_FIRST] = 0
    colours = {_FIRST: style.GREY, _LAST: style.GROUP_COLOURS[group]}
    positions = range(len(counts))
    axes.barh(
        positions, counts, left=left, height=0.72, color=[colours.get(step, style.ORANGE) for step in counts.index]
    )
    for position, (start, count) in enumerate(zip(left, counts, strict=True)):
        share = f" ({count / counts[_FIRST]:.1%})" if position else ""
        _label(axes, position, start, count, f"{count:,}{share if count else ''}", counts[_FIRST])
    axes.set(xlim=(0, counts[_FIRST] * 1.02), ylim=(len(counts) - 0.5, -0.5), xticks=[])
    axes.set_yticks(positions, [step.replace("_", " ") for step in counts.index])
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)


def _label(axes: Axes, position: int, start: float, count: float, text: str, total: float) -> None:
    """Write a bar's number where there is room: inside a long bar, else on the emptier side of it."""
    pad = total * 0.015
    colour = style.BLACK if count else style.GREY
    if count > total / 2:
        axes.text(start + pad, position, text, va="center", color="white", fontweight="bold", fontsize=8)
    elif start > total / 2:
        axes.text(start - pad, position, text, va="center", ha="right", color=colour, fontsize=8)
    else:
        axes.text(start + count + pad, position, text, va="center", color=colour, fontsize=8)
