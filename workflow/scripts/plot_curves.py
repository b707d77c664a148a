"""Draws the training curves of all models."""

from beholder.common.program import Inputs, Output, program
from beholder.figures import curves, style
from beholder.figures.runs import pair_runs, read_histories


@program
def main(settings: dict, histories: Inputs, png: Output, svg: Output) -> None:
    """Draw accuracy per epoch of all models and backgrounds side by side (source figure 5)."""
    table = read_histories(pair_runs(settings["runs"], histories))
    style.save(curves.plot_curves(table, settings["lowest_accuracy"]), png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
