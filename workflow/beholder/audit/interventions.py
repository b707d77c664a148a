"""All interventions on one network: swapped faces under every way of compositing, variants, covered regions."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from beholder.audit.compositing import Layers, Score, common_ellipse, take_apart
from beholder.audit.inputs import some_rows
from beholder.audit.occlusion import occlusion_effects
from beholder.audit.swaps import CELLS, sample_pairs, swap_margins
from beholder.audit.variants import variant_margins
from beholder.audit.verdict import MAIN
from beholder.common.program import progress
from beholder.config.audit import Composite, Swaps


def settings_of(swaps: Swaps) -> dict[str, Composite]:
    """Return the ways of compositing by their names: the main one, and `axis=value` for each that differs in one key."""
    tried: dict[str, Sequence[object]] = {
        "mask": swaps.robustness.masks,
        "placement": swaps.robustness.placements,
        "fill": swaps.robustness.fills,
        "dilation": swaps.robustness.dilations,
    }
    settings = {MAIN: swaps.composite}
    for axis, values in tried.items():
        for value in values:
            if value != getattr(swaps.composite, axis):
                settings[f"{axis}={value}"] = swaps.composite.model_copy(update={axis: value})
    return settings


class Photographs:
    """The test photographs as a network sees them, with masks and landmarks, and the device they are composed on."""

    def __init__(self, pixels: Tensor, geometry: Any, usable: np.ndarray, device: torch.device | str = "cpu"):
        """Take pixels uint8 [N, S, S, 3], the arrays of `geometry.npz`, and which images [N] have a usable mask."""
        self.pixels, self.usable, self.device = pixels, usable, device
        self.masks = {"person": geometry["person"], "face": geometry["face"]}
        self.landmarks = geometry["landmarks"]

    @cached_property
    def ellipse(self) -> np.ndarray:
        """The ellipse uint8 [S, S] that is the same for all photographs."""
        return common_ellipse(self.masks["face"], self.usable)

    def images(self, rows: np.ndarray) -> Tensor:
        """Return some photographs on the device."""
        return self.pixels[torch.from_numpy(rows)].to(self.device)

    def layers(self, rows: np.ndarray, composite: Composite) -> Layers:
        """Take some photographs apart."""
        pixels = self.images(rows)
        if composite.mask == "ellipse":
            masks = np.repeat(self.ellipse[None], len(rows), axis=0)
        else:
            masks = self.masks[composite.mask][rows]
        return take_apart(
            pixels,
            torch.from_numpy(masks),
            self.landmarks[rows],
            dilation=composite.dilation,
            feather=composite.feather,
            fill=composite.fill,
            colour=mean_colour(pixels),
        )


def mean_colour(pixels: Tensor) -> Tensor:
    """Return the mean colour [3] of photographs uint8 [N, S, S, 3], without a float copy of them all."""
    return torch.stack([chunk.float().mean((0, 1, 2)) * len(chunk) for chunk in pixels.split(256)]).sum(0) / len(pixels)


def swap_all(score: Score, photographs: Photographs, people: pd.DataFrame, swaps: Swaps) -> pd.DataFrame:
    """Return the table `swaps`: `setting`, `first`, `second` and the margins `CELLS`, the same pairs under each setting."""
    looks, clusters = people["looks"].to_numpy(), people["cluster"].to_numpy()
    pairs = sample_pairs(looks, clusters, photographs.usable, swaps.pairs, swaps.pairs_per_person, swaps.seed)
    rows, inside = np.unique(np.concatenate(pairs), return_inverse=True)
    first, second = np.split(inside, 2)
    tables = []
    for name, layers, composite in progress(
        _taken_apart(photographs, rows, settings_of(swaps)), "swapping", len(settings_of(swaps))
    ):
        margins = swap_margins(score, layers, first, second, composite.placement, swaps.batch_size)
        table = pd.DataFrame(margins, columns=list(CELLS))
        table.insert(0, "setting", name)
        table.insert(1, "first", pairs[0])
        table.insert(2, "second", pairs[1])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def vary_all(score: Score, photographs: Photographs, people: pd.DataFrame, swaps: Swaps) -> pd.DataFrame:
    """Return `image_id` and a column of margins per variant, for up to `variant_images` photographs."""
    rows = some_rows(len(people), swaps.variant_images, swaps.seed)
    some = people.iloc[rows]
    margins = variant_margins(
        score,
        photographs.layers(rows, swaps.composite),
        some["looks"].to_numpy(),
        some["cluster"].to_numpy(),
        photographs.usable[rows],
        photographs.ellipse,
        batch=swaps.batch_size,
        seed=swaps.seed,
    )
    return pd.DataFrame({"image_id": some["image_id"].to_numpy(), **margins})


def cover_all(
    score: Score, photographs: Photographs, people: pd.DataFrame, partitions: np.ndarray, swaps: Swaps
) -> pd.DataFrame:
    """Return `image_id` and what the margin loses by covering each region, for up to `occlusion_images` photographs."""
    rows = some_rows(len(people), swaps.occlusion_images, swaps.seed)
    pixels = photographs.images(rows)
    effects = occlusion_effects(
        score,
        pixels,
        partitions[rows],
        fill=swaps.composite.fill,
        colour=mean_colour(pixels),
        batch=swaps.batch_size,
    )
    return pd.DataFrame({"image_id": people["image_id"].to_numpy()[rows], **effects})


def _taken_apart(
    photographs: Photographs, rows: np.ndarray, settings: dict[str, Composite]
) -> Iterator[tuple[str, Layers, Composite]]:
    """Yield every setting with its layers; settings that differ in placement alone share them."""
    last = None
    for name, composite in sorted(settings.items(), key=lambda item: item[0] != MAIN and "placement" not in item[0]):
        key = composite.model_copy(update={"placement": "source"})
        if last is None or last[0] != key:
            last = key, photographs.layers(rows, composite)
        yield name, last[1], composite
