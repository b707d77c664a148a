"""Whether what a map marks matters: the margin while cells are removed, or restored, in the map's order.

After RISE (Petsiuk et al. 2018); the symmetric relevance gain after Bluecher et al. 2024. A curve means little by itself:
faces are in the centre, so every curve is read beside a random and a centred order.
"""

import numpy as np
import torch
from scipy.integrate import trapezoid
from torch import Tensor

from beholder.audit.compositing import Fill, Score, fill_holes
from beholder.audit.localisation import MapGrid

#: A curve whose whole change is below this share of the margins' spread is noise.
_LEAST_CHANGE = 0.1


@torch.inference_mode()
def removal_curves(
    score: Score,
    pixels: Tensor,
    importance: np.ndarray,
    grid: MapGrid,
    *,
    steps: int = 10,
    fill: Fill = "inpaint",
    colour: Tensor | None = None,
    batch: int = 64,
) -> np.ndarray:
    """Return margins float32 [N, steps + 1] while cells are removed, the most important first.

    pixels uint8 [N, S, S, 3]; importance [N, W * W] orders the cells (ties: by position). A cell stands for the pixels
    nearest to its centre. Read backwards, the curve of the reversed order is that of insertion.
    """
    order = np.argsort(np.argsort(-importance, axis=1, kind="stable"), axis=1, kind="stable")
    ranks = torch.from_numpy(order).to(pixels.device)
    footprint = torch.from_numpy(cell_of_pixel(grid)).to(pixels.device)
    counts = torch.linspace(0, grid.cells**2, steps + 1, device=pixels.device).round()
    curves = []
    for rows in torch.arange(len(pixels), device=pixels.device).split(max(1, batch // (steps + 1))):
        rank = ranks[rows][:, footprint]
        holes = (rank[:, None] < counts.view(1, -1, 1, 1)).float()
        images = pixels[rows].float().repeat_interleave(steps + 1, 0)
        filled = fill_holes(images, holes.flatten(0, 1)[..., None], fill, colour=colour)
        curves.append(score(filled.permute(0, 3, 1, 2)).view(len(rows), -1))
    return torch.cat(curves).float().cpu().numpy()


def area_under(curves: np.ndarray, spread: float) -> np.ndarray:
    """Return the area [N] under (m_t - m_end) / (m_0 - m_end) of curves [N, T + 1].

    NaN where the whole change is below a tenth of `spread`, the margins' standard deviation.
    """
    change = curves[:, :1] - curves[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = (curves - curves[:, -1:]) / np.where(np.abs(change) < _LEAST_CHANGE * spread, np.nan, change)
    return trapezoid(relative, dx=1 / (curves.shape[1] - 1))


def cell_of_pixel(grid: MapGrid) -> np.ndarray:
    """Return int64 [S, S]: the number of the cell whose centre is nearest."""
    position = (
        np.floor((np.arange(grid.size) - grid.offset) / grid.stride + 0.5).clip(0, grid.cells - 1).astype(np.int64)
    )
    return position[:, None] * grid.cells + position[None, :]


def centred_importance(grid: MapGrid) -> np.ndarray:
    """Return [W * W]: a Gaussian around the image's centre, of a quarter of its side: what needs no network."""
    centres = grid.offset + grid.stride * np.arange(grid.cells)
    profile = np.exp(-((centres - (grid.size - 1) / 2) ** 2) / (2 * (grid.size / 4) ** 2))
    return np.outer(profile, profile).ravel()
