"""Writes the page that shows everything."""

from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import write_text
from beholder.report.index import render
from beholder.report.page import CAPTIONS, TEMPLATES


@program
def main(
    settings: dict,
    figures: Inputs,
    tables: Inputs,
    page: Output,
    captions: Inputs = CAPTIONS,
    template: Input = TEMPLATES / "index.html.j2",
) -> None:
    """Write the index page with all pictures inside."""
    write_text(page, render(settings, figures, tables, captions, template, page))


if __name__ == "__main__":
    main.run()
