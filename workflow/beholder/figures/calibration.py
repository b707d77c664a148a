"""What the audit finds of planted differences: each measure against the dose."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from beholder.audit.planted import ALONE
from beholder.audit.table import pick
from beholder.figures import style
from beholder.figures.runs import plural

#: Panels in reading order: name of the measure, title, lower end of the scale (the upper one is 1; None: as the numbers
#: need, from 0), and the value that means nothing is found.
_PANELS = [
    ("background_reliance", "Background reliance", None, None),
    ("conflict_accuracy", "Face wins conflicts", 0, None),
    ("background_auroc", "AUROC, background", 0, 0.5),
    ("content_asymmetry", "Asymmetry of content", None, None),
    ("energy_share", "Map on person", 0, None),
    ("energy_share_stock", "Stock map on person", 0, None),
    ("balanced_accuracy", "Balanced accuracy", 0, 0.5),
    ("probe_pixels", "AUROC, pixel probe", 0, 0.5),
    ("probe_framing", "AUROC, framing probe", 0, 0.5),
    ("probe_file", "AUROC, file probe", 0, 0.5),
]
_COLUMNS = 5
#: A cue has the same colour, marker and name in all panels.
_CUES = {
    "background": ("planted background", style.VERMILION, "o"),
    "tag": ("planted tag", style.ORANGE, "s"),
    "framing": ("planted framing", style.GREEN, "^"),
    "colour": ("planted colour cast", style.PURPLE, "v"),
    "jpeg": ("planted compression", style.SKY, "D"),
    "face": ("face alone", style.BLACK, "X"),
}


@style.styled
def plot_calibration(table: pd.DataFrame, floor: float) -> Figure:
    """Draw a panel per measure and a line per cue with its intervals; `table` as `audit.calibration` makes it."""
    seeds = table.loc[table["metric"] == "planted_background_reliance", "seed"].nunique()
    verdict = table[table["metric"] == "planted_dose"].iloc[0]
    rows = -(-len(_PANELS) // _COLUMNS)
    figure = style.new_figure(
        1.85 * rows + 0.5,
        "What the audit finds of a planted difference, by its dose",
        f"Rendered people; {plural(max(seeds - 1, 1), 'training')} per cue and dose. Dots: estimates; bars: intervals over "
        "seeds and persons. The faces differ in all photographs of one group, but for “face alone”, where they differ in "
        "that share and nothing else does: there a small share has a small effect, beside which noise is large. "
        f"Where nothing but the background differs, its reliance is {_alone(table)}. {_verdict(verdict)}",
    )
    points = _points(table)
    grid = figure.subplots(rows, _COLUMNS, sharex=True)
    for axes, (name, title, lowest, nothing) in zip(grid.flat, _PANELS, strict=True):
        for offset, (cue, own) in enumerate(points[points["measure"] == name].groupby("cue", sort=False)):
            _plot_cue(axes, str(cue), own, 0.012 * (offset - 2))
        axes.set_title(title)
        axes.set_ylim(*((0, None) if lowest is None else (lowest - 0.03, 1.03)))
        axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes.grid(axis="y")
        if nothing is not None:
            axes.axhline(nothing, color=style.GREY, linestyle=":", linewidth=1)
    grid[0, 0].axhline(floor, color=style.GREY, linestyle=":", linewidth=1)  # the highest that counts as none
    grid[-1, _COLUMNS // 2].set_xlabel("photographs of one group that carry the cue")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _points(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows over seeds with `measure`, `cue` and `dose` as columns."""
    rows = table[(table["seed"] == "all") & table["detail"].str.contains("/")]
    cue, dose = rows["detail"].str.split("/").str[0], rows["detail"].str.split("/").str[1].astype(float)
    return rows.assign(measure=rows["metric"].str.removeprefix("planted_"), cue=cue, dose=dose)[cue != ALONE]


def _plot_cue(axes: Axes, cue: str, points: pd.DataFrame, shift: float) -> None:
    label, colour, marker = _CUES[cue]
    points = points.sort_values("dose")
    x, y = points["dose"] + shift, points["estimate"]
    axes.vlines(x, points["low"], points["high"], color=colour, alpha=0.4, linewidth=1.4)
    axes.plot(x, y, color=colour, marker=marker, markersize=4, linewidth=1.2, label=label)


def _alone(table: pd.DataFrame) -> str:
    found = pick(table, metric="planted_background_reliance", detail=f"{ALONE}/1", seed="all")
    return f"{found['estimate']:.2f} [{found['low']:.2f}, {found['high']:.2f}]"


def _verdict(row: pd.Series) -> str:
    return "Passed." if row["estimate"] else f"Not passed: {row['note']}."
