"""Packs masks and landmarks of a set."""

import numpy as np

from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import atomic, read_table
from beholder.splits.packing import image_ids, pack_geometry


@program
def main(settings: dict, split: Input, faces: Inputs, geometry: Output):
    """Write the arrays of `pack_geometry`. `settings`: `input_size`."""
    arrays = pack_geometry(image_ids(read_table(split)), faces, settings["input_size"])
    with atomic(geometry) as temporary:
        np.savez_compressed(temporary, **arrays)


if __name__ == "__main__":
    main.run()
