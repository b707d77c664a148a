"""Features of file, pixels and framing respond to what they are named after."""

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from audit.faces import face
from beholder.audit.confounders import FILE, file_features, framing_features, pixel_features
from beholder.audit.features import demographic_features


@pytest.fixture(scope="module")
def photograph():
    random = np.random.default_rng(0)
    smooth = cv2.resize(random.integers(30, 220, (9, 9, 3), dtype=np.uint8), (128, 128), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + random.normal(0, 3, smooth.shape), 1, 254).astype(np.uint8)


def test_file_features(photograph, tmp_path):
    image = Image.fromarray(photograph)
    image.save(tmp_path / "fine.jpg", quality=95, subsampling=0)
    image.save(tmp_path / "coarse.jpg", quality=40, subsampling=2, progressive=True)
    image.save(tmp_path / "plain.png")
    fine, coarse, plain = (file_features(tmp_path / name) for name in ("fine.jpg", "coarse.jpg", "plain.png"))
    assert (fine["width"], fine["height"], fine["jpeg"], plain["jpeg"]) == (128, 128, 1, 0)
    assert fine["quantisation_luma"] < coarse["quantisation_luma"]
    assert fine["bytes_per_pixel"] > coarse["bytes_per_pixel"]
    assert (fine["subsampling"], coarse["subsampling"]) == (1, 4)
    assert (fine["progressive"], coarse["progressive"]) == (0, 1)
    assert np.isnan(plain["quantisation_luma"])


@pytest.mark.parametrize("content", [b"", b"no image", None])
def test_an_unreadable_file_has_no_features(tmp_path, content):
    path = tmp_path / "broken.jpg"
    if content is not None:
        path.write_bytes(content)
    features = file_features(path)
    assert set(features) == set(FILE) and all(np.isnan(value) for value in features.values())


def compressed(image, quality):
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def test_pixel_features_see_compression_blur_noise_and_borders(photograph):
    plain = pixel_features(photograph)
    assert pixel_features(compressed(photograph, 10))["blockiness"] > plain["blockiness"] + 0.5
    blurred = pixel_features(cv2.GaussianBlur(photograph, (0, 0), 2))
    assert blurred["sharpness"] < plain["sharpness"] - 1 and blurred["spectrum_slope"] < plain["spectrum_slope"]
    framed = photograph.copy()
    framed[:, -10:] = 0
    features = pixel_features(framed)
    assert features["black_right"] == 1 and features["black_left"] == 0
    assert features["clipped_black"] == pytest.approx(10 / 128)


def test_noise_is_measured_in_grey_levels():
    random = np.random.default_rng(0)
    grey = np.clip(128 + random.normal(0, 5, (256, 256, 1)), 0, 255).astype(np.uint8)
    assert pixel_features(np.repeat(grey, 3, axis=2))["noise"] == pytest.approx(5, rel=0.05)


@pytest.mark.parametrize("value", [0, 255])
def test_a_flat_image_has_finite_features(value):
    assert all(np.isfinite(v) for v in pixel_features(np.full((64, 64, 3), value, np.uint8)).values())


def test_framing_features():
    landmarks, oval, _ = face()
    centred = framing_features(landmarks, oval)
    moved = framing_features(*face(centre=(0.6, 0.5))[:2])
    small = framing_features(*face(scale=0.5)[:2])
    assert abs(centred["offset_x"]) < 0.01 and centred["roll"] == pytest.approx(0, abs=0.1)
    assert moved["offset_x"] - centred["offset_x"] == pytest.approx(0.1, abs=0.01)
    assert moved["space_left"] > centred["space_left"] and moved["space_right"] < centred["space_right"]
    assert small["area"] == pytest.approx(centred["area"] / 4, rel=0.05)
    assert small["eye_distance"] == pytest.approx(centred["eye_distance"] / 2, rel=0.01)
    assert all(np.isnan(value) for value in framing_features(landmarks, oval * 0).values())
    assert framing_features(landmarks, oval * 0).keys() == centred.keys()


def test_roll_is_clockwise():
    landmarks, oval, _ = face()
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    assert framing_features((landmarks - 112) @ turn + 112, oval)["roll"] == pytest.approx(20, abs=0.1)


def test_only_labels_that_both_groups_have_describe_people():
    people = pd.DataFrame(
        {
            "looks": [0, 0, 0, 1, 1, 1],
            "gender": ["Male", "Female", "Male", "Female", None, "Female"],
            "race": ["Black", "White", "White", None, None, None],
            "age": [None] * 6,
        }
    )
    found = demographic_features(people)
    assert list(found) == ["gender=Female", "gender=Male"]
    assert found["gender=Male"].tolist()[:4] == [1, 0, 1, 0] and np.isnan(found["gender=Male"][4])
    assert demographic_features(people.assign(gender=None)).shape == (6, 0)
