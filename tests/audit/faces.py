"""A face of landmarks with its masks, as `pack_geometry` would store it, for tests."""

import cv2
import numpy as np

from beholder.faces.mesh import FACE_OVAL
from beholder.faces.pose import canonical_face


def face(size: int = 224, centre: tuple[float, float] = (0.5, 0.5), scale: float = 1.0):
    """Return landmarks float32 [478, 2], the face oval and the person mask, both uint8 [size, size].

    The canonical face seen from the front, 0.6 of the image high; the person adds hair, neck and shoulders.
    """
    mesh = canonical_face()[:, :2] * [1, -1]
    irises = np.repeat([mesh[[33, 133]].mean(0), mesh[[362, 263]].mean(0)], 5, axis=0)
    landmarks = (np.concatenate([mesh, irises]) * 0.31 * scale + centre) * size

    oval, person = np.zeros((size, size), np.uint8), np.zeros((size, size), np.uint8)
    cv2.fillPoly(oval, [np.rint(landmarks[FACE_OVAL]).astype(np.int32)], 255)
    middle, unit = np.multiply(centre, size), scale * size
    _ellipse(person, middle - np.array([0, 0.05 * unit]), (0.30 * unit, 0.36 * unit))
    _ellipse(person, middle + np.array([0, 0.55 * unit]), (0.40 * unit, 0.25 * unit))
    return landmarks.astype(np.float32), oval, np.maximum(oval, person)


def _ellipse(canvas, centre, axes):
    cv2.ellipse(canvas, np.rint(centre).astype(int).tolist(), np.rint(axes).astype(int).tolist(), 0, 0, 360, 255, -1)
