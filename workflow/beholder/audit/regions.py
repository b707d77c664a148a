"""A soft partition of every test image into parts of the face, of the person and of the background.

The parts add up to one in every pixel, so energy shares over them add up to one as well. Stored at a quarter of the
network's input size: the maps that they weigh have cells of 32 pixels.
"""

import cv2
import numpy as np

from beholder.faces.mesh import FACE_PARTS

FACE = ("eyes", "brows", "nose", "mouth", "cheeks", "forehead", "jaw")
#: By height along the face, for want of a segmentation: hair below the chin counts as neck or clothes. The ears are where
#: ears should be, beside the face from the brows to the base of the nose, whether hair covers them or not: approximate.
PERSON = ("ears", "hair", "neck", "clothes")
#: The frame's diagonals separate the four; left is the image's left.
BACKGROUND = ("background_left", "background_right", "background_top", "background_bottom")
REGIONS = (*FACE, *PERSON, *BACKGROUND)

REDUCTION = 4

EYE_CORNERS, MOUTH_CORNERS = [33, 263], [61, 291]
_CHIN, _JAW = 152, [172, 397]
#: Where the ears begin, at the image's left and right of an upright face, and the edges of the face above and below them.
_EARS, _BROWS, _NOSE_BASE = [234, 454], [105, 334], 2
#: How far an ear reaches, in distances from the axis of the face to where it begins.
_EAR_REACH = 1.25
_SUBPIXEL_BITS = 4


def partition(landmarks: np.ndarray, face: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return float32 [len(REGIONS), S, S], adding up to 1 in every pixel, for one image.

    landmarks float [478, 2] x, y in pixels of the image; face and person [S, S] soft masks, uint8 0..255 or float
    0..1. What the oval claims counts as face even where the person mask misses it.
    """
    face, person = _unit(face), _unit(person)
    person = np.maximum(face, person)
    parts = {name: np.zeros_like(face) for name in REGIONS}

    parts["cheeks"] = face.copy()  # whatever no other part of the face claims
    for name, polygons in FACE_PARTS.items():
        shape = _polygons([landmarks[outline] for outline in polygons], face.shape)
        for other in FACE:
            parts[other] *= 1 - shape
        parts[name] += face * shape

    height, side = _face_coordinates(landmarks, face.shape)
    heights = _heights(landmarks)
    outside = person - face
    half_jaw = float(np.linalg.norm(np.subtract(*landmarks[_JAW]))) / 2
    collar = heights["chin"] + 0.5 * (heights["chin"] - heights["mouth"])
    below_mouth = 1 - _below(height, heights["mouth"])
    parts["neck"] = outside * below_mouth * _below(height, collar) * _below(np.abs(side), half_jaw)
    rest = outside - parts["neck"]
    parts["ears"] = rest * (1 - _below(height, heights["brows"])) * _below(height, heights["nose_base"])
    for limit, beside in zip(_EAR_REACH * np.abs(_sides(landmarks)), (-side, side), strict=True):
        parts["ears"] *= _below(beside, limit)  # the ear that a turned head hides is narrow
    parts["hair"] = (rest - parts["ears"]) * _below(height, heights["chin"])
    parts["clothes"] = rest - parts["ears"] - parts["hair"]

    for name, triangle in zip(BACKGROUND, _triangles(*face.shape), strict=True):
        parts[name] = (1 - person) * triangle
    return np.stack([parts[name] for name in REGIONS])


def reduced_partition(landmarks: np.ndarray, face: np.ndarray, person: np.ndarray, usable: bool = True) -> np.ndarray:
    """Return `partition` as area means, uint8 [R, s, s] with s = ceil(S / 4); all zero where there is no usable mask.

    Not usable: the flag says so, a landmark is missing, or the face mask is empty.
    """
    size = face.shape[0]
    small = reduced_size(size)
    if not usable or not np.isfinite(landmarks).all() or not np.any(face):
        return np.zeros((len(REGIONS), small, small), np.uint8)
    average = average_matrix(size, small).astype(np.float32)
    return np.rint(255 * (average @ partition(landmarks, face, person) @ average.T)).astype(np.uint8)


def normalised(partitions: np.ndarray) -> np.ndarray:
    """Return uint8 partitions [N, R, s, s] as float32 that add up to 1 over R; NaN for images without a mask."""
    parts = partitions.astype(np.float32)
    with np.errstate(invalid="ignore"):
        return parts / parts.sum(1, keepdims=True)


def reduced_size(size: int) -> int:
    """Return the side at which the partition of images of side `size` is kept."""
    return -(-size // REDUCTION)


def average_matrix(size: int, small: int) -> np.ndarray:
    """Return float64 [small, size]: rows of area weights that shrink a side from `size` to `small` pixels."""
    edges = np.linspace(0, size, small + 1)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.clip(overlap, 0, None) * small / size


def _unit(mask: np.ndarray) -> np.ndarray:
    return mask.astype(np.float32) / (255 if mask.dtype == np.uint8 else 1)


def _polygons(outlines: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    canvas = np.zeros(shape, np.uint8)
    corners = [np.rint(outline * 2**_SUBPIXEL_BITS).astype(np.int32) for outline in outlines]
    cv2.fillPoly(canvas, corners, (255,), cv2.LINE_AA, _SUBPIXEL_BITS)
    return canvas.astype(np.float32) / 255


def _axes(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the point between the eyes and the unit vector from there to the mouth."""
    eyes, mouth = landmarks[EYE_CORNERS].mean(0), landmarks[MOUTH_CORNERS].mean(0)
    return eyes, (mouth - eyes) / max(np.linalg.norm(mouth - eyes), 1e-6)


def _face_coordinates(landmarks: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return every pixel's distance below the eyes, along the face, and beside its axis; both float32 [S, S]."""
    origin, down = _axes(landmarks)
    y, x = np.indices(shape, dtype=np.float32)
    x, y = x - origin[0], y - origin[1]
    return x * down[0] + y * down[1], x * down[1] - y * down[0]


def _heights(landmarks: np.ndarray) -> dict[str, float]:
    origin, down = _axes(landmarks)
    height = (landmarks - origin) @ down
    return {
        "mouth": height[MOUTH_CORNERS].mean(),
        "chin": height[_CHIN],
        "brows": height[_BROWS].mean(),
        "nose_base": height[_NOSE_BASE],
    }


def _sides(landmarks: np.ndarray) -> np.ndarray:
    """Return how far beside the face's axis the ears begin, float [2], as `_face_coordinates` counts."""
    origin, down = _axes(landmarks)
    return (landmarks[_EARS] - origin) @ [down[1], -down[0]]


def _below(values: np.ndarray, threshold: float) -> np.ndarray:
    """Return 1 where values are smaller than the threshold, 0 where larger, with an edge one pixel wide."""
    return np.clip(threshold - values + 0.5, 0, 1).astype(np.float32)


def _triangles(rows: int, columns: int) -> np.ndarray:
    """Return [4, rows, columns]: left, right, top, bottom of the frame; pixels on a diagonal are shared."""
    y = np.linspace(-1, 1, rows)[:, None] * np.ones((1, columns))
    x = np.ones((rows, 1)) * np.linspace(-1, 1, columns)
    reach = np.stack([-x, x, -y, y])
    largest = np.isclose(reach, reach.max(0), atol=1e-9)
    return (largest / largest.sum(0)).astype(np.float32)
