"""A small finished training: test table, packed photographs and weights, as the earlier stages leave them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from beholder.train.network import save_network
from explain.toys import network, noise, settle

SIZE = 96


class Run(NamedTuple):
    """Paths of a run's files."""

    test: Path
    pixels: Path
    weights: Path


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Run:
    """Eleven photographs, one of them listed mirrored as well, and an untrained network."""
    folder = tmp_path_factory.mktemp("run")
    images, looks = 11, [1, 0] * 5 + [1]
    table = pd.DataFrame(
        {
            "file_name": [f"{i}.jpg" for i in range(images)],
            "looks": looks,
            "image_id": [f"toy/{i}" for i in range(images)],
            "person": [f"toy/{i // 2}" for i in range(images)],
            "cluster": np.arange(images) // 2,
            "source": "toy",
            "flip": 0,
        }
    )
    pd.concat([table, table.iloc[:1].assign(flip=1)]).to_csv(folder / "test.csv", index=False)
    np.save(folder / "test.npy", noise(images, SIZE).numpy())
    net = settle(network("test_resnet", SIZE))
    save_network(folder / "best.pt", net, net.body.state_dict(), epoch=1)
    return Run(folder / "test.csv", folder / "test.npy", folder / "best.pt")
