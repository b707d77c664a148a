"""Draws heatmaps over single photographs."""

import numpy as np

from beholder.common.program import Input, Output, program
from beholder.figures import style
from beholder.figures.overlays import plot_overlays


@program
def main(settings: dict, overlays: Input, group: str, png: Output, svg: Output) -> None:
    """Draw single photographs of a group with heatmap, prediction and margin (source figures 10 to 19)."""
    with np.load(overlays) as arrays:
        figure = plot_overlays(arrays, group, settings["run"], settings)
    style.save(figure, png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
