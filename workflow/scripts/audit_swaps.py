"""Intervenes on the photographs that one network sees: swapped faces, other backgrounds, covered regions."""

import numpy as np

from beholder.audit.inputs import read_partitions, read_people, require_same_images
from beholder.audit.interventions import Photographs, cover_all, swap_all, vary_all
from beholder.audit.swaps import margin_of
from beholder.common.devices import compute_device
from beholder.common.program import Input, Output, program
from beholder.common.tables import write_table
from beholder.config.audit import Swaps
from beholder.train.data import read_pixels
from beholder.train.network import load_network


@program
def main(
    settings: dict,
    weights: Input,
    test: Input,
    pixels: Input,
    geometry: Input,
    regions: Input,
    swaps: Output,
    variants: Output,
    occlusion: Output,
    threads: int = 1,
):
    """Write the margins of all composites. `settings`: the config section `audit.swaps`."""
    people, config = read_people(test), Swaps.model_validate(settings)
    partitions = read_partitions(regions, people)
    with np.load(geometry) as file:
        arrays = dict(file)
    require_same_images(people["image_id"], arrays["image_id"], geometry)
    with compute_device(threads) as device:
        score = margin_of(load_network(weights, device))
        photographs = Photographs(read_pixels(pixels), arrays, partitions.any((1, 2, 3)), device)
        write_table(swaps, swap_all(score, photographs, people, config))
        write_table(variants, vary_all(score, photographs, people, config))
        write_table(occlusion, cover_all(score, photographs, people, partitions, config))


if __name__ == "__main__":
    main.run()
