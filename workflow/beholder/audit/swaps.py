"""Which composites are scored, and their margins: the interventions behind background reliance.

After Xiao et al. 2021, "Noise or Signal"; the factorial form, face by background, is ours.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import Tensor

from beholder.audit.compositing import Layers, Score

if TYPE_CHECKING:  # importing timm takes seconds, and most readers of this module need no network
    from beholder.train.network import Network

Placement = Literal["source", "target"]
Partner = Literal["same", "random", "opposite"]

#: Columns of the margins of a pair: face of the celebrity (1) or of the other (0), then background likewise.
CELLS = ("m11", "m10", "m01", "m00")


def margin_of(network: "Network") -> Score:
    """Return the network's margin z1 - z0 as a function of pixels."""

    @torch.inference_mode()
    def score(images: Tensor) -> Tensor:
        logits = network(images)
        return logits[:, 1] - logits[:, 0]

    return score


def sample_pairs(
    looks: np.ndarray, clusters: np.ndarray, usable: np.ndarray, count: int, per_cluster: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of at most `count` pairs: an image with looks 1 and one with looks 0.

    No cluster (person) is in more than `per_cluster` pairs, and its images take turns. Images that are not usable
    (no plausible mask) are left out.
    """
    random = np.random.default_rng([seed, 4])
    drawn = [_turns(np.flatnonzero(usable & (looks == label)), clusters, per_cluster, random) for label in (1, 0)]
    count = min(count, *map(len, drawn))
    return drawn[0][:count], drawn[1][:count]


def partners(looks: np.ndarray, clusters: np.ndarray, usable: np.ndarray, kind: Partner, seed: int) -> np.ndarray:
    """Return for every image another one, usable and of another cluster, of the same, any or the opposite class.

    -1 where there is none, and for images that are not usable themselves.
    """
    random = np.random.default_rng([seed, 5])
    chosen = np.full(len(looks), -1)
    labels = {label: np.flatnonzero(usable & (looks == label)) for label in (0, 1)}
    for n in np.flatnonzero(usable):
        of = {"same": looks[n], "opposite": 1 - looks[n], "random": random.integers(2)}[kind]
        candidates = labels[of]
        for _ in range(20):  # nearly always the first is of another person
            if not len(candidates):
                break
            pick = candidates[random.integers(len(candidates))]
            if clusters[pick] != clusters[n]:
                chosen[n] = pick
                break
    return chosen


def swap_margins(
    score: Score,
    layers: Layers,
    first: np.ndarray,
    second: np.ndarray,
    placement: Placement = "source",
    batch: int = 64,
) -> np.ndarray:
    """Return the margins float32 [P, 4] of the pairs' composites, in the order of `CELLS`.

    first and second: positions of the images with looks 1 and 0 in `layers`. A face on its own background is composed
    like any other, and scored once per image however many pairs use it.
    """
    single, inverse = np.unique(np.concatenate([first, second]), return_inverse=True)
    # on its own background a face is in its place already
    own = np.split(composite_margins(score, layers, single, single, "source", batch)[inverse], 2)
    faces, backgrounds = np.concatenate([first, second]), np.concatenate([second, first])
    swapped = np.split(composite_margins(score, layers, faces, backgrounds, placement, batch), 2)
    return np.stack([own[0], *swapped, own[1]], axis=1)


def composite_margins(
    score: Score,
    layers: Layers,
    faces: np.ndarray,
    backgrounds: np.ndarray,
    placement: Placement = "source",
    batch: int = 64,
) -> np.ndarray:
    """Return the margins float32 [B] of faces on backgrounds; NaN where a position is negative."""
    margins = np.full(len(faces), np.nan, np.float32)
    known = np.flatnonzero((faces >= 0) & (backgrounds >= 0))
    device = layers.pixels.device
    where = [torch.from_numpy(np.asarray(part)[known]).to(device) for part in (faces, backgrounds)]
    composites = (layers.compose(f, b, placement) for f, b in zip(*(part.split(batch) for part in where), strict=True))
    margins[known] = score_all(score, composites)
    return margins


def score_all(score: Score, batches: Iterator[Tensor]) -> np.ndarray:
    """Return the margins float32 of all batches; they stay on the device until the last, so that it never waits."""
    margins = [score(images) for images in batches]
    return torch.cat(margins).float().cpu().numpy() if margins else np.zeros(0, np.float32)


def _turns(images: np.ndarray, clusters: np.ndarray, per_cluster: int, random: np.random.Generator) -> np.ndarray:
    """Return images in random order, each cluster's taking `per_cluster` turns."""
    images = random.permutation(images)
    order = images[np.argsort(clusters[images], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(clusters[order])) + 1) if len(order) else []
    turns = [np.resize(group, per_cluster) for group in groups]
    return random.permutation(np.concatenate(turns)) if turns else np.zeros(0, int)
