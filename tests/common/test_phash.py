"""Perceptual hashes."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from beholder.common.phash import phash, thumbnail


def scene(seed: int, height: int = 300, width: int = 240) -> np.ndarray:
    """A smooth random colour picture."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    waves = sum(
        rng.normal(size=3) * np.cos(np.pi * (a * rows + b * columns) + rng.uniform(0, 6))[..., None]
        for a in range(5) for b in range(5)
    )  # fmt: skip
    return np.clip(128 + 30 * waves, 0, 255).astype(np.uint8)


def distance(a: int, b: int) -> int:
    return (a ^ b).bit_count()


@given(arrays(np.uint8, (32, 32)))
def test_the_mirrored_hash_is_the_hash_of_the_mirror_image(grey):
    straight, mirrored = phash(grey)
    assert phash(grey[:, ::-1]) == (mirrored, straight)


@pytest.mark.parametrize("seed", range(5))
def test_mirrored_photograph(seed):
    photograph = scene(seed, width=250)  # 250 is no multiple of 32
    assert distance(phash(thumbnail(photograph[:, ::-1].copy()))[0], phash(thumbnail(photograph))[1]) <= 2


@pytest.mark.parametrize("seed", range(5))
def test_rescaled_brightened_or_grey_photographs_stay_close(seed):
    photograph = scene(seed)
    original = phash(thumbnail(photograph))[0]
    grey = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
    for changed in (photograph[::2, ::2].copy(), photograph // 2 + 60, grey):
        assert distance(phash(thumbnail(changed))[0], original) <= 6


def test_different_photographs_differ():
    hashes = [phash(thumbnail(scene(seed)))[0] for seed in range(30)]
    distances = [distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(distances) > 6
    assert 26 < np.mean(distances) < 38


@given(st.integers(0, 255))
def test_flat_pictures_hash_to_nothing(value):
    assert phash(np.full((32, 32), value, np.uint8)) == (0, 0)


def test_hashes_fit_64_bits_and_use_both_halves():
    hashes = [phash(thumbnail(scene(seed)))[0] for seed in range(20)]
    assert max(hashes) < 2**64
    assert all(value >> 32 and value & 0xFFFFFFFF for value in hashes)
