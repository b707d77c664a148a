"""Training curves of all models side by side (source figure 5)."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from beholder.figures import style
from beholder.figures.runs import GRID_ORDER, model_name, order_models, plural

_LINES = {
    "train_accuracy": ("training", style.BLUE, "--"),
    "val_accuracy": ("validation", style.VERMILION, "-"),
}
_MOST_COLUMNS = 5


@style.styled
def plot_curves(histories: pd.DataFrame, lowest_accuracy: float) -> Figure:
    """Draw accuracy against epoch, a panel per background and model: mean and range over seeds.

    `histories` is what `runs.read_histories` returns, of one recipe.
    """
    models = order_models(histories["backbone"], GRID_ORDER)
    rows = [
        (background, models[start : start + _MOST_COLUMNS])
        for background in histories["background"].unique()
        for start in range(0, len(models), _MOST_COLUMNS)
    ]
    figure = style.new_figure(
        1.75 * len(rows) + 0.3,
        f"Accuracy per epoch, recipe “{histories['recipe'].iloc[0]}”",
        _describe_seeds(histories),
    )
    grid = figure.subplots(len(rows), min(len(models), _MOST_COLUMNS), sharex=True, sharey=True, squeeze=False)
    for axes_row, (background, shown) in zip(grid, rows, strict=True):
        for axes, model in zip(axes_row, shown, strict=False):
            _plot_panel(axes, histories.query("background == @background and backbone == @model"))
            axes.set_title(model_name(model))
        axes_row[0].set_ylabel(f"accuracy,\n{background} background")
        for axes in axes_row[len(shown) :]:
            axes.set_visible(False)
    grid[0, 0].set_ylim(lowest_accuracy, 1 + 0.03 * (1 - lowest_accuracy))
    figure.supxlabel("epoch", fontsize=9)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="upper right", ncols=2)
    return figure


def _plot_panel(axes: Axes, histories: pd.DataFrame) -> None:
    for column, (label, colour, line) in _LINES.items():
        epochs = histories.groupby("epoch")[column].agg(["mean", "min", "max"])
        axes.fill_between(epochs.index, epochs["min"], epochs["max"], color=colour, alpha=0.2, linewidth=0)
        axes.plot(epochs.index, epochs["mean"], line, color=colour, label=label, marker="o", markersize=2.5)
    axes.grid(axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.tick_params(labelbottom=True)


def _describe_seeds(histories: pd.DataFrame) -> str:
    counts = histories.groupby(["background", "backbone"])["seed"].nunique()
    if counts.max() == 1:
        return "A single seed."
    seeds = plural(counts.max(), "seed") if counts.nunique() == 1 else f"{counts.min()} to {counts.max()} seeds"
    return f"Line: mean over {seeds}; band: lowest to highest seed."
