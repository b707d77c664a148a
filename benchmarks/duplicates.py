"""Seconds and memory of the search for near-duplicates among 100,000 photographs: python benchmarks/duplicates.py

The target is 30 s. Hashes are random, with 200 distorted copies of each of some hundred to give crowded bands.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

from beholder.common.duplicates import near_duplicates

PHOTOGRAPHS, SCENES = 100_000, 500


def crowded_hashes(rng: np.random.Generator) -> np.ndarray:
    """Random hashes around a few hundred centres: each bit differs from its centre's with a chance of one in five."""
    centres = rng.integers(0, 2**64, SCENES, dtype=np.uint64)
    distorted = rng.random((PHOTOGRAPHS, 64)) < 0.2
    noise = np.packbits(distorted, axis=1).view(np.uint64)[:, 0]
    return rng.choice(centres, PHOTOGRAPHS) ^ noise


def main() -> None:
    rng = np.random.default_rng(0)
    hashes, mirrored = crowded_hashes(rng), crowded_hashes(rng)
    thumbnails = rng.integers(0, 256, (PHOTOGRAPHS, 32, 32), dtype=np.uint8)
    start = time.perf_counter()
    pairs, _ = near_duplicates(hashes, mirrored, thumbnails, distance=6, correlation=0.95)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{PHOTOGRAPHS:,} photographs: {seconds:.1f} s, {memory:,.0f} MB, {len(pairs)} pairs")


if __name__ == "__main__":
    main()
