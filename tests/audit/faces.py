"""A face of landmarks with its masks, as `pack_geometry` would store it, for tests."""

import cv2
import numpy as np
from beholder.faces.mesh import GROUPS


def face(size: int = 224, centre: tuple[float, float] = (0.5, 0.5), scale: float = 1.0):
    """Return landmarks float32 [478, 2], the face oval and the person mask, both uint8 [size, size].

    A schematic face: every group of landmarks lies on an ellipse at its usual place.
    """
    landmarks = np.zeros((478, 2), np.float32)
    landmarks[:] = (0.5, 0.5)
    for group, x, y, width, height in [
        ("left_eye", 0.60, 0.42, 0.06, 0.025),
        ("right_eye", 0.40, 0.42, 0.06, 0.025),
        ("left_brow", 0.60, 0.34, 0.07, 0.015),
        ("right_brow", 0.40, 0.34, 0.07, 0.015),
        ("nose", 0.50, 0.50, 0.05, 0.09),
        ("lips", 0.50, 0.66, 0.09, 0.035),
        ("face_oval", 0.50, 0.50, 0.22, 0.30),
    ]:
        indices = GROUPS[group]
        angle = np.linspace(0, 2 * np.pi, len(indices), endpoint=False)
        landmarks[indices] = np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], 1)
    fixed = {33: (0.34, 0.42), 263: (0.66, 0.42), 61: (0.41, 0.66), 291: (0.59, 0.66), 17: (0.5, 0.695)}
    fixed |= {152: (0.5, 0.8), 172: (0.34, 0.7), 397: (0.66, 0.7)}
    for index, place in fixed.items():
        landmarks[index] = place
    landmarks = ((landmarks - 0.5) * scale + centre) * size

    middle = np.multiply(centre, size)
    oval, person = np.zeros((size, size), np.uint8), np.zeros((size, size), np.uint8)
    _ellipse(oval, middle, (0.22 * scale * size, 0.30 * scale * size))
    _ellipse(person, np.subtract(middle, (0, 0.05 * scale * size)), (0.27 * scale * size, 0.35 * scale * size))
    _ellipse(person, np.add(middle, (0, 0.55 * scale * size)), (0.40 * scale * size, 0.25 * scale * size))
    return landmarks.astype(np.float32), oval, np.maximum(oval, person)


def _ellipse(canvas, centre, axes):
    cv2.ellipse(canvas, np.rint(centre).astype(int).tolist(), np.rint(axes).astype(int).tolist(), 0, 0, 360, 255, -1)
