"""Divides every test image into parts of the face, of the person and of the background."""

import numpy as np

from beholder.audit.regions import reduced_partition
from beholder.common.program import Input, Output, program, progress
from beholder.common.tables import write_arrays


@program
def main(settings: dict, geometry: Input, regions: Output):
    """Write the partition of every image; all zero where there is no usable mask."""
    with np.load(geometry) as arrays:
        ids, *columns = (arrays[name] for name in ("image_id", "landmarks", "face", "person", "mask_plausible"))
    images = progress(zip(*columns, strict=True), "dividing images", len(ids))
    write_arrays(regions, {"image_id": ids, "partition": np.stack([reduced_partition(*image) for image in images])})


if __name__ == "__main__":
    main.run()
