"""Cutting faces out, filling the holes they leave, and pasting them elsewhere: on the device, in batches.

Images are float [N, S, S, 3] in 0..255, masks float [N, S, S, 1] in 0..1, so that a batch reaches the network in
channels-last layout. Kept copies are uint8.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from beholder.audit.alignment import similarities

#: Returns the margin z1 - z0 [N] of images [N, 3, S, S], float 0..255.
Score = Callable[[Tensor], Tensor]
Fill = Literal["inpaint", "blur", "mean", "noise", "white"]

#: The fill of a hole is smooth, so it is made at a quarter of the size.
_COARSE = 4
_BLUR_SIGMA = 12.0


@dataclass(frozen=True)
class Layers:
    """Images taken apart: uint8 on one device; `landmarks` float32 [N, 478, 2] in pixels, on the CPU."""

    pixels: Tensor
    """[N, S, S, 3]: the photographs."""
    alpha: Tensor
    """[N, S, S, 1]: what is cut out, with a soft edge."""
    plates: Tensor
    """[N, S, S, 3]: the photographs with the cut-out filled."""
    landmarks: np.ndarray

    def compose(self, faces: Tensor, backgrounds: Tensor, placement: Literal["source", "target"] = "source") -> Tensor:
        """Return the faces of some images on the backgrounds of others, float [B, 3, S, S] in 0..255.

        faces and backgrounds: int64 [B], positions. Placement `source` leaves a face where it was; `target` turns,
        scales and shifts it onto the landmarks of the background's own face.
        """
        pixels, alpha, plates = self.pixels[faces], self.alpha[faces], self.plates[backgrounds]
        if placement == "source":
            return torch.lerp(plates.float(), pixels.float(), alpha.float() / 255).permute(0, 3, 1, 2)
        inverse = _similarities(
            self.landmarks[backgrounds.cpu().numpy()], self.landmarks[faces.cpu().numpy()], pixels.shape[1]
        )
        cutout, opacity = _warp(pixels, alpha, inverse.to(pixels.device)).split([3, 1], dim=1)
        return torch.addcmul(cutout, 1 - opacity, plates.permute(0, 3, 1, 2).float())


def common_ellipse(faces: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Return one ellipse for all photographs, uint8 [S, S] of 0 and 255: centre, size and shape are those of the mean face.

    faces uint8 [N, S, S], the face ovals; usable bool [N]. Cut out alike everywhere, it has no outline that could tell
    photographs apart. Empty without a face.
    """
    size = faces.shape[-1]
    weights = faces.mean(0, where=usable[:, None, None]).astype(float) if usable.any() else np.zeros((size, size))
    if not weights.any():
        return np.zeros((size, size), np.uint8)
    points = np.moveaxis(np.indices((size, size), float), 0, -1)
    offsets = points - np.average(points.reshape(-1, 2), axis=0, weights=weights.ravel())
    spread = np.cov(offsets.reshape(-1, 2).T, aweights=weights.ravel())
    # a filled ellipse has a quarter of its squared half axes as variances
    inside = np.einsum("yxi,ij,yxj->yx", offsets, np.linalg.inv(spread), offsets) <= 4
    return np.where(inside, 255, 0).astype(np.uint8)


def take_apart(
    pixels: Tensor,
    masks: Tensor,
    landmarks: np.ndarray,
    *,
    dilation: int = 0,
    feather: int = 4,
    fill: Fill = "inpaint",
    colour: Tensor | None = None,
    seed: int = 0,
    batch: int = 128,
) -> Layers:
    """Prepare photographs for compositing.

    pixels uint8 [N, S, S, 3]; masks uint8 [N, S, S], 0..255; dilation and feather in pixels; `colour` [3] for the fill
    `mean`. The filled hole is a little larger than the cut-out, so that no rim of the face stays behind.
    """
    alphas, plates = [], []
    distances = signed_distances(masks.cpu().numpy())
    for rows in torch.arange(len(pixels)).split(batch):
        distance = torch.from_numpy(distances[rows.numpy()])[..., None].to(pixels.device)
        alphas.append(_to_bytes(255 * soft_edge(distance, dilation, feather)))
        hole = soft_edge(distance, dilation + feather, feather)
        plates.append(_to_bytes(fill_holes(pixels[rows].float(), hole, fill, colour=colour, seed=seed)))
    return Layers(pixels, torch.cat(alphas), torch.cat(plates), landmarks)


def signed_distances(masks: np.ndarray) -> np.ndarray:
    """Return how far [N, S, S], in pixels, each pixel is outside (> 0) or inside masks uint8 [N, S, S]; float32.

    The edge is where the mask is half. An empty mask is far away everywhere.
    """
    with ThreadPoolExecutor() as threads:
        return np.stack(list(threads.map(_signed_distance, masks)))


def soft_edge(distance: Tensor, dilation: float, feather: float) -> Tensor:
    """Return a mask 0..1 grown by `dilation` pixels whose edge fades over `feather` pixels."""
    return ((dilation - distance) / max(feather, 1e-3) + 0.5).clamp(0, 1)


def fill_holes(
    images: Tensor, holes: Tensor, fill: Fill = "inpaint", *, colour: Tensor | None = None, seed: int = 0
) -> Tensor:
    """Return images [N, S, S, 3] whose holes [N, S, S, 1] (1: remove) are filled.

    `inpaint` continues the surroundings smoothly; `blur` is the image itself, blurred; `mean` one colour [3]; `noise`
    uniform noise, the same for all images; `white`.
    """
    match fill:
        case "inpaint":
            filling = _push_pull(images, holes)
        case "blur":
            filling = _blur(images.permute(0, 3, 1, 2), _BLUR_SIGMA).permute(0, 2, 3, 1)
        case "noise":
            random = torch.Generator().manual_seed(seed)
            filling = (255 * torch.rand(images.shape[1:], generator=random)).to(images).expand_as(images)
        case "white":
            filling = torch.full_like(images, 255)
        case "mean":
            if colour is None:
                raise ValueError("the fill `mean` needs a colour")
            filling = colour.to(images).expand_as(images)
    return torch.lerp(images, filling, holes)


def _signed_distance(mask: np.ndarray) -> np.ndarray:
    inside = (mask > 127).astype(np.uint8)
    if not inside.any():
        return np.full(mask.shape, np.inf, np.float32)
    field = [cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_5) for part in (1 - inside, inside)]
    return np.where(inside, 0.5 - field[1], field[0] - 0.5)


def _push_pull(images: Tensor, holes: Tensor) -> Tensor:
    """Return a smooth continuation of what surrounds the holes (Gortler et al. 1996, "push-pull")."""
    size = images.shape[1]
    weights = (1 - holes).permute(0, 3, 1, 2)
    colours = images.permute(0, 3, 1, 2) * weights
    levels = [_shrink(colours, weights, _COARSE)]
    while levels[-1][0].shape[-1] > 1:
        levels.append(_shrink(*levels[-1], 2))
    colours, weights = levels.pop()
    filling = colours / weights.clamp_min(1e-6)
    while levels:
        colours, weights = levels.pop()
        coarse = F.interpolate(filling, size=colours.shape[-2:], mode="bilinear", align_corners=False)
        filling = colours + coarse * (1 - weights)
    return F.interpolate(filling, size=(size, size), mode="bilinear", align_corners=False).permute(0, 2, 3, 1)


def _shrink(colours: Tensor, weights: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Return colours times weights and weights, both averaged over blocks, the weights brought back towards 1."""
    colours, weights = (
        F.avg_pool2d(planes, factor, ceil_mode=True, count_include_pad=False) for planes in (colours, weights)
    )
    lifted = (4 * weights).clamp_max(1)  # a block a quarter of which is known counts as known
    return colours * (lifted / weights.clamp_min(1e-6)), lifted


def _blur(planes: Tensor, sigma: float) -> Tensor:
    radius = max(1, round(2.5 * sigma))
    kernel = torch.exp(-(torch.arange(-radius, radius + 1, device=planes.device) ** 2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).to(planes)
    count = planes.shape[1]
    padded = F.pad(planes, (radius,) * 4, mode="replicate")
    down = F.conv2d(padded, kernel.view(1, 1, -1, 1).expand(count, 1, -1, 1), groups=count)
    return F.conv2d(down, kernel.view(1, 1, 1, -1).expand(count, 1, 1, -1), groups=count)


def _similarities(source: np.ndarray, target: np.ndarray, size: int) -> Tensor:
    """Return the least-squares similarities [B, 2, 3] from source to target landmarks, in `affine_grid`'s coordinates."""
    turn, shift = similarities(source, target)
    half = (size - 1) / 2  # pixel centre -> [-1, 1] with align_corners=True
    centre = half * (1 + 1j)
    shift = (shift - centre + turn * centre) / half
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    return torch.from_numpy(np.moveaxis(matrix, 2, 0).astype(np.float32))


def _warp(pixels: Tensor, alpha: Tensor, inverse: Tensor) -> Tensor:
    """Return cut-outs moved, float [B, 4, S, S]: colours times opacity, and opacity 0..1.

    Multiplied first, so that what lies beyond the picture's edge has no weight and no colour.
    """
    planes = torch.cat([pixels, alpha], dim=3).permute(0, 3, 1, 2)
    planes = planes.to(torch.float32, memory_format=torch.contiguous_format)
    planes[:, 3:] /= 255
    planes[:, :3] *= planes[:, 3:]
    grid = F.affine_grid(inverse, list(planes.shape), align_corners=True)
    return F.grid_sample(planes, grid, align_corners=True)


def _to_bytes(values: Tensor) -> Tensor:
    return values.round().clamp(0, 255).to(torch.uint8)
