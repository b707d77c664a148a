"""Where the evidence of a class map lies: shares, enrichment, hits and asymmetries, for many images at once.

A map of H x W cells is drawn on the photograph by U C U^T (see `explain.registration`). Its energy inside a mask M is
<U C U^T, M> = <C, U^T M U>, so all sums over pixels reduce to products with one number per cell. Shares follow Arras et
al. 2022, the pointing game Zhang et al. 2018. A share of energy is never a share of the decision: see `reliance`.
"""

from typing import Literal, NamedTuple

import cv2
import numpy as np
import pandas as pd

from beholder.audit.regions import FACE, PERSON, REGIONS, average_matrix, normalised
from beholder.explain.registration import adjoint, upsampling

Weighting = Literal["density", "mass"]

#: What counts as inside: the face oval, or the whole person.
MASKS = {"face": FACE, "person": (*FACE, *PERSON)}

_CHUNK = 256
#: Least tolerance of the pointing game, in pixels of the network's input.
_POINTING_PIXELS = 16


class MapGrid(NamedTuple):
    """Where the cells of a map lie: the centre of cell i is pixel offset + stride * i of an image of side `size`."""

    size: int
    cells: int
    offset: float
    stride: float


def stock_grid(size: int, cells: int) -> MapGrid:
    """Return the grid that plain bilinear enlargement assumes, whatever the network."""
    return MapGrid(size, cells, (size / cells - 1) / 2, size / cells)


def positive_evidence(margin_maps: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """Return the evidence for each image's own class: max(C, 0) for looks 1, max(-C, 0) for looks 0. [N, P]"""
    return np.maximum(np.where(np.asarray(looks)[:, None] == 1, margin_maps, -margin_maps), 0)


def stock_evidence(maps0: np.ndarray, maps1: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Return what pytorch-grad-cam draws: ReLU of the predicted class' map, scaled to 0..1 image by image. [N, P]"""
    rectified = np.maximum(np.where(np.asarray(margin)[:, None] > 0, maps1, maps0), 0)
    lifted = rectified - rectified.min(1, keepdims=True)
    return lifted / (1e-7 + lifted.max(1, keepdims=True))


def localise(
    evidence: np.ndarray,
    partitions: np.ndarray,
    grid: MapGrid,
    looks: np.ndarray,
    clusters: np.ndarray,
    *,
    mirrored_evidence: np.ndarray | None = None,
    weighting: Weighting = "density",
) -> pd.DataFrame:
    """Return one row per image and one column `measure/detail` per measure; NaN where it cannot be scored.

    evidence float [N, W * W] >= 0; partitions uint8 [N, R, s, s] of `regions`; looks and clusters [N];
    mirrored_evidence [N, W * W] of the mirrored images, in their own coordinates, adds the flip decomposition.
    weighting: `density` weighs the map as drawn, `mass` counts every cell once, as the margin does.

    Columns: evidence; energy_share, enrichment, excess (over other persons' masks), rank_accuracy, pointing of face and
    person; region_share of every region; right and bottom asymmetry of the evidence outside face and person (1: all
    of it right or bottom of the image), and of the former what stays when the photograph is mirrored (frame_right) and
    what follows it (content_right).
    """
    evidence = np.asarray(evidence, np.float32)
    small = partitions.shape[-1]
    drawing = drawing_matrix(grid, small)
    chunks = [slice(start, start + _CHUNK) for start in range(0, len(evidence), _CHUNK)]
    pieces = [_pixel_measures(evidence[rows], partitions[rows], grid, drawing) for rows in chunks]
    cells, hits, halves, halves_mirrored = (
        {name: np.concatenate([piece[kind][name] for piece in pieces]) for name in pieces[0][kind]} for kind in range(4)
    )

    total = np.outer(drawing.sum(0), drawing.sum(0)).ravel()
    empty = evidence.sum(1) <= 0
    columns = {"evidence": evidence.sum(1)}
    for name, inside in cells.items():
        share, baseline = energy_share(evidence, inside, total, weighting), area(inside, total, weighting)
        if name in MASKS:
            columns[f"energy_share/{name}"] = share
            columns[f"enrichment/{name}"] = share / np.where(baseline > 0, baseline, np.nan)
            columns[f"excess/{name}"] = share - permuted_share(evidence, inside, total, looks, clusters, weighting)
        else:
            columns[f"region_share/{name}"] = share
    columns |= {name: np.where(empty, np.nan, values) for name, values in hits.items()}
    for name, both in halves.items():
        columns[name] = asymmetry(evidence, both)
        if mirrored_evidence is not None and name.startswith("right"):
            of_mirrored = asymmetry(np.asarray(mirrored_evidence, np.float32), halves_mirrored[name])
            columns[f"frame_{name}"] = (columns[name] + of_mirrored) / 2
            columns[f"content_{name}"] = (columns[name] - of_mirrored) / 2
    return pd.DataFrame(columns)


def drawing_matrix(grid: MapGrid, small: int) -> np.ndarray:
    """Return float32 [small, cells]: draws one axis of a map, at `small` instead of grid.size pixels."""
    full = upsampling(grid.size, grid.cells, grid.offset, grid.stride)
    return (average_matrix(grid.size, small) @ full).astype(np.float32)


def energy_share(evidence: np.ndarray, inside: np.ndarray, total: np.ndarray, weighting: Weighting) -> np.ndarray:
    """Return the share [N] of the evidence [N, P] inside a mask, from the mask's and the frame's adjoints [N, P], [P].

    NaN for an empty map and for a missing mask.
    """
    weights, whole = (inside, total) if weighting == "density" else (inside / total, np.ones_like(total))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.einsum("np,np->n", evidence, weights) / (evidence @ whole)


def area(inside: np.ndarray, total: np.ndarray, weighting: Weighting) -> np.ndarray:
    """Return the energy share [N] of a constant map."""
    return inside.sum(1) / total.sum() if weighting == "density" else (inside / total).mean(1)


def permuted_share(
    evidence: np.ndarray,
    inside: np.ndarray,
    total: np.ndarray,
    looks: np.ndarray,
    clusters: np.ndarray,
    weighting: Weighting = "density",
) -> np.ndarray:
    """Return the mean share [N] of each map inside the masks of other persons of its class.

    The share is linear in the mask, so the mean over masks is the share in the mean mask: no N x N matrix is needed.
    NaN where the class has no other person with a mask.
    """
    usable = np.isfinite(inside).all(1)
    filled = np.where(usable[:, None], inside, 0).astype(np.float64)
    codes = np.unique(clusters, return_inverse=True)[1]
    mean = np.full(inside.shape, np.nan)
    for label in np.unique(looks):
        rows = np.flatnonzero(looks == label)
        sums = np.zeros((codes.max() + 1, inside.shape[1]))
        np.add.at(sums, codes[rows], filled[rows])
        counts = np.bincount(codes[rows], usable[rows], len(sums))
        others = (counts.sum() - counts[codes[rows]])[:, None]
        mean[rows] = (sums.sum(0) - sums[codes[rows]]) / np.where(others > 0, others, np.nan)
    share = energy_share(evidence, mean, total, weighting)
    return np.where(usable, share, np.nan)


def rank_accuracy(drawn: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the share [N] of the |F| highest pixels that lie inside F; the expectation over the order of ties.

    drawn [N, p] pixel values, mask [N, p] soft, of area |F|. NaN without a mask.
    """
    scores = np.full(len(drawn), np.nan)
    for n, (values, inside) in enumerate(zip(drawn, mask, strict=True)):
        count = inside.sum()
        if not count >= 1:
            continue
        threshold = np.partition(values, -int(count))[-int(count)]
        above, level = values > threshold, values == threshold
        open_places = count - above.sum()
        scores[n] = (inside[above].sum() + open_places * inside[level].mean()) / count
    return np.minimum(scores, 1)


def pointing_game(evidence: np.ndarray, distance: np.ndarray, tolerance: float) -> np.ndarray:
    """Return whether [N] the highest cell lies within `tolerance` pixels of the mask; ties count by their share.

    evidence [N, P]; distance [N, P] from every cell's centre to the mask. NaN for an empty map or a missing mask.
    """
    highest = evidence == evidence.max(1, keepdims=True)
    hits = (highest & (distance <= tolerance)).sum(1) / highest.sum(1)
    return np.where(np.isnan(distance).any(1) | (evidence.max(1) <= 0), np.nan, hits)


def asymmetry(evidence: np.ndarray, halves: np.ndarray) -> np.ndarray:
    """Return (E_b - E_a) / (E_b + E_a) [N] less the value of a constant map under the same mask.

    halves [N, 2, P]: adjoints of the background's halves a (left or top) and b (right or bottom of the image). NaN
    without evidence in the background.
    """
    energy = np.einsum("np,nkp->nk", evidence, halves)
    flat = halves.sum(2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (energy[:, 1] - energy[:, 0]) / energy.sum(1) - (flat[:, 1] - flat[:, 0]) / flat.sum(1)


def _pixel_measures(evidence, partitions, grid, drawing) -> tuple[dict, dict, dict, dict]:
    """Return per image: adjoints of masks and regions, hits, adjoints of background halves, and of the mirrored."""
    width = drawing.shape[1]
    parts = normalised(partitions)
    drawn = (drawing @ evidence.reshape(-1, width, width) @ drawing.T).reshape(len(evidence), -1)
    of_regions = _adjoint(parts, drawing, drawing)
    cells = {name: of_regions[:, k] for k, name in enumerate(REGIONS)}
    tolerance = max(_POINTING_PIXELS, grid.stride / 2)
    hits: dict[str, np.ndarray] = {}
    halves: dict[str, np.ndarray] = {}
    halves_mirrored: dict[str, np.ndarray] = {}
    for name, members in MASKS.items():
        cells[name] = np.sum([cells[member] for member in members], axis=0)
        mask = parts[:, [REGIONS.index(member) for member in members]].sum(1)
        hits[f"rank_accuracy/{name}"] = rank_accuracy(drawn, mask.reshape(len(mask), -1))
        hits[f"pointing/{name}"] = pointing_game(evidence, _distances(mask, grid), tolerance)
        for kept, masks in ((halves, mask), (halves_mirrored, mask[:, :, ::-1])):
            kept[f"right/{name}"], kept[f"bottom/{name}"] = frame_halves(1 - masks, drawing)
    return cells, hits, halves, halves_mirrored


def frame_halves(masks: np.ndarray, drawing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the adjoints [n, 2, P] of masks [n, s, s] cut into left and right half, and into top and bottom half."""
    ramp = np.clip(np.arange(len(drawing)) - (len(drawing) - 1) / 2 + 0.5, 0, 1)[:, None].astype(np.float32)
    first, second = drawing * (1 - ramp), drawing * ramp
    across = [_adjoint(masks, drawing, half) for half in (first, second)]
    down = [_adjoint(masks, half, drawing) for half in (first, second)]
    return np.stack(across, 1), np.stack(down, 1)


def _adjoint(regions: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    cells = adjoint(regions, rows, columns)
    return cells.reshape(*cells.shape[:-2], -1)


def _distances(masks: np.ndarray, grid: MapGrid) -> np.ndarray:
    """Return the distance [n, W * W], in pixels of the input, from the centre of every cell to where the mask >= 0.5."""
    pixel = grid.size / masks.shape[-1]
    centres = np.floor((grid.offset + grid.stride * np.arange(grid.cells) + 0.5) / pixel).astype(int)
    centres = centres.clip(0, masks.shape[-1] - 1)
    distances = np.full((len(masks), len(centres) ** 2), np.nan, np.float32)
    for n, mask in enumerate(masks):
        inside = mask >= 0.5
        if inside.any():
            field = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            distances[n] = pixel * field[np.ix_(centres, centres)].ravel()
    return distances


def frame_asymmetry(margin_maps: np.ndarray, grid: MapGrid, looks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return right and bottom asymmetry [N] of a class' evidence over the whole frame; NaN without evidence."""
    evidence = np.maximum(margin_maps if looks == 1 else -margin_maps, 0)
    frame = np.ones((1, grid.size, grid.size))
    right, bottom = frame_halves(frame, drawing_matrix(grid, grid.size))
    return asymmetry(evidence, right), asymmetry(evidence, bottom)
