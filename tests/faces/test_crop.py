"""Square views: geometry, aliasing, borders."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.faces import crop
from beholder.faces.mesh import FACE_OVAL
from beholder.faces.pose import canonical_face, to_head_axes


def face(tilt: float = 0.0, centre=(320.0, 240.0), width: float = 60.0) -> np.ndarray:
    """Landmarks [478, 3] of the canonical face with level irises, then tilted clockwise."""
    points = np.vstack([to_head_axes(canonical_face()), np.zeros((10, 3))])
    points[468:473] = points[[33, 133]].mean(axis=0)
    points[473:478] = points[[362, 263]].mean(axis=0)
    angle = np.deg2rad(tilt)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = points * width
    return np.column_stack([points[:, :2] @ turn.T + centre, points[:, 2]])


def dots(places: np.ndarray, height: int, width: int) -> np.ndarray:
    """A picture with soft white dots at places."""
    rows, columns = np.mgrid[0:height, 0:width]
    picture = sum(np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 18) for x, y in places)
    return np.repeat((255 * np.clip(picture, 0, 1)).astype(np.uint8)[..., None], 3, axis=2)


def brightest(picture: np.ndarray, near: np.ndarray, reach: int) -> np.ndarray:
    """The centre of brightness within some pixels of a place."""
    x, y = near.round().astype(int)
    part = picture[y - reach : y + reach + 1, x - reach : x + reach + 1, 0].astype(float)
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.array([x + (columns * part).sum() / part.sum(), y + (rows * part).sum() / part.sum()])


@pytest.mark.parametrize("tilt", [0.0, 17.0, -35.0])
@pytest.mark.parametrize("size", [80, 300, 500])
def test_landmarks_land_where_their_pixels_do(tilt, size):
    landmarks = face(tilt)
    seen = [468, 473, 4]
    photograph = dots(landmarks[seen, :2], 480, 640)
    matrix = crop.face_square(landmarks, size, margin=0.3, align=True)
    picture = crop.view(photograph, matrix, size)
    mapped = crop.transform(matrix, landmarks)
    for index in seen:
        found = brightest(picture, mapped[index, :2], reach=4 + size // 25)
        np.testing.assert_allclose(found, mapped[index, :2], atol=0.2)


@given(tilt=st.floats(-60, 60), margin=st.floats(0, 1), size=st.integers(32, 400))
def test_the_oval_fills_the_aligned_square(tilt, margin, size):
    mapped = crop.transform(crop.face_square(face(tilt), size, margin, align=True), face(tilt))
    assert abs(crop.eye_tilt(mapped)) < 1e-6
    low, high = mapped[FACE_OVAL, :2].min(axis=0), mapped[FACE_OVAL, :2].max(axis=0)
    np.testing.assert_allclose((high - low).max(), size / (1 + 2 * margin))
    np.testing.assert_allclose((low + high) / 2, (size - 1) / 2)


def test_without_alignment_the_tilt_stays():
    mapped = crop.transform(crop.face_square(face(20.0), 300, 0.2, align=False), face(20.0))
    assert crop.eye_tilt(mapped) == pytest.approx(20)


def test_depth_is_scaled_like_the_picture():
    landmarks = face()
    matrix = crop.face_square(landmarks, 300, 0.0, align=True)
    mapped = crop.transform(matrix, landmarks)
    ratio = crop.interocular(mapped) / crop.interocular(landmarks)
    np.testing.assert_allclose(mapped[:, 2], landmarks[:, 2] * ratio)


def test_shrinking_does_not_alias():
    stripes = np.zeros((1000, 1000, 3), np.uint8)
    stripes[:, ::2] = 255  # one pixel wide: any sample that looks at single pixels is black or white
    picture = crop.view(stripes, crop.square(np.array([499.5, 499.5]), 900, 90, 30.0), 90)
    assert picture[5:-5, 5:-5].std() < 4


def test_same_scale_changes_nothing():
    photograph = np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8)
    picture = crop.view(photograph, crop.square(np.array([24.5, 24.5]), 20, 20), 20)
    np.testing.assert_array_equal(picture, photograph[15:35, 15:35])


@pytest.mark.parametrize(("border", "outside"), [("replicate", 200), ("reflect", 200), ("black", 0)])
def test_what_lies_outside_is_filled(border, outside):
    photograph = np.full((40, 40, 3), 200, np.uint8)
    picture = crop.view(photograph, crop.square(np.array([0.0, 20.0]), 60, 60), 60, border)
    assert (picture[10:50, :25] == outside).all()
    assert (picture[15:45, 35:] == 200).all()


@pytest.mark.parametrize("degrees", [0.0, 45.0])
def test_missing_area(degrees):
    inside = crop.square(np.array([49.5, 49.5]), 40, 64, degrees)
    assert crop.missing_area(inside, 64, 100, 100) == pytest.approx(0, abs=1e-4)
    at_the_edge = crop.square(np.array([-0.5, 49.5]), 40, 64, degrees)
    assert crop.missing_area(at_the_edge, 64, 100, 100) == pytest.approx(0.5, abs=1e-3)
