"""Square views of a photograph: cut, turned and scaled in one step, without aliasing.

Pixel coordinates: (0, 0) is the centre of the first pixel.
"""

import cv2
import numpy as np

from beholder.faces.mesh import FACE_OVAL, LEFT_IRIS_CENTRE, RIGHT_IRIS_CENTRE

_BORDERS = {"replicate": cv2.BORDER_REPLICATE, "reflect": cv2.BORDER_REFLECT_101, "black": cv2.BORDER_CONSTANT}

#: Below this scale a view is first reduced by averaging.
_MOST_WARPED = 0.8


def square(centre: np.ndarray, side: float, size: int, degrees: float = 0.0) -> np.ndarray:
    """Return the float64 [2, 3] matrix that takes photograph pixels to the pixels of a square view.

    The view shows a square of `side` photograph pixels around `centre` in `size` x `size` pixels; `degrees` is by
    how much the square is turned clockwise in the photograph.
    """
    scale, angle = size / side, np.deg2rad(degrees)
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.hstack([turn, ((size - 1) / 2 - turn @ centre)[:, None]])


def face_square(landmarks: np.ndarray, size: int, margin: float, align: bool) -> np.ndarray:
    """Return the matrix of the face crop: the face oval's box, made square around its centre, and a margin.

    `landmarks`: [478, 3] photograph pixels. `margin` is the space on each side as a share of the box's longer side.
    With `align` the square is turned so that the line through the irises is level.
    """
    degrees = eye_tilt(landmarks) if align else 0.0
    upright = square(np.zeros(2), 1.0, 1, degrees)
    oval = transform(upright, landmarks[FACE_OVAL])[:, :2]
    lowest, highest = oval.min(axis=0), oval.max(axis=0)
    centre = upright[:, :2].T @ ((lowest + highest) / 2)
    return square(centre, (highest - lowest).max() * (1 + 2 * margin), size, degrees)


def eye_tilt(landmarks: np.ndarray) -> float:
    """Return the angle of the line through the irises in degrees, clockwise positive."""
    across = landmarks[LEFT_IRIS_CENTRE, :2] - landmarks[RIGHT_IRIS_CENTRE, :2]
    return float(np.rad2deg(np.arctan2(across[1], across[0])))


def interocular(landmarks: np.ndarray) -> float:
    """Return the distance between the centres of the irises."""
    return float(np.linalg.norm(landmarks[LEFT_IRIS_CENTRE, :2] - landmarks[RIGHT_IRIS_CENTRE, :2]))


def transform(matrix: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return [n, 3] landmarks in the pixels of a view; z is scaled like x and y."""
    scale = np.linalg.norm(matrix[:, 0])
    return np.column_stack([landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2], landmarks[:, 2] * scale])


def view(photograph: np.ndarray, matrix: np.ndarray, size: int, border: str = "replicate") -> np.ndarray:
    """Return the uint8 [size, size, 3] view of a photograph that `matrix` describes.

    Shrinking is done by averaging areas (the warp itself looks at four neighbours only and would alias), turning,
    enlarging and shrinking by less than a fifth by linear interpolation. `border` fills what lies outside: `replicate`, `reflect` or `black`.
    """
    cut, offset = _neighbourhood(photograph, matrix, size)
    matrix = _after(matrix, np.eye(2), offset)
    shrink = np.linalg.norm(matrix[:, 0])
    if shrink < _MOST_WARPED:
        height, width = (max(1, round(side * shrink)) for side in cut.shape[:2])
        factors = np.array([cut.shape[1] / width, cut.shape[0] / height])
        cut = cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA)
        matrix = _after(matrix, np.diag(factors), (factors - 1) / 2)
    return cv2.warpAffine(cut, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=_BORDERS[border])


def missing_area(matrix: np.ndarray, size: int, height: int, width: int) -> float:
    """Return the share of the view that lies outside a photograph of `height` x `width` pixels."""
    corners = np.array([[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]])
    seen = corners @ matrix[:, :2].T + matrix[:, 2]
    frame = np.array([[0, 0], [size, 0], [size, size], [0, size]]) - 0.5
    inside, _ = cv2.intersectConvexConvex(seen.astype(np.float32), frame.astype(np.float32))
    return float(np.clip(1 - inside / size**2, 0, 1))


def _after(matrix: np.ndarray, linear: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return the matrix that first takes p to linear @ p + shift and then applies `matrix`."""
    return np.hstack([matrix[:, :2] @ linear, (matrix[:, :2] @ shift + matrix[:, 2])[:, None]])


def _neighbourhood(photograph: np.ndarray, matrix: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of the photograph around the view, a few pixels more than needed, and its top left corner."""
    frame = np.array([[0, 0], [size, 0], [size, size], [0, size]]) - 0.5
    scale = np.linalg.norm(matrix[:, 0])
    corners = (frame - matrix[:, 2]) @ matrix[:, :2] / scale**2  # a rotation's inverse is its transpose
    spare = 4 + 2 / scale
    last = np.array(photograph.shape[1::-1]) - 1
    low = np.clip(np.floor(corners.min(axis=0) - spare), 0, last).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) + spare), 0, last).astype(int)
    return photograph[low[1] : high[1] + 1, low[0] : high[0] + 1], low
