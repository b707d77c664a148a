"""Writes the credits of every photograph used, and the datasheet of all that were collected."""

from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table, write_table, write_text
from beholder.report.credits import credits_page, datasheet, datasheet_page, used_photographs


@program
def main(
    settings: dict, selection: Input, credits: Output, credits_table: Output, sheet: Output, sheet_table: Output
) -> None:
    """Write both as Markdown to read and as CSV to work with; `settings` holds the `title`."""
    photographs = read_table(selection)
    used = used_photographs(photographs)
    write_table(credits_table, used)
    write_text(credits, credits_page(used))
    counts = datasheet(photographs)
    write_table(sheet_table, counts)
    write_text(sheet, datasheet_page(counts, settings["title"]))


if __name__ == "__main__":
    main.run()
