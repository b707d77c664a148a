"""Draws the workflow's rules and what flows between them."""

from beholder.common.program import Output, program
from beholder.figures import style
from beholder.figures.workflow import plot_workflow


@program
def main(settings: dict, png: Output, svg: Output) -> None:
    """Draw the graph of rules, layered and coloured by stage."""
    figure = plot_workflow(settings["edges"], settings["stages"], settings["targets"])
    style.save(figure, png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
