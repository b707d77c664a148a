"""Writes the page that shows everything."""

from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import write_text
from beholder.report.index import render


@program
def main(settings: dict, figures: Inputs, tables: Inputs, captions: Inputs, template: Input, page: Output) -> None:
    """Write the index page with all pictures inside."""
    write_text(page, render(settings, figures, tables, captions, template, page))


if __name__ == "__main__":
    main.run()
