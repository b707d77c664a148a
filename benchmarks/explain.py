"""How much explaining adds to predicting: class maps of both classes against the bare forward pass and pytorch-grad-cam.

    python benchmarks/explain.py [--architecture resnet18] [--images 32] [--rounds 7] [--threads 1]

Prints CPU milliseconds per image (least over interleaved rounds) and ratios. The bar: at most 1.1 times the forward pass.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from pytorch_grad_cam import GradCAM

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))
from beholder.explain.class_maps import class_maps
from beholder.explain.registration import stock
from beholder.explain.trunk import find_trunk
from beholder.train.network import Network, Normalisation, create_body


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", default="resnet18")
    parser.add_argument("--images", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    pixels = torch.randint(0, 256, (arguments.images, 224, 224, 3), dtype=torch.uint8)
    variants = _variants(arguments.architecture, pixels)
    times = {name: _seconds(variant) for name, variant in variants.items()}  # also warms up
    for _ in range(arguments.rounds):
        times = {name: min(times[name], _seconds(variant)) for name, variant in variants.items()}
    for name, seconds in times.items():
        ratio = seconds / times["forward only"]
        print(f"{name:40}{1000 * seconds / arguments.images:8.1f} ms per image{ratio:8.2f} x forward only")


def _variants(architecture: str, pixels: torch.Tensor) -> dict[str, Callable[[], object]]:
    network = _network(architecture)
    maps = class_maps(network)
    explained = _network(architecture)
    explainer = GradCAM(model=explained, target_layers=[find_trunk(explained).layer])
    images = pixels.permute(0, 3, 1, 2).float()
    forward = torch.inference_mode()(network)
    return {
        "forward only": lambda: forward(pixels),
        "maps of both classes": lambda: maps(pixels),
        "maps of both classes, drawn": lambda: [stock(m, 224) for m in np.moveaxis(maps(pixels)[1].numpy(), 1, 0)],
        "pytorch-grad-cam, one class, one by one": lambda: [explainer(image[None], None) for image in images],
        "pytorch-grad-cam, one class, one batch": lambda: explainer(images, None),
    }


def _network(architecture: str) -> Network:
    normalisation = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    network = Network(create_body(architecture, 2, 224), architecture, 2, 224, normalisation)
    return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _seconds(variant: Callable[[], object]) -> float:
    start = time.process_time()
    variant()
    return time.process_time() - start


if __name__ == "__main__":
    main()
