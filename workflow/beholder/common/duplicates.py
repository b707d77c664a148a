"""Photographs that are nearly the same, and what hangs together through them."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

_BITS = 64
#: How many candidate pairs are compared at a time: bounds the memory, about 40 bytes each.
_PAIRS_AT_ONCE = 4_000_000
_POPCOUNT = np.array([bin(value).count("1") for value in range(1 << 16)], np.uint8)


def near_duplicates(
    hashes: np.ndarray, mirrored: np.ndarray, thumbnails: np.ndarray, distance: int, correlation: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return int64 [p, 2] pairs i < j of near-duplicates, and bool [p]: whether one is the mirror image of the other.

    `hashes`, `mirrored`: uint64 [n] perceptual hashes of the photographs and of their mirror images. `thumbnails`: uint8
    [n, 32, 32]. A pair must have hashes that differ in at most `distance` bits and thumbnails that correlate with at least
    `correlation`: hashes alone confuse photographs of one layout, such as portraits before a plain backdrop.
    """
    straight = close_pairs(hashes, hashes, distance)
    turned = close_pairs(hashes, mirrored, distance)
    found = np.concatenate([straight, turned])
    flipped = np.arange(len(found)) >= len(straight)
    values = np.concatenate(
        [_correlations(thumbnails, straight, mirror=False), _correlations(thumbnails, turned, mirror=True)]
    )
    found, flipped = found[values >= correlation], flipped[values >= correlation]
    _, first = np.unique(found, axis=0, return_index=True)
    return found[first], flipped[first]


def close_pairs(a: np.ndarray, b: np.ndarray, distance: int) -> np.ndarray:
    """Return int64 [p, 2] all pairs i < j with a[i] and b[j], or a[j] and b[i], at most `distance` bits apart.

    Cuts the hashes into `distance` + 1 bands: two hashes that differ in no more than `distance` bits agree in at least one
    band, so comparing those that share a band misses none.
    """
    pairs = [np.empty((0, 2), np.int64)]
    for band in _bands(distance + 1):
        for left, right in _matches(a & band, b & band):
            near = (
                _POPCOUNT[(a[left] ^ b[right]).view(np.uint16).reshape(-1, 4)].sum(axis=1, dtype=np.uint8) <= distance
            )
            left, right = left[near], right[near]
            pairs.append(np.column_stack([np.minimum(left, right), np.maximum(left, right)])[left != right])
    return np.unique(np.concatenate(pairs), axis=0)


def components(count: int, pairs: np.ndarray) -> np.ndarray:
    """Return int64 [count]: the connected component of each item, numbered by first appearance."""
    graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers]


def pairs_of_equals(values: np.ndarray) -> np.ndarray:
    """Return int64 [p, 2] chains that connect all items of equal value."""
    order = np.argsort(values, kind="stable")
    same = values[order][1:] == values[order][:-1]
    return np.column_stack([order[:-1][same], order[1:][same]])


def _bands(count: int) -> list[np.uint64]:
    """Return `count` masks that share out the 64 bits; every count-th bit goes to one band.

    Neighbouring bits depend on each other; spread out, each band tells more hashes apart.
    """
    return [np.uint64(sum(1 << bit for bit in range(start, _BITS, count))) for start in range(count)]


def _matches(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield all index pairs with a[i] == b[j], some million at a time."""
    order = np.argsort(b, kind="stable")
    start = np.searchsorted(b[order], a, "left")
    count = np.searchsorted(b[order], a, "right") - start
    block = np.cumsum(count) // _PAIRS_AT_ONCE
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=-1))
    for low, high in pairwise(edges):
        part = count[low:high]
        left = np.repeat(np.arange(low, high), part)
        within = np.arange(part.sum()) - np.repeat(np.cumsum(part) - part, part)
        yield left, order[np.repeat(start[low:high], part) + within]


def _correlations(thumbnails: np.ndarray, pairs: np.ndarray, mirror: bool) -> np.ndarray:
    """Return Pearson's correlation of the thumbnails of each pair; 0 where one is flat."""
    values = np.empty(len(pairs))
    for start in range(0, len(pairs), 4096):
        first, second = (thumbnails[pairs[start : start + 4096, side]] for side in (0, 1))
        first, second = _standardised(first[:, :, ::-1] if mirror else first), _standardised(second)
        values[start : start + 4096] = (first * second).sum(axis=1)
    return values


def _standardised(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), -1).astype(np.float64)
    flat -= flat.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
