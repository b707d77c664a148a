"""The row of one photograph."""

import hashlib
import io

import cv2
import numpy as np
import pytest
from PIL import Image

from beholder.config.faces import Crop, Pose
from beholder.faces.mesh import FACE_OVAL
from beholder.faces.reader import FaceReader
from beholder.faces.table import SCHEMA
from faces.conftest import jpeg


def landmarks(row: dict) -> np.ndarray:
    return np.reshape(row["landmarks"], (478, 3))


def test_a_portrait_fills_every_column(row):
    assert row["reason"] is None
    assert set(row) == set(SCHEMA.names) - {"image_id"}
    assert row["n_faces"] == 1
    assert row["score"] > 0.7
    assert abs(row["yaw"]) < 15
    assert row["mask_plausible"]


def test_crop_mask_and_landmarks_agree(row):
    crop = cv2.imdecode(np.frombuffer(row["crop"], np.uint8), cv2.IMREAD_COLOR)
    mask = cv2.imdecode(np.frombuffer(row["mask"], np.uint8), cv2.IMREAD_UNCHANGED)
    assert crop.shape == (300, 300, 3)
    assert mask.shape == (300, 300)
    assert mask.mean() / 255 == pytest.approx(row["coverage"], abs=0.01)
    oval = landmarks(row)[FACE_OVAL]
    assert np.ptp(oval[:, :2], axis=0).max() == pytest.approx(300)  # no margin by default
    x, y = landmarks(row)[468:, :2].mean(axis=0).round().astype(int)
    assert mask[y, x] == 255


def test_irises_are_dark_and_the_nose_is_not(row):
    grey = np.asarray(Image.open(io.BytesIO(row["crop"])).convert("L"))
    nose, *irises = (landmarks(row)[index, :2].round().astype(int) for index in (4, 468, 473))
    for x, y in irises:
        assert grey[y, x] < grey[nose[1], nose[0]] - 40


@pytest.mark.parametrize("orientation", [3, 6])
def test_exif_orientation_changes_nothing(reader, portrait, row, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turns = {3: 2, 6: 1}[orientation]
    turned = reader.measure(jpeg(np.rot90(portrait, turns).copy(), exif=exif))
    assert turned["box_x"] == pytest.approx(row["box_x"], abs=5)
    assert np.abs(landmarks(turned) - landmarks(row)).max() < 6


def test_mirroring_mirrors(reader, portrait, row):
    mirrored = reader.measure(jpeg(portrait[:, ::-1].copy()))
    assert mirrored["yaw"] == pytest.approx(-row["yaw"], abs=2)
    assert mirrored["roll"] == pytest.approx(-row["roll"], abs=2)
    assert mirrored["pitch"] == pytest.approx(row["pitch"], abs=2)
    differing = int(mirrored["phash"], 16) ^ int(row["phash_mirrored"], 16)
    assert differing.bit_count() <= 2


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_the_size_of_the_photograph_does_not_move_the_crop(reader, portrait, row, factor):
    resized = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    other = reader.measure(jpeg(resized))
    assert other["interocular"] == pytest.approx(row["interocular"] * factor, rel=0.04)
    assert np.abs(landmarks(other) - landmarks(row))[:, :2].mean() < 4


def test_a_tilted_head_is_cropped_level(reader, portrait, row):
    turn = cv2.getRotationMatrix2D((256, 130), -20, 1)  # clockwise
    tilted = reader.measure(jpeg(cv2.warpAffine(portrait, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)))
    assert tilted["roll"] == pytest.approx(row["roll"] + 20, abs=2)
    right, left = landmarks(tilted)[[468, 473], 1]
    assert right == pytest.approx(left, abs=0.01)


def test_the_larger_of_two_faces_is_measured(reader, portrait, row):
    head = portrait[:256, 96:352]
    small = cv2.resize(head, (180, 180), interpolation=cv2.INTER_AREA)
    both = np.hstack([np.vstack([small, np.full((76, 180, 3), 90, np.uint8)]), head])
    measured = reader.measure(jpeg(both))
    assert measured["n_faces"] == 2
    assert measured["box_x"] == pytest.approx(row["box_x"] - 96 + 180, abs=15)


def test_a_face_at_the_edge_has_missing_area(reader, portrait):
    cut = reader.measure(jpeg(portrait[:, 200:].copy()))
    assert cut["reason"] is None
    assert cut["missing_area"] > 0.05


def test_reasons(reader, portrait, tmp_path):
    assert reader.read(tmp_path / "nowhere.jpg") == {"reason": "missing"}
    file = tmp_path / "photograph.jpg"
    file.write_bytes(jpeg(portrait))
    assert reader.read(file, "0" * 64) == {"reason": "altered"}
    assert reader.read(file, hashlib.sha256(file.read_bytes()).hexdigest())["reason"] is None
    assert reader.read(tmp_path)["reason"] == "unreadable"  # a folder
    assert reader.measure(file.read_bytes()[:5000]) == {"reason": "unreadable"}
    blank = reader.measure(jpeg(np.full((200, 200, 3), 128, np.uint8)))
    assert (blank["reason"], blank["n_faces"], blank["width"]) == ("no_face", 0, 200)
    small = reader.measure(jpeg(cv2.resize(portrait, (160, 160), interpolation=cv2.INTER_AREA)))
    assert small["reason"] == "too_small"
    assert small["box_w"] < 48
    strip = cv2.imencode(".png", np.zeros((1, 1500, 3), np.uint8))[1].tobytes()
    assert reader.measure(strip)["reason"] == "too_small"


def test_limits_come_from_the_settings(portrait):
    with FaceReader(Crop(max_megapixels=0.2, size=64), Pose()) as reader:
        assert reader.measure(jpeg(portrait)) == {"reason": "too_large"}
        face = reader.measure(jpeg(portrait[:400, :480].copy()))
    assert Image.open(io.BytesIO(face["crop"])).size == (64, 64)
