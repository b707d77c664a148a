"""The outline of the face, drawn from landmarks: forehead to chin, without ears and hair."""

import cv2
import numpy as np

from beholder.faces.mesh import FACE_OVAL

_SUBPIXEL_BITS = 4


def face_oval(landmarks: np.ndarray, size: int) -> np.ndarray:
    """Return uint8 [size, size]: 255 inside the face oval, 0 outside, with an anti-aliased edge.

    `landmarks` [478, >= 2] in pixels of the picture, (0, 0) the centre of the first.
    """
    outline = np.rint(landmarks[FACE_OVAL, :2] * 2**_SUBPIXEL_BITS).astype(np.int32)
    oval = np.zeros((size, size), np.uint8)
    cv2.fillPoly(oval, [outline], (255,), cv2.LINE_AA, _SUBPIXEL_BITS)
    return oval
