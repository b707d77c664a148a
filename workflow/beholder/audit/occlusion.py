"""What the margin loses when a region, or one side of the background, is covered."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from beholder.audit.compositing import Fill, Score, fill_holes
from beholder.audit.regions import BACKGROUND, REGIONS, normalised

#: Strips along the frame's edges, of this share of its side, in mirrored pairs.
SIDES = ("left", "right", "top", "bottom")
_STRIP = 0.25


@torch.inference_mode()
def occlusion_effects(
    score: Score,
    pixels: Tensor,
    partitions: np.ndarray,
    *,
    fill: Fill = "inpaint",
    colour: Tensor | None = None,
    batch: int = 64,
) -> dict[str, np.ndarray]:
    """Return m(x) - m(x with the region covered), float32 [N], per region and per side of the background.

    pixels uint8 [N, S, S, 3] on the device; partitions uint8 [N, R, s, s] of `regions`. The sides (`side_left`, ...)
    are the background within a quarter of the frame from an edge: if covering right and left changes nothing while a
    map points right, the map is wrong. NaN where there is no mask.
    """
    names = [*REGIONS, *(f"side_{side}" for side in SIDES)]
    pieces = []
    for rows in torch.arange(len(pixels)).split(max(1, batch // len(names)) or 1):
        images = pixels[rows.to(pixels.device)].float()
        holes = _holes(normalised(partitions[rows.numpy()])).to(images)
        holes = F.interpolate(holes, size=images.shape[1:3], mode="bilinear", align_corners=False).nan_to_num(0)
        covered = fill_holes(
            images.repeat_interleave(len(names), 0), holes.flatten(0, 1)[..., None], fill, colour=colour
        )
        margins = score(torch.cat([images, covered]).permute(0, 3, 1, 2))
        pieces.append(margins[: len(images), None] - margins[len(images) :].view(len(images), -1))
    effects = torch.cat(pieces).float().cpu().numpy()
    effects[~partitions.any((1, 2, 3))] = np.nan
    return dict(zip(names, effects.T, strict=True))


def _holes(parts: np.ndarray) -> Tensor:
    """Return the regions and the four background strips, float32 [n, R + 4, s, s]."""
    background = parts[:, [REGIONS.index(name) for name in BACKGROUND]].sum(1)
    width = round(_STRIP * parts.shape[-1])
    sides = np.zeros((len(parts), len(SIDES), *parts.shape[2:]), np.float32)
    sides[:, 0, :, :width] = background[:, :, :width]
    sides[:, 1, :, -width:] = background[:, :, -width:]
    sides[:, 2, :width] = background[:, :width]
    sides[:, 3, -width:] = background[:, -width:]
    return torch.from_numpy(np.concatenate([parts, sides], axis=1))
