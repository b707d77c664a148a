"""Head pose: signs, exactness of the fit, the canonical face."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.faces import pose
from beholder.faces.build_canonical_face import canonical, mirrored_landmarks


def turned(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The rotation of a head (x right, y up, z to the camera): first yaw, then pitch, then roll."""
    y, p, r = np.deg2rad([-yaw, -pitch, -roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def landmarks_of(rotation: np.ndarray) -> np.ndarray:
    """Landmarks in pixels of the canonical face, turned."""
    return pose.to_head_axes(pose.canonical_face() @ rotation.T) * 80 + [320, 240, 0]


@pytest.mark.parametrize("angle", ["yaw", "pitch", "roll"])
@pytest.mark.parametrize("degrees", [-40.0, -5.0, 12.0, 60.0])
def test_single_angles_are_recovered(angle, degrees):
    true = pose.Pose(**{"yaw": 0.0, "pitch": 0.0, "roll": 0.0, angle: degrees})
    np.testing.assert_allclose(pose.landmark_pose(landmarks_of(turned(*true))), true, atol=1e-6)


def test_signs():
    nose = 4
    level = landmarks_of(np.eye(3))
    assert landmarks_of(turned(20, 0, 0))[nose, 0] < level[nose, 0]  # to the image's left
    assert landmarks_of(turned(0, 20, 0))[nose, 1] < level[nose, 1]  # up
    right_eye, left_eye = landmarks_of(turned(0, 0, 20))[[33, 263]]
    assert left_eye[1] > right_eye[1]  # clockwise: the side on the image's right goes down


@given(yaw=st.floats(-50, 50), pitch=st.floats(-30, 30), roll=st.floats(-40, 40))
def test_mirroring_changes_the_sign_of_yaw_and_roll(yaw, pitch, roll):
    landmarks = landmarks_of(turned(yaw, pitch, roll))
    mirrored = (landmarks * [-1, 1, 1])[mirrored_landmarks(pose.canonical_face())]
    straight, flipped = pose.landmark_pose(landmarks), pose.landmark_pose(mirrored)
    np.testing.assert_allclose(flipped, [-straight.yaw, straight.pitch, -straight.roll], atol=1e-3)


def test_similarity_is_exact_and_never_reflects():
    rng = np.random.default_rng(0)
    source, weights, rotation = rng.normal(size=(9, 3)), rng.uniform(0.1, 1, 9), turned(30, -20, 10)
    scale, found, shift = pose.similarity(source, 2.5 * source @ rotation.T + [1, 2, 3], weights)
    assert scale == pytest.approx(2.5)
    np.testing.assert_allclose(found, rotation, atol=1e-12)
    np.testing.assert_allclose(shift, [1, 2, 3])
    _, found, _ = pose.similarity(source, source * [-1, 1, 1], weights)
    assert np.linalg.det(found) == pytest.approx(1)


def test_canonical_face_is_symmetric_and_of_unit_width():
    face = pose.canonical_face()
    assert face.shape == (468, 3)
    np.testing.assert_allclose((face * [-1, 1, 1])[mirrored_landmarks(face)], face, atol=2e-5)
    assert np.linalg.norm(face[33] - face[263]) == pytest.approx(1, abs=1e-4)
    assert face[4, 2] == face[:, 2].max()  # the tip of the nose is foremost


def test_a_canonical_face_is_found_again_from_its_turned_copies():
    rng = np.random.default_rng(0)
    copies = []
    for _ in range(12):
        noisy = pose.canonical_face() + rng.normal(scale=0.002, size=(468, 3))
        rotation = turned(rng.uniform(-30, 30), rng.uniform(-5, 5), rng.uniform(-20, 20))
        copies.append(pose.to_head_axes(noisy @ rotation.T) * rng.uniform(50, 200) + rng.uniform(0, 500, 3))
    face = canonical(np.array(copies))
    scale, rotation, _ = pose.similarity(face, pose.canonical_face(), np.ones(468))
    assert scale == pytest.approx(1, abs=0.01)
    angles = pose.angles(rotation)
    assert abs(angles.yaw) < 0.3
    assert abs(angles.roll) < 0.3
    assert abs(angles.pitch) < 6  # its zero is the median of the copies
