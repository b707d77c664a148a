"""Makes `canonical_face.csv`: python -m beholder.faces.build_canonical_face FACES.parquet ...

Takes the landmarks of tables that `crop_faces` made. Generalised Procrustes analysis (Gower 1975) over the 468 points
of all measured faces gives the mean shape; averaging it with its mirror image makes it symmetric, which fixes the
zero of yaw and roll. The zero of pitch is a convention: the median face of the tables looks straight ahead, so use
portraits taken at eye level. The shipped file comes from 372 official portraits of the US Congress (public domain).
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.spatial.transform import Rotation

from beholder.common.tables import read_tables, write_table
from beholder.faces.pose import CANONICAL_FACE, WEIGHTS, angles, similarity, to_head_axes

POINTS = 468
OUTER_EYE_CORNERS = [33, 263]
_MIRROR = np.array([-1.0, 1.0, 1.0])


def mean_shape(shapes: np.ndarray, rounds: int = 5) -> np.ndarray:
    """Return the generalised Procrustes mean [n, 3] of shapes [m, n, 3]; it has the pose of the first shape."""
    mean = _normalised(shapes[0])
    for _ in range(rounds):
        mean = _normalised(np.mean([_fitted(shape, mean) for shape in shapes], axis=0))
    return mean


def mirrored_landmarks(shape: np.ndarray) -> np.ndarray:
    """Return [n] the index of each point's partner on the other side of a nearly symmetric [n, 3] shape."""
    mirror = shape * _MIRROR
    for _ in range(10):
        _, partner = linear_sum_assignment(cdist(shape, mirror))
        mirror = _fitted(shape * _MIRROR, shape[np.argsort(partner)])
    return partner


def symmetric(shape: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """Return the mean of a shape and its mirror image, its plane of symmetry at x = 0."""
    mirror = (shape * _MIRROR)[partner]
    _, rotation, _ = similarity(mirror, shape, np.ones(len(shape)))
    half_way = _half_rotation(rotation)
    upright = (shape - shape.mean(axis=0)) @ half_way
    return (upright + (upright * _MIRROR)[partner]) / 2


def looking_ahead(shape: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return the shape turned up or down so that the median pitch of `shapes` against it is zero."""
    used, weights = list(WEIGHTS), np.array(list(WEIGHTS.values()))
    pitch = np.median([angles(similarity(shape[used], each[used], weights)[1]).pitch for each in shapes])
    cos, sin = np.cos(np.deg2rad(pitch)), np.sin(np.deg2rad(pitch))
    return shape @ np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]]).T


def canonical(landmarks: np.ndarray) -> np.ndarray:
    """Return the canonical face [468, 3] from landmarks [m, 478, 3] in pixels."""
    shapes = to_head_axes(landmarks[:, :POINTS])
    mean = mean_shape(shapes)
    mean = symmetric(mean, mirrored_landmarks(mean))
    mean = looking_ahead(mean, shapes)
    width = np.linalg.norm(np.subtract(*mean[OUTER_EYE_CORNERS]))
    return (mean - mean.mean(axis=0)) / width


def _normalised(shape: np.ndarray) -> np.ndarray:
    shape = shape - shape.mean(axis=0)
    return shape / np.linalg.norm(shape)


def _fitted(shape: np.ndarray, target: np.ndarray) -> np.ndarray:
    scale, rotation, shift = similarity(shape, target, np.ones(len(shape)))
    return scale * shape @ rotation.T + shift


def _half_rotation(rotation: np.ndarray) -> np.ndarray:
    """Return the rotation that, done twice, is `rotation`."""
    return Rotation.from_rotvec(Rotation.from_matrix(rotation).as_rotvec() / 2).as_matrix()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", nargs="+", type=Path, help="tables made by crop_faces")
    parser.add_argument("--output", type=Path, default=CANONICAL_FACE)
    arguments = parser.parse_args()
    landmarks = read_tables(arguments.faces, ["landmarks"])["landmarks"].dropna()
    shape = canonical(np.stack([np.reshape(each, (-1, 3)) for each in landmarks]).astype(float))
    write_table(arguments.output, pd.DataFrame(shape.round(5), columns=["x", "y", "z"]))
    print(
        f"wrote {arguments.output}; its SHA-256 for pose.py: {hashlib.sha256(arguments.output.read_bytes()).hexdigest()}"
    )


if __name__ == "__main__":
    main()
