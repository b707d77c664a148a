"""Gathers the records of all jobs into one table."""

from beholder.common.program import Inputs, Output, program
from beholder.common.tables import write_table
from beholder.report.records import attempts_table, read_records


@program
def main(settings: dict, results: Inputs, table: Output) -> None:
    """Write one row per attempt of every job of the run; `results` are files that must be there first."""
    write_table(table, attempts_table(read_records(table.parent / "records")))


if __name__ == "__main__":
    main.run()
