"""Averaged heatmaps of all models in the source's grid (source figures 6 to 9), in two drawings.

`stock` repeats the published pictures: ReLU maps, each scaled to 0..1 before averaging, on the nominal grid. `signed`
shows the plain mean of the margin maps where the network looked, on one scale for all models.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import CenteredNorm, Normalize
from matplotlib.figure import Figure

from beholder.common.errors import BeholderError
from beholder.explain.registration import draw, upsampling
from beholder.figures import style
from beholder.figures.runs import GRID_ORDER, Run, model_name, order_models, plural


class Average(NamedTuple):
    """The mean maps of one model, over images and then over seeds."""

    backbone: str
    n: int
    seeds: int
    stock: np.ndarray
    """[S, S] in 0..1."""
    signed: np.ndarray
    """[S, S], logits per cell, registered."""
    margin: float
    """Sum of the signed map's cells: the mean margin less the bias, in logits."""
    centres: tuple[np.ndarray, np.ndarray]
    """Pixel rows [H] and columns [W] of the centres of the map's cells."""


def read_averages(runs: Sequence[Run], geometries: Sequence[Run], group: str) -> list[Average]:
    """Read averages.npz and geometry.json of every run and average over the seeds of each model, in the grid's order.

    Raises BeholderError where the group has no image in some run.
    """
    pairs = list(zip(runs, geometries, strict=True))
    return [
        _over_seeds(model, [pair for pair in pairs if pair[0].backbone == model], group)
        for model in order_models([run.backbone for run in runs], GRID_ORDER)
    ]


def _over_seeds(backbone: str, pairs: Sequence[tuple[Run, Run]], group: str) -> Average:
    geometry = json.loads(pairs[0][1].path.read_text())
    size, offset, stride = (geometry[key] for key in ("input_size", "offset", "stride"))
    stock, margin, counts = [], [], []
    for run, _ in pairs:
        with np.load(run.path) as arrays:
            stock.append(arrays[f"stock_{group}"])
            margin.append(arrays[f"margin_{group}"])
            counts.append(int(arrays[f"n_{group}"]))
    if not all(counts):
        raise BeholderError(
            f"the test set of {backbone} has no image of the group `{group}`: there is nothing to average."
        )
    mean = np.mean(margin, axis=0)
    height, width = mean.shape
    return Average(
        backbone=backbone,
        n=counts[0],
        seeds=len(pairs),
        stock=np.mean(stock, axis=0),
        signed=draw(mean, upsampling(size, height, offset, stride), upsampling(size, width, offset, stride)),
        margin=float(mean.sum()),
        centres=(offset + stride * np.arange(height), offset + stride * np.arange(width)),
    )


@style.styled
def plot_stock(averages: Sequence[Average], group: str, background: str, colormap: str) -> Figure:
    """Draw the averages as published: from 0 to 1, without a face below."""
    colours = ScalarMappable(Normalize(0, 1), colormap)
    figure, panels = _panels(
        averages,
        f"Stock Grad-CAM, group “{group}”, {background} background",
        f"Mean over test images and {_seeds(averages)}, drawn as published: map of the predicted class, ReLU, each image "
        "scaled to 0–1, plain resize.",
        colours,
        "mean of scaled maps",
    )
    for axes, average in zip(panels, averages, strict=True):
        axes.imshow(average.stock, cmap=colormap, vmin=0, vmax=1)
        style.bare(axes)
        axes.set_xlabel(f"n = {average.n:,}")
    return figure


@style.styled
def plot_signed(
    averages: Sequence[Average], face: np.ndarray, group: str, background: str, colormap: str, opacity: float
) -> Figure:
    """Draw the registered, signed averages over the mean face uint8 [S,S,3], all on one scale centred at 0."""
    limit = max(np.abs(average.signed).max() for average in averages) or 1.0
    colours = ScalarMappable(CenteredNorm(0, limit), colormap)
    figure, panels = _panels(
        averages,
        f"Signed evidence, group “{group}”, {background} background",
        f"Mean over test images and {_seeds(averages)} of raw margin maps (good − normal) over the mean face; "
        "ticks: centres of the map cells. One scale for all panels.",
        colours,
        "logits per cell",
        ends=("normal", "good"),
    )
    for axes, average in zip(panels, averages, strict=True):
        style.show_image(axes, shade(colours.to_rgba(average.signed, bytes=True)[..., :3], face, opacity))
        _mark_centres(axes, average.centres, len(face))
        axes.set_xlabel(f"n = {average.n:,}, sum {average.margin:+.2f}".replace("-", "−"))
    return figure


def _panels(
    averages: Sequence[Average],
    title: str,
    subtitle: str,
    colours: ScalarMappable,
    label: str,
    ends: tuple[str, str] = ("", ""),
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a titled panel per model and one colour scale."""
    columns = _columns(len(averages))
    rows = -(-len(averages) // columns)
    height = rows * (style.HALF_WIDTH / columns + 0.42) + (0.9 if rows * columns == len(averages) else 0)
    figure = style.new_figure(height, title, subtitle, style.HALF_WIDTH)
    grid = figure.subplots(rows, columns, squeeze=False)
    panels, spare = list(grid.flat[: len(averages)]), list(grid.flat[len(averages) :])
    for axes, average in zip(panels, averages, strict=True):
        axes.set_title(model_name(average.backbone))
    for axes in spare:
        axes.set_axis_off()
    _add_scale(figure, panels, spare, colours, label, ends)
    return figure, panels


def _add_scale(
    figure: Figure,
    panels: list[Axes],
    spare: list[Axes],
    colours: ScalarMappable,
    label: str,
    ends: tuple[str, str],
) -> None:
    """Add the colour scale, in the grid's spare place or below the grid; `ends` say what its extremes stand for."""
    if spare:
        place = spare[-1].inset_axes((0.1, 0.45, 0.8, 0.07))
        figure.colorbar(colours, cax=place, orientation="horizontal", label=label)
    else:
        inch = 1 / figure.get_figheight()
        place = figure.colorbar(
            colours,
            ax=panels,
            location="bottom",
            shrink=0.35,
            aspect=16,
            fraction=0.15 * inch,
            pad=0.2 * inch,
            label=label,
        ).ax
    for end, x, side in zip(ends, (0, 1), ("left", "right"), strict=True):
        place.text(x, 1.25, end, ha=side, va="bottom", transform=place.transAxes)


def shade(colours: np.ndarray, face: np.ndarray, opacity: float) -> np.ndarray:
    """Return uint8 [S,S,3]: a coloured map [S,S,3] darkened where the face [S,S,3] is dark, less so with more opacity.

    Unlike a transparent overlay this keeps the colours' hue, and white stays the middle of a diverging scale.
    """
    light = face.mean(axis=2, keepdims=True) / 255
    return np.rint(colours * (opacity + (1 - opacity) * light)).astype(np.uint8)


def _columns(models: int) -> int:
    """Return the columns of the grid: the source's three, but a square of four, and no row of its own for a single one."""
    return {1: 1, 2: 2, 4: 2}.get(models, 3)


def _mark_centres(axes: Axes, centres: tuple[np.ndarray, np.ndarray], size: int) -> None:
    """Put ticks where the rows and columns of the map are centred; centres outside the image have none."""
    rows, columns = (line[(line >= 0) & (line < size)] for line in centres)
    axes.set(yticks=rows, xticks=columns)
    axes.tick_params(length=2.5, color=style.GREY, labelbottom=False, labelleft=False)


def _seeds(averages: Sequence[Average]) -> str:
    lowest, highest = min(average.seeds for average in averages), max(average.seeds for average in averages)
    return plural(highest, "seed") if lowest == highest else f"{lowest} to {highest} seeds"
