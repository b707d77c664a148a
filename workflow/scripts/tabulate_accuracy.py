"""Writes the accuracy tables."""

from beholder.common.program import Inputs, Output, program
from beholder.common.tables import read_table, write_table, write_text
from beholder.figures import accuracy, accuracy_text
from beholder.figures.runs import pair_runs, read_histories


@program
def main(
    settings: dict,
    histories: Inputs,
    maps: Inputs,
    csv: Output,
    markdown: Output,
    summary_csv: Output,
    summary_markdown: Output,
) -> None:
    """Tabulate accuracy per epoch (source tables 1 to 5), and sum it up beside the published values."""
    table = read_histories(pair_runs(settings["runs"], histories))
    epochs = accuracy.epoch_table(table)
    write_table(csv, epochs)
    write_text(markdown, accuracy_text.markdown(accuracy_text.epoch_tables(epochs), accuracy_text.EPOCHS_NOTE))
    runs, published = pair_runs(settings["runs"], maps), read_table(accuracy.PUBLISHED)
    summary = accuracy.summary_table(table, runs, settings["networks"], published)
    write_table(summary_csv, summary)
    text = accuracy_text.markdown([accuracy_text.summary_text(summary)], accuracy_text.SUMMARY_NOTE)
    write_text(summary_markdown, text)


if __name__ == "__main__":
    main.run()
