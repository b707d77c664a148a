"""Every photograph with its face, its background, or another background: margins of each variant.

The variants of Xiao et al. 2021 (ImageNet-9), on faces. One forward pass per photograph and variant.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from beholder.audit.compositing import Layers, Score
from beholder.audit.swaps import Partner, composite_margins, partners, score_all

#: Backgrounds tried per photograph; any of them may flip the decision.
RANDOM_BACKGROUNDS = 3

#: A pixel belongs to the cut-out's box when its alpha (0..255) is above this.
_INSIDE = 127


def variant_margins(
    score: Score,
    layers: Layers,
    looks: np.ndarray,
    clusters: np.ndarray,
    usable: np.ndarray,
    ellipse: np.ndarray,
    *,
    batch: int = 64,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Return margins float32 [N] per variant; NaN where the photograph has no usable mask.

    original; self_paste: the own face on the own background, what compositing alone changes; face_only: what is cut out,
    on the photographs' mean colour; ellipse_only: the same with what lies in `ellipse` (uint8 [S, S]), which has no
    outline of its own; background_only with the hole filled, its box black, or its box tiled with background; mixed_same,
    mixed_random (several, numbered) and mixed_opposite: the face on another person's background of the same, any or the
    other class.
    """
    everyone = np.arange(len(looks))
    colour = layers.pixels.float().mean((0, 1, 2))
    inside = torch.from_numpy(ellipse)[..., None].to(colour) / 255
    builders: dict[str, Callable[[Tensor], Tensor]] = {
        "original": lambda rows: layers.pixels[rows].float(),
        "face_only": lambda rows: torch.lerp(colour, layers.pixels[rows].float(), layers.alpha[rows].float() / 255),
        "ellipse_only": lambda rows: torch.lerp(colour, layers.pixels[rows].float(), inside),
        "background_only": lambda rows: layers.plates[rows].float(),
        "box_black": lambda rows: _fill_boxes(layers, rows, tiled=False),
        "box_tiled": lambda rows: _fill_boxes(layers, rows, tiled=True),
    }
    margins = {}
    for name, build in builders.items():
        chunks = torch.arange(len(looks), device=layers.pixels.device).split(batch)
        values = score_all(score, (build(rows).permute(0, 3, 1, 2) for rows in chunks))
        margins[name] = values if name == "original" else np.where(usable, values, np.nan)
    own = np.where(usable, everyone, -1)
    margins["self_paste"] = composite_margins(score, layers, own, own, batch=batch)
    others: dict[str, tuple[Partner, int]] = {"mixed_same": ("same", seed), "mixed_opposite": ("opposite", seed)}
    others |= {f"mixed_random_{k}": ("random", seed + k) for k in range(RANDOM_BACKGROUNDS)}
    for name, (kind, number) in others.items():
        backgrounds = partners(looks, clusters, usable, kind, number)
        margins[name] = composite_margins(score, layers, everyone, backgrounds, batch=batch)
    return margins


def _fill_boxes(layers: Layers, rows: Tensor, tiled: bool) -> Tensor:
    images = layers.pixels[rows].float()
    for image, inside in zip(images, layers.alpha[rows, ..., 0] > _INSIDE, strict=True):
        box = _bounding_box(inside)
        if box is None:
            continue
        image[box] = _tile(image, box) if tiled else 0.0
    return images


def _bounding_box(inside: Tensor) -> tuple[slice, slice] | None:
    rows, columns = inside.any(1).nonzero()[:, 0].tolist(), inside.any(0).nonzero()[:, 0].tolist()
    return (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if rows else None


def _tile(image: Tensor, box: tuple[slice, slice]) -> Tensor | float:
    """Return the largest strip beside the box, repeated to the box's size; black where the box fills the image."""
    down, across = box
    strips = [image[: down.start], image[down.stop :], image[:, : across.start], image[:, across.stop :]]
    strip = max(strips, key=lambda part: part.shape[0] * part.shape[1])
    if not strip.numel():
        return 0.0
    y = torch.arange(down.stop - down.start, device=image.device) % strip.shape[0]
    x = torch.arange(across.stop - across.start, device=image.device) % strip.shape[1]
    return strip[y[:, None], x[None, :]].clone()
