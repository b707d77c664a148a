"""The partition of an image into regions."""

import numpy as np
import pytest

from audit.faces import face
from beholder.audit.regions import (
    BACKGROUND,
    FACE,
    REGIONS,
    average_matrix,
    normalised,
    partition,
    reduced_partition,
)


@pytest.fixture(scope="module")
def parts():
    return dict(zip(REGIONS, partition(*face()), strict=True))


@pytest.mark.parametrize("size", [64, 224, 225])
def test_regions_add_up_to_one_and_to_their_masks(size):
    landmarks, oval, person = face(size)
    regions = partition(landmarks, oval, person)
    assert regions.min() >= -1e-6
    assert np.allclose(regions.sum(0), 1, atol=1e-6)
    assert np.allclose(regions[: len(FACE)].sum(0), oval / 255, atol=1e-6)
    assert np.allclose(regions[-len(BACKGROUND) :].sum(0), 1 - person / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("region", "x", "y"),
    [
        ("eyes", 0.61, 0.385),
        ("brows", 0.39, 0.325),
        ("nose", 0.5, 0.5),
        ("mouth", 0.5, 0.605),
        ("forehead", 0.5, 0.27),
        ("jaw", 0.5, 0.73),
        ("cheeks", 0.33, 0.52),
        ("ears", 0.235, 0.45),
        ("ears", 0.765, 0.45),
        ("hair", 0.27, 0.25),
        ("hair", 0.5, 0.12),
        ("neck", 0.5, 0.83),
        ("clothes", 0.2, 0.99),
        ("background_left", 0.05, 0.5),
        ("background_right", 0.95, 0.5),
        ("background_top", 0.5, 0.03),
        ("background_bottom", 0.25, 0.8),
    ],
)
def test_every_region_is_where_it_should_be(parts, region, x, y):
    pixel = int(y * 224), int(x * 224)
    expected = parts[region][pixel]
    if region == "background_bottom":
        assert parts[region][-1].sum() > 0 and parts[region][: 224 // 2].sum() == 0
    else:
        assert expected == 1, {name: float(values[pixel]) for name, values in parts.items() if values[pixel]}


def test_a_turned_head_keeps_its_forehead_above_its_eyes():
    landmarks, oval, person = face()
    turned = partition(223 - landmarks, oval[::-1, ::-1], person[::-1, ::-1])
    forehead = REGIONS.index("forehead")
    straight = partition(landmarks, oval, person)[forehead].sum()
    assert turned[forehead].sum() == pytest.approx(straight, rel=0.02)


def test_an_ear_that_a_turned_head_hides_is_narrow():
    landmarks, oval, person = face()
    turned = landmarks.copy()
    turned[:, 0] = np.where(landmarks[:, 0] < 112, 112 + 0.5 * (landmarks[:, 0] - 112), landmarks[:, 0])
    mask = np.zeros_like(oval)
    mask[:, 84:168] = oval[:, 84:168]
    ears = partition(turned, mask, person)[REGIONS.index("ears")]
    assert 0 < ears[:, :112].sum() < 0.8 * ears[:, 112:].sum()


def test_mirroring_swaps_left_and_right():
    landmarks, oval, person = face()
    straight = dict(zip(REGIONS, partition(landmarks, oval, person), strict=True))
    flipped = dict(zip(REGIONS, partition(landmarks * [-1, 1] + [223, 0], oval[:, ::-1], person[:, ::-1]), strict=True))
    assert np.allclose(flipped["background_left"][:, ::-1], straight["background_right"])
    assert np.abs(flipped["cheeks"][:, ::-1] - straight["cheeks"]).mean() < 0.01


@pytest.mark.parametrize("harm", ["implausible", "no landmark", "no face"])
def test_an_unusable_mask_is_marked_missing(harm):
    landmarks, oval, person = face(64)
    if harm == "no landmark":
        landmarks[3] = np.nan
    if harm == "no face":
        oval = oval * 0
    regions = reduced_partition(landmarks, oval, person, usable=harm != "implausible")
    assert not regions.any()
    assert np.isnan(normalised(regions[None])).all()


def test_the_stored_partition_adds_up_and_keeps_areas():
    landmarks, oval, person = face()
    stored = normalised(reduced_partition(landmarks, oval, person)[None])[0]
    assert stored.shape == (len(REGIONS), 56, 56)
    assert np.allclose(stored.sum(0), 1, atol=1e-6)
    assert np.allclose(stored.mean((1, 2)), partition(landmarks, oval, person).mean((1, 2)), atol=2e-4)


def test_average_matrix_shrinks_by_area():
    assert np.allclose(average_matrix(4, 2), [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])
    uneven = average_matrix(225, 57)
    assert np.allclose(uneven.sum(1), 1) and np.allclose(uneven.sum(0), 57 / 225)
