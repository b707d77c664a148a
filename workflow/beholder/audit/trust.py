"""How far one network's maps can be trusted: removal curves, random weights, images without content, per image and seed."""

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from beholder.audit.compositing import Score
from beholder.audit.faithfulness import area_under, centred_importance, removal_curves
from beholder.audit.interventions import mean_colour
from beholder.audit.localisation import MapGrid
from beholder.audit.sanity import centred_correlation, margin_maps, plain_images, randomised
from beholder.common.program import progress
from beholder.config.audit import Faithfulness
from beholder.explain.class_maps import ClassMaps, class_maps
from beholder.train.network import Network

#: Orders of removal, the first first: by the map, by the reversed map, from the centre, towards it.
ORDERS = ("map", "map_reversed", "centre", "centre_reversed", "random")


def removal_areas(
    score: Score,
    pixels: Tensor,
    maps: np.ndarray,
    margins: np.ndarray,
    spread: float,
    grid: MapGrid,
    config: Faithfulness,
) -> pd.DataFrame:
    """Return the area under the removal curve per image and order of `ORDERS` (`random`: the mean of several).

    pixels uint8 [N, S, S, 3] on the device; maps, signed margin maps [N, W * W]; margins [N], whose sign says for which class
    the map speaks; spread: the margins' standard deviation. Inserting in an order passes through the images of removing in
    the reversed order, so the area under the insertion curve is that of the reversed order.
    """
    supporting = maps * np.sign(margins)[:, None]
    centred = np.broadcast_to(centred_importance(grid), maps.shape)
    random = np.random.default_rng([config.seed, 10])
    importances = {"map": supporting, "map_reversed": -supporting, "centre": centred, "centre_reversed": -centred}
    importances |= {f"random_{k}": random.random(maps.shape) for k in range(config.random_orders)}
    areas = {}
    for name, importance in progress(importances.items(), "removing cells", len(importances)):
        curves = removal_curves(
            score, pixels, importance, grid, steps=config.steps, fill=config.fill, colour=mean_colour(pixels)
        )
        areas[name] = area_under(curves, spread)
    areas["random"] = np.mean([areas.pop(f"random_{k}") for k in range(config.random_orders)], axis=0)
    return pd.DataFrame(areas)[list(ORDERS)]


def randomisation(network: Network, pixels: Tensor, maps: np.ndarray, seeds: int, device: torch.device) -> pd.DataFrame:
    """Return how much maps [N, H * W] of a network resemble those of the same network with random weights.

    One row per `seed` and `stage`: the weights from the classifier down to `stage` are random, number `depth` of all
    stages from the top; `correlation` is `sanity.centred_correlation`.
    """
    rows = []
    for seed in progress(range(seeds), "making weights random", seeds):
        for depth, (stage, copy) in enumerate(randomised(network, seed), 1):
            changed = margin_maps(class_maps(copy.to(device)), pixels)
            rows.append((seed, depth, stage, centred_correlation(maps, changed)))
    return pd.DataFrame(rows, columns=["seed", "depth", "stage", "correlation"])


def maps_without_content(explained: ClassMaps, device: torch.device) -> dict[str, np.ndarray]:
    """Return the margin maps float32 [H, W] of a constant image and of noise, from the network and from an untrained one."""
    *_, (_, untrained) = randomised(explained.network, 0)
    networks = {"trained": explained, "untrained": class_maps(untrained.to(device))}
    shape = explained.trunk.height, explained.trunk.width
    return {
        f"{image}_{state}": margin_maps(maps, pixels.to(device)).reshape(shape)
        for state, maps in networks.items()
        for image, pixels in plain_images(explained.network).items()
    }
