"""How close training comes to the bare network: python benchmarks/train.py [--architecture resnet18] [--size 224] ...

Three ways of training the same network with the same batches, taking turns on the same machine:
  bound     one batch, already on the device as the network takes it, over and over
  beholder  the train stage: packed array, shuffled, half of the rows mirrored, the log's sums kept
  plain     the usual way: JPEG files, PIL, torchvision transforms, DataLoader with 2 workers, NCHW, float32
Prints images per second and the ratios to the bound; the target for beholder is 0.95.
"""

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

import cv2
import numpy as np
import timm
import torch
from PIL import Image
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from beholder.common.devices import compute_device
from beholder.config.train import Model, Recipe
from beholder.train.checkpoint import hold
from beholder.train.data import Split
from beholder.train.initialise import initial_network
from beholder.train.loop import Training
from beholder.train.optimise import make_optimizer
from beholder.train.precision import Precision
from beholder.train.tasks import Looks

LR = 1e-4


class Photographs(Dataset):
    """JPEG files, decoded for every epoch anew."""

    def __init__(self, paths: list[Path], size: int):
        self.paths = paths
        half = transforms.Normalize([0.5] * 3, [0.5] * 3)
        self.transform = transforms.Compose([transforms.Resize((size, size)), transforms.ToTensor(), half])

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.open(self.paths[i]).convert("RGB")), i % 2


def photographs(folder: Path, number: int) -> list[Path]:
    """Write smooth random 300 x 300 photographs of about 30 kB, as JPEG files."""
    rng = np.random.default_rng(0)
    paths = [folder / f"{i}.jpg" for i in range(number)]
    for path in paths:
        coarse = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
        cv2.imwrite(
            str(path), cv2.resize(coarse, (300, 300), interpolation=cv2.INTER_CUBIC), [cv2.IMWRITE_JPEG_QUALITY, 95]
        )
    return paths


def bound(options: argparse.Namespace, device: torch.device) -> float:
    """Return images per second of forward, backward and optimiser alone."""
    network = timm.create_model(options.architecture, num_classes=2).to(device, memory_format=torch.channels_last)
    batch = torch.randn(options.batch, 3, options.size, options.size, device=device)
    batch = batch.contiguous(memory_format=torch.channels_last)
    targets = torch.arange(options.batch, device=device) % 2
    optimizer, precision = make_optimizer(Recipe(lr=LR), network), Precision(device)
    steps = options.images // options.batch

    def step() -> None:
        with precision.autocast():
            loss = cross_entropy(network(batch), targets)
        optimizer.zero_grad()
        precision.scaler.scale(loss).backward()
        precision.scaler.step(optimizer)
        precision.scaler.update()

    return steps * options.batch / seconds(lambda: [step() for _ in range(steps)], step, device)


def beholder(options: argparse.Namespace, device: torch.device, paths: list[Path]) -> float:
    """Return images per second of the second epoch of the train stage."""
    images = [cv2.resize(cv2.imread(str(path)), (options.size, options.size)) for path in paths]
    rows = torch.arange(len(paths))
    split = Split(torch.from_numpy(np.stack(images)), rows, rows % 4 < 2, rows % 2)
    task, recipe = Looks(), Recipe(epochs=2, batch_size=options.batch, lr=LR)
    network = initial_network(Model(architecture=options.architecture), 2, options.size, 0)
    training = Training(network, task, split, split.rows(rows[:0]), recipe, 0, device)
    with tempfile.TemporaryDirectory() as folder, hold(Path(folder), "benchmark") as checkpoint:
        training.run(checkpoint)
    return len(paths) / training.history[-1].seconds


def plain(options: argparse.Namespace, device: torch.device, paths: list[Path]) -> float:
    """Return images per second of the usual way."""
    network = timm.create_model(options.architecture, num_classes=2).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=LR)
    loader = DataLoader(Photographs(paths, options.size), options.batch, shuffle=True, num_workers=2)

    def epoch(limit: int | None = None) -> None:
        right = 0
        for i, (images, targets) in enumerate(loader):
            images, targets = images.to(device), targets.to(device)
            optimizer.zero_grad()
            outputs = network(images)
            loss = cross_entropy(outputs, targets)
            loss.backward()
            optimizer.step()
            loss.item()
            right += (outputs.argmax(1) == targets).sum().item()
            if i + 1 == limit:
                break

    return len(paths) / seconds(epoch, lambda: epoch(1), device)


def seconds(work, warm_up, device: torch.device) -> float:
    """Return how long `work` takes after `warm_up`."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    warm_up()
    wait()
    begun = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="resnet18")
    parser.add_argument("--size", type=int, default=224, help="side of the images in pixels")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--images", type=int, default=128, help="images per epoch; take 4096 or more on a GPU")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    logging.disable()
    with compute_device(options.threads) as device, tempfile.TemporaryDirectory() as folder:
        paths = photographs(Path(folder), options.images)
        ways = {
            "bound": lambda: bound(options, device),
            "beholder": lambda: beholder(options, device, paths),
            "plain": lambda: plain(options, device, paths),
        }
        speeds = [{name: way() for name, way in ways.items()} for _ in range(options.rounds)]
    print(
        f"{options.architecture} at {options.size} px, batch {options.batch}, {device.type}, {options.threads} threads"
    )
    for name in ways:
        speed = statistics.median(row[name] for row in speeds)
        ratio = statistics.median(row[name] / row["bound"] for row in speeds)
        print(f"{name:9} {speed:8.1f} images/s   {ratio:5.2f} of the bound")


if __name__ == "__main__":
    main()
