"""Weights that a user names in the config are not trusted."""

import hashlib
import os
import pickle

import pytest
import torch

from experiment import WEIGHTS

pytestmark = pytest.mark.slow


class Bomb:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch exploded",)


@pytest.mark.parametrize("kind", ["missing", "another file", "no network", "bomb"])
def test_weights_are_not_trusted(kind, damaged):
    damaged.lose("train")
    weights = damaged.folder / "weights.pt"
    torch.save({"state_dict": {"other": torch.zeros(3)}}, weights)
    if kind == "bomb":
        weights.write_bytes(pickle.dumps({"state_dict": Bomb()}))
    sha256 = "0" * 64 if kind == "another file" else hashlib.sha256(weights.read_bytes()).hexdigest()
    if kind == "missing":
        weights.unlink()
    entry = {"file": "weights.pt", "sha256": sha256}
    damaged.configure({"train.models.net.initialisation": "mine", "train.files": {"mine": entry}})
    status, output = damaged.run(WEIGHTS)
    assert status != 0
    assert "weights.pt" in output and "Traceback" not in output, output[-3000:]
    assert not (damaged.folder / "exploded").exists()
