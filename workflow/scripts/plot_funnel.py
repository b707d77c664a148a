"""Draws the selection funnel."""

from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table
from beholder.figures import style
from beholder.figures.funnel import check_funnel, plot_funnel


@program
def main(settings: dict, funnel: Input, png: Output, svg: Output) -> None:
    """Draw how many photographs of each group and source were lost to which reason."""
    table = read_table(funnel)
    check_funnel(table)
    style.save(plot_funnel(table), png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
