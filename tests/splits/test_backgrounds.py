"""Every mode does what its name says, and a cut-out keeps no trace of the old background."""

from typing import get_args

import cv2
import numpy as np
import pytest

from beholder.common.errors import BeholderError
from beholder.config.splits import PACK_READS, Background, Pack
from beholder.splits.backgrounds import MASKED, MODES, Face, compose
from splits.photographs import SIZE, ellipse, mesh

BLUE, GREEN = (20, 40, 220), (20, 220, 40)
CORNERS = (np.s_[0, 0], np.s_[0, -1], np.s_[-1, 0], np.s_[-1, -1])
MIDDLE = np.s_[SIZE // 2, SIZE // 2]


def face(behind=BLUE, seed=0) -> Face:
    """A red, textured head on a background, with a mask that is right to a few pixels and a smooth true edge."""
    head = ellipse(4 * SIZE, 0.30, 0.38)
    alpha = cv2.resize(head, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32)[..., None] / 255
    texture = np.random.default_rng(seed).integers(-15, 15, (SIZE, SIZE, 1))
    person = np.clip(np.array((200, 60, 60)) + texture, 0, 255)
    crop = np.rint(alpha * person + (1 - alpha) * np.array(behind)).astype(np.uint8)
    mask = cv2.GaussianBlur(cv2.resize(head, (SIZE, SIZE), interpolation=cv2.INTER_AREA), (0, 0), 1.5)
    return Face(crop, mask, mesh(SIZE))


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_gives_an_image_of_its_own_and_leaves_the_crop_alone(mode):
    subject = face()
    before = subject.crop.copy()
    result = compose(mode, subject, Pack())
    assert result.shape == before.shape and result.dtype == np.uint8
    assert np.array_equal(subject.crop, before)
    assert (mode == "original") == np.array_equal(result, before)


def test_modes_reads_and_config_name_the_same_modes():
    assert list(MODES) == list(PACK_READS) == list(get_args(Background))
    assert {mode for mode, keys in PACK_READS.items() if "feather" in keys} == MASKED
    assert {key for keys in PACK_READS.values() for key in keys} | {"input_size"} == set(Pack.model_fields)


def test_an_unknown_mode_lists_the_modes():
    with pytest.raises(BeholderError, match=r"'withe'.*original, white"):
        compose("withe", face(), Pack())


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("white", (255, 255, 255)), ("black", (0, 0, 0)), ("transparent", (1, 2, 3)), ("mean", BLUE), ("blur", BLUE)],
)
@pytest.mark.parametrize("feather", [0.0, 2.0])
def test_a_cut_out_keeps_the_person_and_replaces_the_background(mode, colour, feather):
    subject = face()
    result = compose(mode, subject, Pack(transparent_colour=[1, 2, 3], feather=feather))
    assert np.array_equal(result[MIDDLE], subject.crop[MIDDLE])
    for corner in CORNERS:
        assert np.abs(result[corner].astype(int) - colour).max() <= 1


@pytest.mark.parametrize("mode", ["white", "black"])
def test_the_edge_does_not_tell_the_old_background(mode):
    """One person before blue and before green: hard cut-outs differ by 90 along the edge, soft ones by 14."""

    def difference(feather: float) -> float:
        on_blue, on_green = (compose(mode, face(behind), Pack(feather=feather)) for behind in (BLUE, GREEN))
        return np.abs(on_blue.astype(int) - on_green).max(axis=2).astype(float)

    hard, soft = difference(0.0), difference(2.0)
    assert hard.max() > 60
    assert soft.max() < 20 and soft.sum() < 0.5 * hard.sum()


def test_the_edge_is_equally_wide_however_unsure_the_segmentation_was():
    sure = face()
    unsure = Face(sure.crop, cv2.GaussianBlur(sure.mask, (0, 0), 5), sure.landmarks)
    widths = []
    for subject in (sure, unsure):
        row = compose("black", subject, Pack())[SIZE // 2, :, 0].astype(int)
        widths.append(((row > 10) & (row < 150)).sum())
    assert abs(widths[0] - widths[1]) <= 1


def test_the_person_does_not_bleed_into_the_blurred_background():
    result = compose("blur", face(), Pack(blur_sigma=15.0))
    outside = ellipse(SIZE, 0.36, 0.44) == 0
    assert result[outside][:, 0].max() <= 22  # red: only the person has it


def test_a_piece_that_does_not_touch_the_face_is_background():
    subject = face()
    subject.mask[:12, :12] = 255
    assert (compose("white", subject, Pack())[:8, :8] == 255).all()


def test_an_empty_mask_still_leaves_the_face():
    subject = face()
    result = compose("white", Face(subject.crop, np.zeros_like(subject.mask), subject.landmarks), Pack())
    assert np.array_equal(result[MIDDLE], subject.crop[MIDDLE])
    assert (result[0] == 255).all()


def test_a_full_mask_has_no_background_and_is_no_error():
    subject = face()
    full = Face(subject.crop, np.full_like(subject.mask, 255), subject.landmarks)
    for mode in MASKED - {"face_only", "background_only"}:
        assert np.array_equal(compose(mode, full, Pack()), subject.crop)


def test_face_only_and_background_only_are_complements():
    subject, settings = face(), Pack(oval_colour=[9, 9, 9])
    alone, without = compose("face_only", subject, settings), compose("background_only", subject, settings)
    oval, around = ellipse(SIZE, 0.10, 0.15) > 0, ellipse(SIZE, 0.32, 0.37) == 0
    crop = subject.crop.astype(int)
    assert np.abs(alone - crop)[oval].max() <= 2 and np.abs(alone.astype(int) - 9)[around].max() <= 1
    assert np.abs(without.astype(int) - 9)[oval].max() <= 1 and np.abs(without - crop)[around].max() <= 2


def test_grayscale_has_one_value_in_all_channels():
    result = compose("grayscale", face(), Pack())
    assert (result == result[..., :1]).all()


def test_harmonised_takes_away_detail_but_not_the_picture():
    subject = face()
    result = compose("harmonised", subject, Pack(harmonised_size=32))
    assert cv2.Laplacian(result, cv2.CV_64F).var() < 0.3 * cv2.Laplacian(subject.crop, cv2.CV_64F).var()
    assert np.abs(result.mean((0, 1)) - subject.crop.mean((0, 1))).max() < 3
