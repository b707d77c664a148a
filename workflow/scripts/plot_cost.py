"""Draws what the jobs of a run cost."""

from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table
from beholder.figures import style
from beholder.figures.cost import plot_cost


@program
def main(settings: dict, records: Input, png: Output, svg: Output) -> None:
    """Draw time, memory and attempts by rule."""
    style.save(plot_cost(read_table(records)), png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
