"""Head pose from the face mesh: a rigid fit of a canonical face.

The fit is MediaPipe's "face transform" under weak perspective: a weighted similarity between a canonical mesh and
the landmarks, over the 33 points and weights of MediaPipe's own face geometry module. MediaPipe's canonical mesh is
not in its wheel; `canonical_face.csv` is our own, made by `build_canonical_face.py`.

Signs: yaw > 0 nose towards the image's left, pitch > 0 up, roll > 0 clockwise in the image. Mirroring a photograph
changes the sign of yaw and roll.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from beholder.common.checksums import verify

#: Columns x, y, z (right, up, towards the camera; outer eye corners 1 apart), row i for landmark i.
CANONICAL_FACE = Path(__file__).with_name("canonical_face.csv")
#: Part of the code, so that another canonical face counts as another program.
_SHA256 = "c832e28a2a25712d4fbec56d6bb7a8ac9f667f6f72c272196b12bbc940f29bd3"

#: MediaPipe's weights of landmarks on the middle line and, one for both, of mirrored pairs
#: (mediapipe/modules/face_geometry/data/geometry_pipeline_metadata_landmarks.pbtxt, rounded).
_MIDDLE = {4: 0.0709, 6: 0.0321, 10: 0.0084}
_PAIRS = {
    (33, 263): 0.0587, (54, 284): 0.0077, (67, 297): 0.0091, (117, 346): 0.0098, (119, 348): 0.0146,
    (121, 350): 0.0186, (127, 356): 0.0052, (129, 358): 0.1206, (132, 361): 0.0056, (133, 362): 0.0533,
    (136, 365): 0.0669, (143, 372): 0.0148, (147, 376): 0.0143, (198, 420): 0.0255, (205, 425): 0.0473,
}  # fmt: skip
WEIGHTS = _MIDDLE | {index: weight for pair, weight in _PAIRS.items() for index in pair}


class Pose(NamedTuple):
    """Angles of the head in degrees."""

    yaw: float
    pitch: float
    roll: float


def landmark_pose(landmarks: np.ndarray) -> Pose:
    """Return the pose of a face from its [n >= 468, 3] landmarks in pixels (y down, z away from the camera)."""
    used, weights = list(WEIGHTS), np.array(list(WEIGHTS.values()))
    _, rotation, _ = similarity(canonical_face()[used], to_head_axes(landmarks[used]), weights)
    return angles(rotation)


def angles(rotation: np.ndarray) -> Pose:
    """Return the pose that turns a face looking at the camera by a [3, 3] rotation (x right, y up, z to the camera)."""
    right, forward = rotation[:, 0], rotation[:, 2]
    yaw = -np.arctan2(forward[0], forward[2])
    pitch = np.arcsin(np.clip(forward[1], -1, 1))
    roll = -np.arctan2(right[1], right[0])
    return Pose(*(float(angle) for angle in np.rad2deg([yaw, pitch, roll])))


def to_head_axes(landmarks: np.ndarray) -> np.ndarray:
    """Return [n, 3] landmarks with y up and z towards the camera."""
    return landmarks * [1.0, -1.0, -1.0]


@cache
def canonical_face() -> np.ndarray:
    """Return the canonical face, float64 [468, 3]."""
    return np.loadtxt(verify(CANONICAL_FACE, _SHA256), delimiter=",", skiprows=1)


def similarity(source: np.ndarray, target: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return scale, rotation [3, 3] and shift [3] of the weighted least-squares fit target ~ scale * rotation @ source + shift.

    Reflections are ruled out. S. Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", IEEE TPAMI 13(4), 1991.
    """
    weights = weights / weights.sum()
    source_mean, target_mean = weights @ source, weights @ target
    source, target = source - source_mean, target - target_mean
    left, sizes, right = np.linalg.svd((target * weights[:, None]).T @ source)
    handed = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = (left * handed) @ right
    scale = float((sizes * handed).sum() / (weights @ (source**2).sum(axis=1)))
    return scale, rotation, target_mean - scale * rotation @ source_mean
