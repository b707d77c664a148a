"""The index groups agree with MediaPipe's contours and with the canonical face."""

import cv2
import numpy as np
import pytest
from mediapipe.python.solutions import face_mesh_connections as contours

from beholder.faces import mesh
from beholder.faces.build_canonical_face import mirrored_landmarks
from beholder.faces.pose import canonical_face, to_head_axes


def points_of(connections) -> set[int]:
    return {index for pair in connections for index in pair}


def edges(polygon: list[int]) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in zip(polygon, [*polygon[1:], polygon[0]], strict=True)}


def test_the_oval_is_mediapipes():
    assert edges(mesh.FACE_OVAL) == {frozenset(pair) for pair in contours.FACEMESH_FACE_OVAL}


def test_brows_and_mouth_are_mediapipes():
    assert set(mesh.RIGHT_BROW) == points_of(contours.FACEMESH_RIGHT_EYEBROW)
    assert set(mesh.LEFT_BROW) == points_of(contours.FACEMESH_LEFT_EYEBROW)
    assert edges(mesh.MOUTH) <= {frozenset(pair) for pair in contours.FACEMESH_LIPS}


@pytest.mark.parametrize("part", ["EYE", "BROW", "CHEEK"])
def test_left_parts_mirror_right_ones(part):
    partner = mirrored_landmarks(canonical_face())
    assert partner[getattr(mesh, f"RIGHT_{part}")].tolist() == getattr(mesh, f"LEFT_{part}")


@pytest.mark.parametrize("side", ["RIGHT", "LEFT"])
def test_lids_surround_the_eye(side):
    shape = (to_head_axes(canonical_face())[:, :2] * 200 + 300).astype(np.float32)
    for index in points_of(getattr(contours, f"FACEMESH_{side}_EYE")):
        assert cv2.pointPolygonTest(shape[getattr(mesh, f"{side}_EYE")], shape[index].tolist(), True) > -3


def test_the_parts_fill_the_oval():
    shape = (to_head_axes(canonical_face())[:, :2] * 200 + 300).round().astype(np.int32)
    oval, parts = np.zeros((2, 600, 600), np.uint8)
    cv2.fillPoly(oval, [shape[mesh.FACE_OVAL]], 1)
    for polygons in mesh.FACE_PARTS.values():
        for polygon in polygons:
            cv2.fillPoly(parts, [shape[polygon]], 1)
    assert (oval != parts).sum() < 0.005 * oval.sum()
