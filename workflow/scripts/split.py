"""Draws the training, validation, test and pretraining sets."""

from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table, write_table
from beholder.config.splits import Split
from beholder.splits.sets import READ, make_sets


@program
def main(settings: dict, selection: Input, train: Output, val: Output, test: Output, pretrain: Output):
    """Write the four tables of `make_sets`. `settings`: the config section `splits.split`."""
    sets = make_sets(read_table(selection, READ), Split.model_validate(settings))
    for name, path in {"train": train, "val": val, "test": test, "pretrain": pretrain}.items():
        write_table(path, sets[name])


if __name__ == "__main__":
    main.run()
