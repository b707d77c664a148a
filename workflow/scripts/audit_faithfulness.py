"""Tests whether one network's maps mark what matters, and whether they depend on what it learnt."""

import torch

from beholder.audit.inputs import map_column, map_grid, some_rows
from beholder.audit.swaps import margin_of
from beholder.audit.trust import maps_without_content, randomisation, removal_areas
from beholder.common.devices import compute_device
from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table, write_arrays, write_table
from beholder.config.audit import Faithfulness
from beholder.explain.class_maps import class_maps
from beholder.explain.geometry import read_geometry
from beholder.train.data import read_pixels
from beholder.train.network import load_network


@program
def main(
    settings: dict,
    weights: Input,
    pixels: Input,
    maps: Input,
    geometry: Input,
    removal: Output,
    random_weights: Output,
    plain: Output,
    threads: int = 1,
):
    """Write removal curves' areas, likeness to maps of random weights, and maps of images without content.

    `settings`: the config section `audit.faithfulness`.
    """
    config = Faithfulness.model_validate(settings)
    table, grid = read_table(maps, ["image_id", "margin", "margin_map"]), map_grid(read_geometry(geometry))
    rows = some_rows(len(table), config.images, config.seed)
    signed, margins = map_column(table, "margin_map")[rows], table["margin"].to_numpy()
    with compute_device(threads) as device:
        network = load_network(weights, device)
        explained = class_maps(network)
        images = read_pixels(pixels)[torch.from_numpy(rows)].to(device)
        areas = removal_areas(margin_of(network), images, signed, margins[rows], margins.std(), grid, config)
        areas.insert(0, "image_id", table["image_id"].to_numpy()[rows])
        write_table(removal, areas)
        write_table(random_weights, randomisation(network, images, signed, config.randomisations, device))
        write_arrays(plain, maps_without_content(explained, device))


if __name__ == "__main__":
    main.run()
