"""Heatmaps over single photographs, with prediction and margin (source figures 10 to 19)."""

from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from beholder.figures import style
from beholder.figures.runs import model_name, plural


def blend(image: np.ndarray, heat: np.ndarray, colormap: str, opacity: float) -> np.ndarray:
    """Return uint8 [H,W,3]: a map [H,W] in 0..1, coloured, over a uint8 image [H,W,3]."""
    colour = colormaps[colormap](np.clip(heat, 0, 1))[..., :3] * 255
    return np.rint(opacity * colour + (1 - opacity) * image).astype(np.uint8)


@style.styled
def plot_overlays(overlays: Mapping[str, np.ndarray], group: str, run: Mapping, settings: Mapping) -> Figure:
    """Draw each photograph of a group beside its heatmap, by rising margin.

    `overlays` is overlays.npz; `run` has the keys backbone, background, recipe, seed; `settings` the keys colormap,
    opacity, columns.
    """
    images, maps, margins = (overlays[f"{kind}_{group}"] for kind in ("image", "map", "margin"))
    columns = min(settings["columns"], len(images))
    rows = -(-len(images) // columns)
    panel = style.WIDTH / columns
    figure = style.new_figure(
        rows * (panel / 2 + 0.22),
        f"{model_name(run['backbone'])}, {run['background']} background: photographs of the group “{group}”",
        f"{plural(len(images), 'test photograph')} spread evenly over the margin (logits, good − normal). "
        f"{overlays['method']} of the predicted class, each map scaled to 0–1 by itself. Recipe “{run['recipe']}”, seed "
        f"{run['seed']}.",
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, image, heat, margin in zip(grid.flat, images, maps, margins, strict=False):
        gap = np.full((len(image), max(2, len(image) // 56), 3), 255, np.uint8)
        heated = blend(image, heat, settings["colormap"], settings["opacity"])
        style.show_image(axes, np.hstack([image, gap, heated]))
        _set_verdict(axes, margin, group)
    for axes in grid.flat[len(images) :]:
        axes.set_visible(False)
    return figure


def _set_verdict(axes: Axes, margin: float, group: str) -> None:
    predicted = "good" if margin > 0 else "normal"
    text = f"{predicted}, margin {margin:+.2f}".replace("-", "−")
    if predicted != group:
        text = f"✗ misjudged: {text}"
    axes.set_title(text, fontsize=9, color=style.BLACK if predicted == group else style.VERMILION)
