"""Near-duplicates and components."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder.common import duplicates


def brute_force(a: np.ndarray, b: np.ndarray, distance: int) -> set[tuple[int, int]]:
    def near(x, y) -> bool:
        return (int(x) ^ int(y)).bit_count() <= distance

    count = len(a)
    return {(i, j) for j in range(count) for i in range(j) if near(a[i], b[j]) or near(a[j], b[i])}


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32), st.integers(0, 16))
def test_no_close_pair_is_missed(seed, distance):
    rng = np.random.default_rng(seed)
    seeds = rng.integers(0, 2**64, 4, dtype=np.uint64)
    noise = np.bitwise_or.reduce(1 << rng.integers(0, 64, (40, 10)).astype(np.uint64), axis=1).astype(np.uint64)
    a = rng.choice(seeds, 40) ^ noise
    b = rng.choice(seeds, 40) ^ noise[::-1]
    assert set(map(tuple, duplicates.close_pairs(a, a, distance).tolist())) == brute_force(a, a, distance)
    assert set(map(tuple, duplicates.close_pairs(a, b, distance).tolist())) == brute_force(a, b, distance)


def test_many_equal_hashes_are_compared_in_blocks(monkeypatch):
    monkeypatch.setattr(duplicates, "_PAIRS_AT_ONCE", 7)
    assert len(duplicates.close_pairs(np.zeros(20, np.uint64), np.zeros(20, np.uint64), 2)) == 190


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare(count):
    hashes, thumbnails = np.zeros(count, np.uint64), np.zeros((count, 32, 32), np.uint8)
    pairs, flipped = duplicates.near_duplicates(hashes, hashes, thumbnails, 6, 0.9)
    assert pairs.shape == (0, 2)
    assert flipped.shape == (0,)


def test_pairs_are_confirmed_by_their_thumbnails():
    rng = np.random.default_rng(0)
    image, other = rng.integers(0, 256, (2, 32, 32), dtype=np.uint8)
    thumbnails = np.stack([image, image[:, ::-1], other, image // 2 + 40])
    same = np.zeros(4, np.uint64)
    pairs, flipped = duplicates.near_duplicates(same, same, thumbnails, 6, 0.95)
    found = dict(zip(map(tuple, pairs.tolist()), flipped.tolist(), strict=True))
    assert found == {(0, 1): True, (0, 3): False, (1, 3): True}


def test_flat_thumbnails_confirm_nothing():
    zeros = np.zeros(2, np.uint64)
    assert not len(duplicates.near_duplicates(zeros, zeros, np.full((2, 32, 32), 9, np.uint8), 6, 0.0001)[0])


def test_components_chain_and_are_numbered_by_first_appearance():
    pairs = np.array([[4, 2], [2, 5], [0, 1]])
    assert duplicates.components(6, pairs).tolist() == [0, 0, 1, 2, 1, 1]
    assert duplicates.components(3, np.empty((0, 2), int)).tolist() == [0, 1, 2]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_equal_values_end_in_one_component(values):
    values = np.array(values)
    labels = duplicates.components(len(values), duplicates.pairs_of_equals(values))
    assert (np.equal.outer(labels, labels) == np.equal.outer(values, values)).all()
