"""The face that all rendered people are made from: mesh and texture of a portrait in the public domain.

The portrait is NASA's of Eileen Collins, which scikit-image carries; the mesh is what MediaPipe finds in it.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import skimage.data
from mediapipe.python.solutions import face_mesh_connections as connections
from mediapipe.python.solutions.face_mesh import FaceMesh
from scipy.optimize import linear_sum_assignment
from scipy.spatial import Delaunay

from beholder.common.errors import BeholderError

FOREHEAD, CHIN, NOSE_TIP = 10, 152, 4
SIDE = 384  # of the square texture, in pixels


@dataclass(frozen=True)
class Template:
    """A symmetric, upright face.

    `vertices`: float64 [478, 3]; x to the image's right, y down, z away from the camera; forehead to chin is 1; the
    origin lies between the temples. The last ten are the irises. `pairs`: int [478], the mirror partner of each
    vertex. `triangles`: int [M, 3] over the first 468. `oval`: int [36], the outline from the forehead clockwise in
    the image. `texture`: uint8 [SIDE, SIDE, 3] RGB. `pixels`: float64 [478, 2], each vertex in the texture.
    """

    vertices: np.ndarray
    pairs: np.ndarray
    triangles: np.ndarray
    oval: np.ndarray
    texture: np.ndarray
    pixels: np.ndarray


@cache
def template() -> Template:
    """Return the template. It is worked out once per process, in about half a second."""
    portrait = skimage.data.astronaut()
    landmarks = _landmarks(portrait)
    vertices, pairs = _upright(landmarks)
    oval = _outline(connections.FACEMESH_FACE_OVAL)
    texture, pixels = _texture(portrait, landmarks[:, :2])
    return Template(vertices, pairs, _triangles(vertices, oval), oval, texture, pixels)


def part(*names: str) -> np.ndarray:
    """Return the vertices of parts of the face by MediaPipe's names, such as `LEFT_EYE` (the person's left)."""
    return np.unique([list(getattr(connections, f"FACEMESH_{name}")) for name in names])


def _landmarks(portrait: np.ndarray) -> np.ndarray:
    with FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=True) as mesh:
        faces = mesh.process(portrait).multi_face_landmarks
    if not faces:
        raise BeholderError("MediaPipe finds no face in `skimage.data.astronaut()`. Reinstall the locked environment.")
    height, width = portrait.shape[:2]
    return np.array([[point.x * width, point.y * height, point.z * width] for point in faces[0].landmark])


def _upright(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mesh made symmetric and turned to yaw, pitch and roll 0, and the mirror partners.

    Pitch 0 is the pose in which forehead and chin are equally far from the camera.
    """
    mesh = landmarks - landmarks.mean(0)
    mirrored = mesh * [-1, 1, 1]
    for _ in range(5):
        distances = ((mirrored[:, None] - mesh[None]) ** 2).sum(-1)
        pairs = linear_sum_assignment(distances)[1]
        mirrored = _fit(mirrored, mesh[pairs])
    symmetric = (mesh + mirrored[pairs]) / 2
    right = _unit((symmetric - symmetric[pairs])[[454, 263, 291]].sum(0))
    down = symmetric[CHIN] - symmetric[FOREHEAD]
    down = _unit(down - right * (down @ right))
    upright = symmetric @ np.stack([right, down, np.cross(right, down)], axis=1)
    upright -= upright[[127, 356]].mean(0)
    upright = (upright + upright[pairs] * [-1, 1, 1]) / 2
    return upright / (upright[CHIN, 1] - upright[FOREHEAD, 1]), pairs


def _fit(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return `points` after the rotation and shift that bring them closest to `target` (Kabsch 1976)."""
    centred = points - points.mean(0)
    u, _, vt = np.linalg.svd(centred.T @ (target - target.mean(0)))
    return centred @ u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt + target.mean(0)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _outline(edges: frozenset[tuple[int, int]]) -> np.ndarray:
    """Return the vertices of a closed ring of edges in order, from the smallest number on."""
    following = dict(edges)
    ring = [min(following)]
    while following[ring[-1]] != ring[0]:
        ring.append(following[ring[-1]])
    return np.array(ring)


def _triangles(vertices: np.ndarray, oval: np.ndarray) -> np.ndarray:
    """Return triangles that fill the face's outline, eyes and mouth included, clockwise as seen from the camera.

    Found on the face rolled out from a cylinder: seen from the front, the sides of the cheeks would collapse.
    """
    x, y, z = vertices[:468].T
    flat = np.stack([np.arctan2(x, 0.3 - z), y], axis=1)
    triangles = Delaunay(flat).simplices
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    clockwise = np.cross(b - a, c - a) > 0
    triangles = np.where(clockwise[:, None], triangles, triangles[:, ::-1])
    outline = flat[oval].astype(np.float32)
    centres = flat[triangles].mean(1).astype(np.float32)
    inside = np.array([cv2.pointPolygonTest(outline, centre.tolist(), False) > 0 for centre in centres])
    return triangles[inside]


def _texture(portrait: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the square around the face, enlarged to SIDE, and the landmarks in it."""
    low, high = points.min(0), points.max(0)
    scale = SIDE / (1.16 * (high - low).max())
    shift = SIDE / 2 - scale * (low + high) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    texture = cv2.warpAffine(portrait, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC)
    return texture, points * scale + shift
