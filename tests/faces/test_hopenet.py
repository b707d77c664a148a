"""Hopenet: reading of the angles, loading of checkpoints."""

import hashlib

import numpy as np
import pytest
import torch

from beholder.common.errors import BeholderError
from beholder.config.base import Weights
from beholder.faces import hopenet


@pytest.fixture(scope="module")
def network() -> hopenet.Hopenet:
    torch.manual_seed(0)
    return hopenet.Hopenet().eval()


@pytest.fixture
def small(monkeypatch) -> type[hopenet.Hopenet]:
    """Hopenet with one block per stage, so that files stay small."""

    class Small(hopenet.Hopenet):
        def __init__(self):
            torch.nn.Module.__init__(self)
            self.conv1 = torch.nn.Conv2d(3, 4, 7)
            self.bn1 = torch.nn.BatchNorm2d(4)
            for head in ("fc_yaw", "fc_pitch", "fc_roll"):
                setattr(self, head, torch.nn.Linear(4, hopenet.BINS))

        def features(self, images: torch.Tensor) -> torch.Tensor:
            return self.bn1(self.conv1(images)).mean((2, 3))

    monkeypatch.setattr(hopenet, "Hopenet", Small)
    return Small


def saved(path, content) -> Weights:
    torch.save(content, path)
    return Weights(file=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def published(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A state dict as the published files have it: without counters, with the unused layer."""
    state = {name: value for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    return state | {"fc_finetune.weight": torch.zeros(3, 2051), "fc_finetune.bias": torch.zeros(3)}


def test_parameters_are_named_as_in_the_published_files(network):
    names = set(network.state_dict())
    assert {"conv1.weight", "layer1.0.downsample.0.weight", "layer4.2.bn3.running_var", "fc_roll.bias"} <= names
    assert network.fc_yaw.weight.shape == (66, 2048)
    assert not any(name.startswith("fc.") for name in names)


@pytest.mark.parametrize(("chosen", "degrees"), [(0, -99), (33, 0), (65, 96)])
def test_a_certain_bin_reads_as_its_left_edge(network, chosen, degrees):
    with torch.no_grad():
        for number, head in enumerate((network.fc_yaw, network.fc_pitch, network.fc_roll)):
            head.weight.zero_()
            head.bias.zero_()
            head.bias[chosen if number == 0 else 33] = 100.0
    pose = hopenet.HopenetPose(network)(np.zeros((224, 224, 3), np.uint8))
    assert pose.yaw == pytest.approx(degrees, abs=1e-3)
    assert pose.pitch == pytest.approx(0, abs=1e-3)


def test_published_layout_loads(tmp_path, small):
    torch.manual_seed(1)
    source = small()
    estimator = hopenet.load(saved(tmp_path / "hopenet.pkl", published(source)))
    face = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    assert estimator(face) == hopenet.HopenetPose(source)(face)


def test_another_file_is_refused_before_it_is_opened(tmp_path, small, monkeypatch):
    weights = saved(tmp_path / "hopenet.pkl", published(small()))
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(BeholderError, match="SHA-256"):
        hopenet.load(weights.model_copy(update={"sha256": "0" * 64}))


def test_code_in_a_file_is_not_run(tmp_path, small):
    class Harmful:
        def __reduce__(self):
            return (pytest.fail, ("code was run",))

    with pytest.raises(BeholderError, match="not a checkpoint of Hopenet"):
        hopenet.load(saved(tmp_path / "hopenet.pkl", {"conv1.weight": Harmful()}))


@pytest.mark.parametrize("change", ["lacks", "has too much", "wrong shape", "no dictionary"])
def test_other_parameters_are_refused(tmp_path, small, change):
    state = published(small())
    if change == "lacks":
        del state["fc_yaw.bias"]
    elif change == "has too much":
        state["fc_gaze.bias"] = torch.zeros(3)
    elif change == "wrong shape":
        state["fc_yaw.bias"] = torch.zeros(5)
    with pytest.raises(BeholderError, match=r"hopenet\.pkl is not a checkpoint of Hopenet"):
        hopenet.load(saved(tmp_path / "hopenet.pkl", list(state) if change == "no dictionary" else state))
