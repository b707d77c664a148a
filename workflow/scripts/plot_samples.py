"""Draws a sheet of sample photographs of one group."""

import numpy as np

from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table
from beholder.figures import samples, style


@program
def main(settings: dict, train: Input, pixels: Input, png: Output, svg: Output, group: str) -> None:
    """Draw photographs of a group by seed from a packed training set (source figures 3 and 4)."""
    rows = samples.group_rows(read_table(train, ["image_id", "looks"]), group)
    images = np.load(pixels, mmap_mode="r")[samples.draw_sample(rows, settings["per_group"], settings["seed"])]
    figure = samples.plot_samples(images, len(rows), group, settings["background"], settings["columns"])
    style.save(figure, png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
