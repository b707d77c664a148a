"""Takes the averaged heatmaps of one model apart: how much of their lean is drawing, averaging, frame, content."""

import numpy as np

from beholder.audit.face_average import face_average_rows
from beholder.audit.heatmaps import COLUMNS, ClassMaps, Photographs
from beholder.audit.inputs import map_grid, read_partitions, read_people, require_same_images
from beholder.audit.origins import origin_rows, setting_rows
from beholder.audit.table import tidy
from beholder.audit.uncertainty import resample
from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table, write_arrays, write_table
from beholder.config.audit import Uncertainty
from beholder.explain.geometry import read_geometry


@program
def main(
    settings: dict,
    test: Input,
    regions: Input,
    geometry: Input,
    maps: Inputs,
    geometries: Inputs,
    estimates: Output,
    averages: Output,
):
    """Write the audit table of one model over its seeds, and its averages in both coordinates.

    `settings`: the config section `audit.uncertainty`, and the `model`, `background` and `recipe`.
    """
    uncertainty, people = Uncertainty.model_validate(settings["uncertainty"]), read_people(test)
    tables = [read_table(path, ["image_id", "margin", *COLUMNS]) for path in maps]
    for path, table in zip(maps, tables, strict=True):
        require_same_images(people["image_id"], table["image_id"], path)
    with np.load(geometry) as arrays:
        require_same_images(people["image_id"], arrays["image_id"], geometry)
        landmarks = arrays["landmarks"]
    places, partitions, found = (
        [read_geometry(path) for path in geometries],
        read_partitions(regions, people),
        ClassMaps.of(tables),
    )
    grid, photographs = map_grid(places[0]), Photographs.of(partitions, map_grid(places[0]))
    draws = resample(
        people["cluster"].to_numpy(), people["looks"].to_numpy(), len(maps), uncertainty.draws, uncertainty.seed
    )
    rows = origin_rows(found, photographs, people, grid.size, draws, uncertainty.level)
    evidence = np.maximum(found.predicted, 0)
    more, pictures = face_average_rows(evidence, partitions, landmarks, people, grid, draws, uncertainty.level)
    run = {key: settings[key] for key in ("model", "background", "recipe")}
    write_table(estimates, tidy([*rows, *more, *setting_rows(places)], **run))
    write_arrays(averages, pictures)


if __name__ == "__main__":
    main.run()
