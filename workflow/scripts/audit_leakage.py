"""Finds what two sets share: the same file, nearly the same photograph, its mirror image, or the same person."""

import numpy as np

from beholder.audit.leakage import overlap_rows
from beholder.audit.leakage import touched as find_touched
from beholder.audit.table import tidy
from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table, read_tables, write_table


@program
def main(
    settings: dict,
    train: Input,
    val: Input,
    test: Input,
    selection: Input,
    faces: Inputs,
    touched: Output,
    estimates: Output,
):
    """Write which test photographs lie in training, one row each, and the audit table of what any two sets share.

    `settings`: the config section `audit.leakage`.
    """
    known = read_table(selection, ["image_id", "sha256", "phash", "phash_mirrored"])
    known = known.merge(read_tables(faces, ["image_id", "thumbnail"]), on="image_id")

    def photographs(split):
        listed = read_table(split, ["image_id", "person"]).drop_duplicates("image_id")
        table = listed.merge(known, on="image_id", how="left", validate="one_to_one")
        table["thumbnail"] = [np.frombuffer(data, np.uint8).reshape(32, 32) for data in table["thumbnail"]]
        for name in ("phash", "phash_mirrored"):
            table[name] = np.array([int(digits, 16) for digits in table[name]], np.uint64)
        return table

    sets = {"train": photographs(train), "val": photographs(val), "test": photographs(test)}
    found = find_touched(sets, settings["distance"], settings["correlation"])
    write_table(touched, found["train", "test"])
    write_table(estimates, tidy(overlap_rows(found)))


if __name__ == "__main__":
    main.run()
