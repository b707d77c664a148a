"""Averages one network's maps per group."""

from beholder.common.program import Input, Output, program
from beholder.common.tables import write_arrays
from beholder.explain.average import average_maps
from beholder.explain.geometry import read_geometry


@program
def main(settings: dict, maps: Input, geometry: Input, averages: Output):
    """Write the mean maps of both groups."""
    write_arrays(averages, average_maps(maps, read_geometry(geometry)))


if __name__ == "__main__":
    main.run()
