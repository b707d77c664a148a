"""Drawing a textured mesh: which texture pixel and how much light each image pixel shows."""

from dataclasses import dataclass

import cv2
import numpy as np

_SHIFT = 4  # OpenCV's fixed-point bits: corners are placed to 1/16 pixel


@dataclass(frozen=True)
class Fragments:
    """What is seen where: `index`, flat positions in the image [P]; `uv` float32 [P, 2], pixels of the texture;
    `light` and `depth`, float32 [P]."""

    index: np.ndarray
    uv: np.ndarray
    light: np.ndarray
    depth: np.ndarray


def normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return unit normals [V, 3], means of the triangles' normals weighted by area.

    Triangles whose corners run clockwise in the image face the camera, as do their normals (z < 0).
    """
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    of_triangle = np.cross(c - a, b - a)
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(of_triangle[:, k], 3), len(vertices)) for k in range(3)], axis=1
    )
    return total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-12)


def rasterise(
    points: np.ndarray, triangles: np.ndarray, attributes: list[np.ndarray], size: tuple[int, int]
) -> Fragments:
    """Draw triangles in the order given, later ones over earlier ones.

    `points` [V, 2] are image positions, `attributes` the vertices' uv [V, 2], light [V] and depth [V]; `size` is
    (width, height). Attributes are interpolated affinely within a triangle, which is exact up to perspective.
    """
    width, height = size
    seen = np.full((height, width), -1, np.int32)
    corners = np.round(points[triangles] * 2**_SHIFT).astype(np.int32)
    for number, corner in enumerate(corners):
        cv2.fillConvexPoly(seen, corner, (number,), cv2.LINE_8, _SHIFT)
    index = np.flatnonzero(seen >= 0)
    of = seen.ravel()[index]
    y, x = np.divmod(index, width)
    weights = _barycentric(points, triangles, of, x, y)
    corners = np.column_stack(attributes).astype(np.float32)[triangles]
    values = np.einsum("kp,pka->pa", weights, corners[of])
    return Fragments(index, np.ascontiguousarray(values[:, :2]), values[:, 2], values[:, 3])


def fetch(texture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Return the texture's values [P, C] at `uv` [P, 2], bilinearly interpolated."""
    rows = np.pad(uv, ((0, -len(uv) % 1024), (0, 0))).reshape(-1, 1024, 2)  # OpenCV wants no line above 32767 pixels
    values = cv2.remap(texture, rows, None, cv2.INTER_LINEAR)  # type: ignore[call-overload]  # its stubs know no None
    return values.reshape(-1, texture.shape[2])[: len(uv)]


def _barycentric(points: np.ndarray, triangles: np.ndarray, of: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return weights [3, P] of the corners; pixels of an edge that lie outside are moved onto it."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    planes = np.stack([ac[:, 1], -ac[:, 0], -ab[:, 1], ab[:, 0]], axis=1) / area[:, None]
    plane = np.concatenate([planes, a], axis=1).astype(np.float32)[of]
    dx, dy = np.float32(x) - plane[:, 4], np.float32(y) - plane[:, 5]
    v = np.clip(plane[:, 0] * dx + plane[:, 1] * dy, 0, 1)
    w = np.clip(plane[:, 2] * dx + plane[:, 3] * dy, 0, 1)
    excess = np.maximum(v + w, np.float32(1))
    v, w = v / excess, w / excess
    return np.stack([1 - v - w, v, w])
