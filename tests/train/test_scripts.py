"""The programs, as the rules call them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import torch

from beholder.common.errors import BeholderError
from beholder.train.network import load_network
from scripts import pretrain, train

WORKFLOW = Path(train.__file__).resolve().parents[1]
SETTINGS = {
    "model": {"architecture": "test_resnet"},
    "recipe": {"epochs": 12, "batch_size": 4, "lr": 1e-3},
    "seed": 0,
    "name": "tiny",
}


def arguments(data, folder: Path) -> dict[str, Path]:
    outputs = {name: folder / f"{name}.pt" for name in ("best", "last")}
    outputs |= {"history": folder / "history.csv", "text": folder / "log.txt", "state": folder / "state"}
    return vars(data) | outputs


def start(data, folder: Path, settings: dict = SETTINGS) -> subprocess.Popen:
    flags = [
        text for name, path in arguments(data, folder).items() for text in (f"--{name.replace('_', '-')}", str(path))
    ]
    command = [sys.executable, "-m", "scripts.train", "--settings", json.dumps({"cfg": settings}), *flags]
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(WORKFLOW)}, stderr=subprocess.PIPE, text=True
    )


def wait_for(checkpoint: Path, job: subprocess.Popen) -> None:
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and job.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)


@pytest.fixture(scope="module")
def undisturbed(data, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    train.main(SETTINGS, **arguments(data, folder))
    return folder


def test_train_writes_weights_history_and_text(data, undisturbed):
    history = pd.read_csv(undisturbed / "history.csv")
    assert history["epoch"].tolist() == list(range(1, 13))
    assert (undisturbed / "log.txt").read_text().count("[Epoch ") == 12
    assert "saved model tiny" in (undisturbed / "log.txt").read_text()
    assert load_network(undisturbed / "best.pt").input_size == 32
    assert torch.load(undisturbed / "last.pt", weights_only=True)["epoch"] == 12
    assert not (undisturbed / "state" / "checkpoint.pt").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_job_is_taken_up_by_the_next(number, data, undisturbed, tmp_path):
    job = start(data, tmp_path)
    checkpoint = tmp_path / "state" / "checkpoint.pt"
    wait_for(checkpoint, job)
    job.send_signal(number)
    _, errors = job.communicate(timeout=60)
    assert job.returncode == (1 if number == signal.SIGTERM else -signal.SIGKILL), errors
    assert ("asked to stop by SIGTERM" in errors) == (number == signal.SIGTERM)
    assert checkpoint.exists() and not (tmp_path / "best.pt").exists()
    train.main(SETTINGS, **arguments(data, tmp_path))
    for name in ("best.pt", "last.pt"):
        assert (tmp_path / name).read_bytes() == (undisturbed / name).read_bytes()
    ours, theirs = (pd.read_csv(folder / "history.csv").drop(columns="seconds") for folder in (tmp_path, undisturbed))
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


def test_pretraining_without_labelled_photographs_says_what_to_do(data, tmp_path):
    empty = tmp_path / "pretrain.csv"
    pd.read_csv(data.train).head(0).to_csv(empty, index=False)
    outputs = [tmp_path / name for name in ("pretrained.pt", "history.csv", "state")]
    with pytest.raises(BeholderError, match="pretraining needs photographs with age, gender and race"):
        pretrain.main({"architecture": "test_resnet", "recipe": {}, "seed": 0}, empty, data.train_pixels, *outputs)


def test_pretrained_weights_start_another_training(data, tmp_path):
    settings = {"architecture": "test_resnet", "recipe": {"epochs": 1, "batch_size": 8}, "seed": 0}
    weights = tmp_path / "pretrained.pt"
    pretrain.main(settings, data.train, data.train_pixels, weights, tmp_path / "history.csv", tmp_path / "state")
    assert torch.load(weights, weights_only=True)["num_classes"] == 18
    model = {"architecture": "test_resnet", "initialisation": "fairface"}
    settings = SETTINGS | {"model": model, "recipe": {"epochs": 1}}
    train.main(settings, **arguments(data, tmp_path), weights=weights)
    network = load_network(tmp_path / "best.pt")
    assert network.outputs == 2 and network.normalisation.mean == (0.485, 0.456, 0.406)


#: Layer norm in place of batch norm: its result does not depend on how a batch is shared.
LAYER_NORM = SETTINGS | {"model": {"architecture": "test_vit"}}
TWO = LAYER_NORM | {"recipe": {**SETTINGS["recipe"], "processes": 2}}


@pytest.mark.slow
def test_two_processes_train_as_one_and_survive_an_interruption(data, tmp_path):
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()
    train.main(LAYER_NORM, **arguments(data, alone))
    job = start(data, together, TWO)
    wait_for(together / "state" / "checkpoint.pt", job)
    job.send_signal(signal.SIGTERM)
    _, errors = job.communicate(timeout=60)
    assert job.returncode == 1 and "asked to stop" in errors, errors
    assert not (together / "best.pt").exists()
    _, errors = (job := start(data, together, TWO)).communicate(timeout=120)
    assert job.returncode == 0 and "resuming at epoch" in errors, errors
    one, two = (pd.read_csv(folder / "history.csv").drop(columns="seconds") for folder in (alone, together))
    pd.testing.assert_frame_equal(one, two, rtol=1e-3, atol=1e-4)
