"""Draws the averaged heatmaps of all models."""

import numpy as np

from beholder.common.program import Input, Inputs, Output, program
from beholder.figures import heatmaps, style
from beholder.figures.runs import pair_runs


@program
def main(
    settings: dict,
    averages: Inputs,
    geometries: Inputs,
    face: Input,
    group: str,
    drawing: str,
    png: Output,
    svg: Output,
) -> None:
    """Draw the mean maps of a group, `stock` as published or `signed` and registered (source figures 6 to 9)."""
    runs, places = (pair_runs(settings["runs"], paths) for paths in (averages, geometries))
    means = heatmaps.read_averages(runs, places, group)
    background = runs[0].background
    if drawing == "stock":
        figure = heatmaps.plot_stock(means, group, background, settings["colormap_stock"])
    else:
        with np.load(face) as faces:
            mean_face = faces[f"face_{group}"]
        figure = heatmaps.plot_signed(
            means, mean_face, group, background, settings["colormap_signed"], settings["opacity"]
        )
    style.save(figure, png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
