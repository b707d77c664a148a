"""A small learnable data set in the form that the splits stage leaves it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

#: timm's own test network: 0.5 million weights, batch norm, a pooled linear head.
TINY = "test_resnet"


def fabricate(folder: Path, name: str, images: int, flipped: int = 0, size: int = 32, seed: int = 0):
    """Write `<name>.csv` and `<name>.npy`: noise, darker in the right half for group 1."""
    rng = np.random.default_rng([seed, images])
    looks = np.arange(images) % 2
    pixels = rng.integers(0, 256, (images, size, size, 3), dtype=np.uint8)
    pixels[looks == 1, :, size // 2 :] //= 3
    rows = pd.DataFrame(
        {
            "file_name": [f"{i}.jpg" for i in range(images)],
            "age": np.array(["20-29", "30-39", "more than 70"])[np.arange(images) % 3],
            "gender": np.array(["Male", "Female"])[looks],
            "race": "Indian",
            "looks": looks,
            "image_id": [f"{name}/{i}" for i in range(images)],
            "person": [f"{name}/{i // 2}" for i in range(images)],
            "cluster": np.arange(images) // 2,
            "source": name,
            "flip": 0,
        }
    )
    mirrored = rows[rows["looks"] == 0].head(flipped).assign(flip=1)
    pd.concat([rows, mirrored]).to_csv(folder / f"{name}.csv", index=False)
    np.save(folder / f"{name}.npy", pixels)
    return folder / f"{name}.csv", folder / f"{name}.npy"


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("data")
    train, train_pixels = fabricate(folder, "train", 44, flipped=4)
    val, val_pixels = fabricate(folder, "val", 20)
    return SimpleNamespace(train=train, train_pixels=train_pixels, val=val, val_pixels=val_pixels)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Sums depend on how threads share them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
