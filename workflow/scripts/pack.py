"""Packs the pixels of a set before one background."""

from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table
from beholder.config.splits import Pack
from beholder.splits.packing import image_ids, pack


@program
def main(settings: dict, split: Input, faces: Inputs, packed: Output, threads: int = 1):
    """Write the array of `pack`. `settings`: `background` and the keys of `splits.pack` that this mode reads."""
    mode, keys = settings["background"], {key: settings[key] for key in settings if key != "background"}
    pack(image_ids(read_table(split)), faces, mode, Pack.model_validate(keys), packed, threads)


if __name__ == "__main__":
    main.run()
