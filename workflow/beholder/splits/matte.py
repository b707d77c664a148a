"""From a rough person mask to a clean cut-out: soft edge, no stray pieces, no colour of the old background in the edge.

Images are uint8 [S, S, 3] RGB, mattes float32 [S, S] in 0..1.
"""

import cv2
import numpy as np
from numpy.typing import ArrayLike

#: Above one half, so that the edge lies on the person's side: JPEG smears the background's colour across it.
_CONTOUR = 0.75


def person_matte(crop: np.ndarray, mask: np.ndarray, oval: np.ndarray, feather: float) -> np.ndarray:
    """Return the person's matte: pieces that do not touch the face removed, edge drawn to the image's own edges.

    `feather` is the standard deviation in pixels of the final softening; 0 cuts hard at a mask of 0.5, as the source
    experiment did.
    """
    if feather == 0:
        return (mask > 127).astype(np.float32)
    guide = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    refined = _guided_filter(guide, mask.astype(np.float32) / 255, radius=max(2, len(crop) // 40), epsilon=1e-3)
    # How unsure the segmentation is differs from camera to camera. So only its contour is used, and every edge is
    # given one profile: else the width of the edge would tell the groups apart.
    inside = (cv2.GaussianBlur(refined, (0, 0), feather) > _CONTOUR) | (oval > 127)
    return cv2.GaussianBlur(_attached(inside, oval).astype(np.float32), (0, 0), feather)


def oval_matte(oval: np.ndarray, feather: float, margin: float) -> np.ndarray:
    """Return the oval as a matte, grown (or with a negative margin shrunk) by that share of the crop's side."""
    reach = 2 * round(abs(margin) * len(oval)) + 1
    change = cv2.dilate if margin > 0 else cv2.erode
    hard = change(oval, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))).astype(np.float32) / 255
    return cv2.GaussianBlur(hard, (0, 0), feather) if feather else np.rint(hard)


def mix(front: ArrayLike, behind: ArrayLike, alpha: np.ndarray) -> np.ndarray:
    """Return uint8 [S, S, 3]: alpha * front + (1 - alpha) * behind; each is an image or one colour, 0..255."""
    shape = (*alpha.shape, 3)
    over, under = (np.ascontiguousarray(np.broadcast_to(np.asarray(x, np.uint8), shape)) for x in (front, behind))
    return np.asarray(cv2.blendLinear(over, under, alpha, 1 - alpha))


def foreground(crop: np.ndarray, matte: np.ndarray, feather: float) -> np.ndarray:
    """Return uint8 [S, S, 3]: the crop with the person's colours drawn outwards through the soft edge.

    Pixels at the edge mix person and background; composited as they are, the old background shines through as a halo
    that names its colour. From the inner end of the edge to its middle the crop fades into the colours of the nearest
    pixels that are surely the person's. The matte is one profile along a contour, no measured mixture, so the
    mixture is not solved for: that overshoots to the complement of the old background.
    """
    edge = np.flatnonzero((matte > 0) & (matte < 1))
    nearest = spread(crop, matte > 0.99, 3 * feather).reshape(-1, 3)[edge]
    own = np.clip(2 * matte.reshape(-1, 1)[edge] - 1, 0, 1)
    result = crop.copy()
    result.reshape(-1, 3)[edge] = nearest + own * (crop.reshape(-1, 3)[edge] - nearest.astype(np.float32)) + 0.5
    return result


def mean_colour(crop: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Return uint8 [3]: the mean colour of the sure pixels (bool [S, S]), or of the whole crop where there are none."""
    mask = sure.astype(np.uint8) if sure.any() else None
    return np.rint(cv2.mean(crop, mask)[:3]).astype(np.uint8)


def spread(crop: np.ndarray, sure: np.ndarray, sigma: float) -> np.ndarray:
    """Return uint8 [S, S, 3]: the sure pixels' colours blurred, and continued into the other pixels.

    Normalised convolution (Knutsson & Westin 1993): a pixel that is not sure (bool [S, S]) has no weight, so does not
    bleed into the blur. Far from all sure pixels the colour fades to their mean. Computed on a reduced image, which
    a blur of `sigma` pixels cannot tell from the full one.
    """
    size = max(1, len(crop) // max(1, int(sigma / 2)))
    weight = sure.astype(np.uint8) * 255
    layers = cv2.merge([cv2.bitwise_and(crop, crop, mask=weight), weight])
    layers = cv2.resize(layers, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    layers = cv2.GaussianBlur(layers, (0, 0), sigma * size / len(crop))
    floor = 0.01
    colour = (layers[..., :3] + floor / 255 * mean_colour(crop, sure)) / ((layers[..., 3:] + floor) / 255)
    colour = np.clip(colour + 0.5, 0, 255).astype(np.uint8)
    return cv2.resize(colour, crop.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def surely_background(matte: np.ndarray) -> np.ndarray:
    """Return bool [S, S]: where no trace of the person is left, a little away from the edge."""
    return cv2.dilate(matte, np.ones((5, 5), np.uint8)) < 0.02


def _attached(inside: np.ndarray, oval: np.ndarray) -> np.ndarray:
    """Return bool [S, S]: `inside` without the pieces that do not touch the oval."""
    _, labels = cv2.connectedComponents(inside.astype(np.uint8))
    touching = np.unique(labels[oval > 127])
    return np.isin(labels, touching[touching > 0])


def _guided_filter(guide: np.ndarray, values: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Smooth `values` along the edges of the grey `guide` (He, Sun & Tang 2010, "Guided Image Filtering")."""

    def mean(array: np.ndarray) -> np.ndarray:
        return cv2.blur(array, (2 * radius + 1,) * 2)

    mean_guide, mean_values = mean(guide), mean(values)
    slope = (mean(guide * values) - mean_guide * mean_values) / (mean(guide * guide) - mean_guide**2 + epsilon)
    offset = mean_values - slope * mean_guide
    return mean(slope) * guide + mean(offset)
