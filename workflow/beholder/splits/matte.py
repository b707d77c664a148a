"""From a rough person mask to a clean cut-out: soft edge, no stray pieces, no colour of the old background in the edge.

Images are uint8 [S, S, 3] RGB, mattes float32 [S, S] in 0..1, landmarks float [>= 468, >= 2] in crop pixels.
"""

from collections.abc import Sequence

import cv2
import numpy as np

#: MediaPipe's face mesh: the landmarks of the face's outline, in order (FACEMESH_FACE_OVAL, chained).
FACE_OVAL = [
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
]
_SUBPIXEL_BITS = 4


def face_oval(landmarks: np.ndarray, size: int) -> np.ndarray:
    """Return the face's oval as uint8 [size, size], 0 outside and 255 inside, with an anti-aliased outline."""
    oval = np.zeros((size, size), np.uint8)
    # Landmarks count from the outer edge of the first pixel, OpenCV from its centre.
    points = np.rint((landmarks[FACE_OVAL, :2] - 0.5) * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(oval, [points], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    return oval


def person(mask: np.ndarray, oval: np.ndarray) -> np.ndarray:
    """Return uint8 [S, S]: the segmentation mask (0..255) united with the face's oval.

    The segmentation may miss a part of the face, never the other way round.
    """
    return np.maximum(mask, oval)


def person_matte(crop: np.ndarray, mask: np.ndarray, oval: np.ndarray, feather: float) -> np.ndarray:
    """Return the person's matte: pieces that do not touch the face removed, edge drawn to the image's own edges.

    `feather` is the standard deviation in pixels of the final softening; 0 cuts hard at a mask of 0.5, as the source
    experiment did.
    """
    whole = person(mask, oval)
    if feather == 0:
        return (whole > 127).astype(np.float32)
    whole = _attached(whole, oval).astype(np.float32) / 255
    guide = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    refined = _guided_filter(guide, whole, radius=max(2, crop.shape[0] // 40), epsilon=1e-3)
    # The segmentation is faintly grey far from the person: levels that low or high are background or person.
    levelled = np.clip((refined - 0.2) / 0.7, 0, 1)
    return cv2.GaussianBlur(levelled, (0, 0), feather)


def oval_matte(oval: np.ndarray, feather: float, margin: float) -> np.ndarray:
    """Return the oval as a matte, grown (or with a negative margin shrunk) by that share of the crop's side."""
    reach = 2 * round(abs(margin) * len(oval)) + 1
    change = cv2.dilate if margin > 0 else cv2.erode
    hard = change(oval, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))).astype(np.float32) / 255
    return cv2.GaussianBlur(hard, (0, 0), feather) if feather else np.rint(hard)


def mix(front: np.ndarray, behind: np.ndarray | Sequence[float], alpha: np.ndarray) -> np.ndarray:
    """Return uint8 [S, S, 3]: alpha * front + (1 - alpha) * behind; `behind` is an image or one colour."""
    behind = np.asarray(behind, np.float32)
    return np.rint(behind + alpha[..., None] * (front - behind)).astype(np.uint8)


def foreground(crop: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """Return float32 [S, S, 3] in 0..255: the person's own colours where the matte is soft.

    A pixel of a soft edge mixes person and background; composited as it is, the old background shines through as a
    halo that names its colour. Blur-fusion estimate in two passes (Forte 2021, "Approximate Fast Foreground Colour
    Estimation", ICIP).
    """
    image = crop.astype(np.float32)
    person_colour, background_colour = image, image
    for radius in (crop.shape[0] // 3, max(2, crop.shape[0] // 50)):
        person_colour, background_colour = _blur_fusion(image, person_colour, background_colour, matte, radius)
    return person_colour


def mean_colour(crop: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """Return float32 [3] in 0..255: the mean colour of the background, or of the whole crop where there is none."""
    weight = _background_weight(matte)
    return cv2.mean(crop, (weight > 0).astype(np.uint8))[:3] if weight.any() else cv2.mean(crop)[:3]


def blurred_background(crop: np.ndarray, matte: np.ndarray, sigma: float) -> np.ndarray:
    """Return float32 [S, S, 3] in 0..255: the background blurred and continued behind the person.

    Normalised convolution (Knutsson & Westin 1993): the person has no weight, so does not bleed into the blur. Deep
    behind the person it fades to the background's mean colour.
    """
    weight = _background_weight(matte)
    floor = 1e-4
    blurred = cv2.GaussianBlur(crop * weight[..., None], (0, 0), sigma)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    return (blurred + floor * np.float32(mean_colour(crop, matte))) / (total + floor)[..., None]


def _background_weight(matte: np.ndarray) -> np.ndarray:
    """Return float32 [S, S]: 1 where no trace of the person is left, else 0."""
    return (cv2.dilate(matte, np.ones((5, 5), np.uint8)) < 0.02).astype(np.float32)


def _attached(mask: np.ndarray, oval: np.ndarray) -> np.ndarray:
    """Return the mask without the pieces that do not touch the oval."""
    number, labels = cv2.connectedComponents((mask > 64).astype(np.uint8))
    if number <= 2:
        return mask
    touching = np.unique(labels[oval > 127])
    return np.where(np.isin(labels, touching[touching > 0]) | (labels == 0), mask, 0)


def _guided_filter(guide: np.ndarray, values: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Smooth `values` along the edges of the grey `guide` (He, Sun & Tang 2010, "Guided Image Filtering")."""

    def mean(array: np.ndarray) -> np.ndarray:
        return cv2.blur(array, (2 * radius + 1,) * 2)

    mean_guide, mean_values = mean(guide), mean(values)
    slope = (mean(guide * values) - mean_guide * mean_values) / (mean(guide * guide) - mean_guide**2 + epsilon)
    offset = mean_values - slope * mean_guide
    return mean(slope) * guide + mean(offset)


def _blur_fusion(
    image: np.ndarray, person_colour: np.ndarray, background_colour: np.ndarray, matte: np.ndarray, radius: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return better estimates of both layers' colours, of which `image` is the mixture."""

    def local_mean(colour: np.ndarray, weight: np.ndarray) -> np.ndarray:
        total = cv2.blur(weight, (radius, radius))[..., None]
        return cv2.blur(colour * weight[..., None], (radius, radius)) / (total + 1e-5)

    alpha = matte[..., None]
    near, far = local_mean(person_colour, matte), local_mean(background_colour, 1 - matte)
    return np.clip(near + alpha * (image - alpha * near - (1 - alpha) * far), 0, 255), far
