"""Packs masks and landmarks of a set."""

from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table, write_arrays
from beholder.splits.packing import image_ids, pack_geometry


@program
def main(settings: dict, split: Input, faces: Inputs, geometry: Output):
    """Write the arrays of `pack_geometry`. `settings`: `input_size`."""
    write_arrays(geometry, pack_geometry(image_ids(read_table(split)), faces, settings["input_size"]))


if __name__ == "__main__":
    main.run()
