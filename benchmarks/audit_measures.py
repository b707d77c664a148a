"""Speed of the audit: python benchmarks/audit_measures.py [--part maps|bootstrap|swaps] [--architecture resnet18] [--threads 1]

  maps       all localisation measures of 10,000 stored maps with their mirror images, one core; the bar: 10 s
  bootstrap  2,000 draws of balanced accuracy, both recalls and AUROC over 15,000 images, 5 seeds, 5 models; the bar: 30 s
  swaps      face and background swaps, their preparation included, against bare forward passes of as many images;
             the bar: 0.9 of the bare rate
Times are CPU seconds, so that other work on the machine counts less; of several rounds the quickest counts.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from audit.faces import face
from beholder.audit.compositing import take_apart
from beholder.audit.localisation import MapGrid, localise, positive_evidence
from beholder.audit.regions import reduced_partition
from beholder.audit.scores import accuracy_draws
from beholder.audit.swaps import margin_of, score_all, swap_margins
from beholder.audit.uncertainty import resample
from beholder.train.network import Network, Normalisation, create_body

ROUNDS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["maps", "bootstrap", "swaps"])
    parser.add_argument("--architecture", default="resnet18")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.part in (None, "maps"):
        print(f"10,000 maps: {measure_maps():.1f} s (bar 10 s)")
    if arguments.part in (None, "bootstrap"):
        print(f"2,000 draws: {measure_bootstrap():.1f} s (bar 30 s)")
    if arguments.part in (None, "swaps"):
        for placement, ratio in measure_swaps(arguments.architecture).items():
            print(f"swaps, placement {placement}: {ratio:.2f} of the forward-only rate (bar 0.9)")


def measure_maps(count: int = 10_000) -> float:
    random = np.random.default_rng(0)
    kinds = np.stack([reduced_partition(*face(centre=(0.4 + 0.005 * n, 0.5))) for n in range(40)])
    partitions = kinds[np.arange(count) % len(kinds)]
    looks = np.arange(count) % 2
    evidence, mirrored = (positive_evidence(random.normal(size=(count, 49)), looks) for _ in range(2))
    grid = MapGrid(224, 7, 0, 32)
    return _seconds(
        lambda: localise(evidence, partitions, grid, looks, np.arange(count) // 3, mirrored_evidence=mirrored)
    )


def measure_bootstrap(images: int = 15_000, seeds: int = 5, models: int = 5, draws: int = 2000) -> float:
    persons = np.arange(images) // 2
    looks = persons % 2
    margins = np.random.default_rng(0).normal(size=(models, seeds, images)) + 2 * looks - 1

    def run() -> None:
        weights = resample(persons, looks, seeds, draws, seed=0)
        for model in margins:
            for values in accuracy_draws(model, looks, weights).values():
                weights.interval(values)

    return _seconds(run)


def measure_swaps(architecture: str, images: int = 48, pairs: int = 96, batch: int = 32) -> dict[str, float]:
    """Return the rate of scoring swaps over that of bare forward passes; every image is in four pairs."""
    body = create_body(architecture, 2, 224)
    network = Network(body, architecture, 2, 224, Normalisation((0.5,) * 3, (0.5,) * 3)).eval()
    score = margin_of(network.to(memory_format=torch.channels_last))
    landmarks, _, person = face()
    pixels = torch.randint(0, 256, (images, 224, 224, 3), dtype=torch.uint8)
    masks = torch.from_numpy(person)[None].expand(images, -1, -1)
    first, second = np.arange(pairs) % (images // 2), images // 2 + (np.arange(pairs) * 5 + 1) % (images // 2)
    forwards = 2 * pairs + images
    ready = pixels.float().permute(0, 3, 1, 2)

    def bare() -> None:
        score_all(score, (ready[rows] for rows in (torch.arange(forwards) % images).split(batch)))

    def swap(placement) -> None:
        layers = take_apart(pixels, masks, np.stack([landmarks] * images))
        swap_margins(score, layers, first, second, placement, batch)

    return {placement: _seconds(bare) / _seconds(lambda p=placement: swap(p)) for placement in ("source", "target")}


def _seconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
