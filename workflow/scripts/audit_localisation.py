"""Measures where the evidence of one network's maps lies, registered and as stock tools draw them."""

import pandas as pd

from beholder.audit.inputs import map_column, map_grid, read_partitions
from beholder.audit.localisation import localise, positive_evidence, stock_evidence, stock_grid
from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table, write_table
from beholder.explain.geometry import read_geometry


@program
def main(settings: dict, maps: Input, geometry: Input, regions: Input, measures: Output):
    """Write one row per image and drawing. `settings`: the config section `audit.localisation`."""
    table, place = read_table(maps), read_geometry(geometry)
    partitions, looks = read_partitions(regions, table), table["looks"].to_numpy()
    signed, mirrored = map_column(table, "margin_map"), map_column(table, "margin_map_flipped")
    stock = stock_evidence(map_column(table, "map0"), map_column(table, "map1"), table["margin"].to_numpy())
    about = (looks, table["cluster"].to_numpy())
    drawn = {
        "registered": localise(
            positive_evidence(signed, looks),
            partitions,
            map_grid(place),
            *about,
            mirrored_evidence=positive_evidence(mirrored, looks),
            weighting=settings["weighting"],
        ),
        "stock": localise(
            stock, partitions, stock_grid(place.input_size, place.width), *about, weighting=settings["weighting"]
        ),
    }
    rows = [found.assign(image_id=table["image_id"], drawing=drawing) for drawing, found in drawn.items()]
    write_table(measures, pd.concat(rows, ignore_index=True))


if __name__ == "__main__":
    main.run()
