"""How long it takes to find all near-duplicates, mirrored ones included, among very many photographs.

    python benchmarks/duplicates.py [--photographs 100000] [--distance 6]

One photograph in ten is a slightly changed copy of another, half of those mirrored; the hashes are those of thumbnails with
the frequencies of natural images, so that some collide by chance as real ones do. Prints the seconds and how many of the
copies were found. The bar: 30 seconds for 100,000.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from scipy.fft import idctn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))
from beholder.common.duplicates import near_duplicates
from beholder.common.phash import THUMBNAIL, phash


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=int, default=100_000)
    parser.add_argument("--distance", type=int, default=6)
    arguments = parser.parse_args()
    thumbnails, copies = _thumbnails(arguments.photographs)
    hashes = np.array([phash(grey) for grey in thumbnails], np.uint64)
    start = time.perf_counter()
    pairs, flipped = near_duplicates(hashes[:, 0], hashes[:, 1], thumbnails, arguments.distance, 0.97)
    seconds = time.perf_counter() - start
    found = set(map(tuple, pairs.tolist()))
    hits = sum((original, copy) in found for original, copy in copies)
    print(f"{arguments.photographs} photographs, distance {arguments.distance}: {seconds:.1f} s")
    print(f"{len(pairs)} pairs, {flipped.sum()} of them mirrored; {hits} of {len(copies)} copies found")


def _thumbnails(count: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return uint8 [count, 32, 32] pictures with a 1/f spectrum, and the pairs (original, copy) among them."""
    random = np.random.default_rng(0)
    fy, fx = np.mgrid[:THUMBNAIL, :THUMBNAIL]
    spectrum = 1 / (1 + np.hypot(fy, fx))
    pictures = np.empty((count, THUMBNAIL, THUMBNAIL), np.uint8)
    for start in range(0, count, 5000):
        block = pictures[start : start + 5000]
        waves = idctn(random.normal(size=block.shape) * spectrum, axes=(1, 2), norm="ortho")
        waves -= waves.mean((1, 2), keepdims=True)
        block[:] = np.clip(128 + 50 * waves / waves.std((1, 2), keepdims=True), 0, 255)
    half, tenth = count // 2, count // 10
    copies = [(number, half + number) for number in range(tenth)]
    for number, copy in copies:
        changed = pictures[number].astype(np.int16) + random.integers(-4, 5, (THUMBNAIL, THUMBNAIL))
        pictures[copy] = np.clip(changed, 0, 255)[:, :: -1 if number % 2 else 1]
    return pictures, copies


if __name__ == "__main__":
    main()
