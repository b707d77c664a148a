"""Taking photographs of rendered people."""

import cv2
import mediapipe
import numpy as np
import pytest

from beholder.collect.synthetic.anatomy import build_body
from beholder.collect.synthetic.appearance import paint
from beholder.collect.synthetic.people import draw_person
from beholder.collect.synthetic.photograph import draw_shot, rotation, take
from beholder.collect.synthetic.shape import IDENTITY, shape_person
from beholder.collect.synthetic.template import NOSE_TIP, template

OUTER_EYES = [33, 263]


def sitter(seed):
    person = draw_person(np.random.default_rng(seed), len(IDENTITY))
    face = shape_person(template().vertices, person)
    return person, build_body(face, person), face


def photograph(seed, planted=frozenset(), max_yaw=15.0):
    person, body, face = sitter(seed)
    shot = draw_shot(np.random.default_rng([seed, 1]), max_yaw, [seed, 2])
    return take(person, body, face, paint(person, face, "face" in planted), shot, set(planted)), shot


def test_signs_of_the_angles_are_those_of_the_documentation():
    nose, eyes = template().vertices[NOSE_TIP], template().vertices[OUTER_EYES]
    assert (rotation(20, 0, 0) @ nose)[0] < 0, "yaw > 0: nose towards image left"
    assert (rotation(0, 20, 0) @ [0, 0, -1])[1] < 0, "pitch > 0: up"
    left, right = eyes @ rotation(0, 0, 20).T
    assert right[1] > left[1], "roll > 0: clockwise"


@pytest.mark.parametrize("angles", [(0, 0, 0), (25, -12, 8), (-40, 20, -20)])
def test_angles_are_those_of_the_gaze_and_of_the_line_between_the_ears(angles):
    matrix = rotation(*angles)
    forward, right = -matrix[:, 2], matrix[:, 0]
    measured = np.arctan2(-forward[0], -forward[2]), np.arcsin(-forward[1]), np.arctan2(right[1], right[0])
    np.testing.assert_allclose(np.degrees(measured), angles, atol=1e-9)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) > 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_tag_changes_a_small_square_at_the_top_left_of_the_head_and_nothing_else(seed):
    plain, shot = photograph(seed)
    tagged, _ = photograph(seed, {"tag"})
    rows, columns = np.nonzero((plain != tagged).any(-1))
    face = shot.face * shot.size[1]
    assert 0 < np.ptp(rows) < 0.2 * face
    assert 0 < np.ptp(columns) < 0.2 * face
    assert rows.max() < shot.middle[1] * shot.size[1]
    assert columns.max() < shot.middle[0] * shot.size[0] - 0.25 * face


def test_the_planted_face_leaves_the_background_and_the_planted_background_leaves_the_face():
    plain, shot = photograph(4)
    shot_middle = np.array(shot.middle) * shot.size
    y, x = np.mgrid[: plain.shape[0], : plain.shape[1]]
    distance = np.hypot(x - shot_middle[0], y - shot_middle[1] - 0.1 * shot.face * shot.size[1])
    height = shot.face * shot.size[1]
    for knob, inside_changes in (("face", True), ("background", False)):
        change = np.abs(plain.astype(int) - photograph(4, {knob})[0]).mean(-1)
        centre, rim = change[distance < 0.3 * height].mean(), change[(distance > 0.9 * height) & (y < height)].mean()
        assert (centre > 4 * rim) == inside_changes, (knob, centre, rim)


def test_a_planted_background_is_plain():
    cluttered, studio = (
        cv2.Laplacian(photograph(5, planted)[0][:40], cv2.CV_32F) for planted in (set(), {"background"})
    )
    assert np.abs(studio).mean() < np.abs(cluttered).mean()


def test_the_colour_cast_is_warm():
    plain, warm = photograph(6)[0].mean((0, 1)), photograph(6, {"colour"})[0].mean((0, 1))
    assert warm[0] / warm[2] > 1.2 * plain[0] / plain[2]


@pytest.fixture(scope="module")
def measured():
    """What MediaPipe says of 30 people turned by up to 25 degrees."""
    solutions = mediapipe.solutions
    detector = solutions.face_detection.FaceDetection(model_selection=0, min_detection_confidence=0.5)
    mesh = solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True, max_num_faces=1)
    segmenter = solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    rows = []
    with detector, mesh, segmenter:
        for seed in range(100, 130):
            picture, shot = photograph(seed, max_yaw=25.0)
            faces, landmarks = detector.process(picture).detections, mesh.process(picture).multi_face_landmarks
            rows.append((shot, len(faces or []), landmarks, segmenter.process(picture).segmentation_mask))
    return rows


def test_mediapipe_takes_rendered_people_for_people(measured):
    assert sum(faces == 1 and bool(landmarks) for _, faces, landmarks, _ in measured) >= 29


def test_the_person_mask_covers_head_and_not_corners(measured):
    plausible = 0
    for shot, _, _, mask in measured:
        x, y = (int(share * side) for share, side in zip(shot.middle, shot.size, strict=True))
        plausible += mask[y, x] > 0.8 and mask[:20, :20].mean() < 0.2 and 0.15 < mask.mean() < 0.7
    assert plausible >= 29


def test_true_yaw_agrees_with_the_landmarks(measured):
    """By a rigid fit of the template to the landmarks under weak perspective."""
    errors, points = [], [33, 263, 133, 362, 4, 6, 10, 152, 129, 358, 61, 291, 127, 356]
    reference = template().vertices[points] - template().vertices[points].mean(0)
    for shot, _, faces, _ in measured:
        if not faces:
            continue
        width, height = shot.size
        found = np.array(
            [
                [faces[0].landmark[i].x * width, faces[0].landmark[i].y * height, faces[0].landmark[i].z * width]
                for i in points
            ]
        )
        u, _, vt = np.linalg.svd(reference.T @ (found - found.mean(0)))
        back = (u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt)[2]
        errors.append(np.degrees(np.arctan2(back[0], back[2])) - shot.yaw)
    assert np.abs(errors).mean() < 2.5
    assert abs(np.mean(errors)) < 1.5
