"""What the weights start from, and what is refused."""

import hashlib

import pytest
import torch
import torchvision

from beholder.common.errors import BeholderError
from beholder.config.train import Model
from beholder.train import initialise
from beholder.train.initialise import HALF, IMAGENET, initial_network
from beholder.train.network import save_network

FAIRFACE = Model(architecture="resnet34", initialisation="fairface")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A file of the published checkpoint's form: torchvision's resnet34 with 18 outputs, a bare state dict."""
    path = tmp_path_factory.mktemp("weights") / "res34_fair_align_multi_7.pt"
    torch.manual_seed(5)
    torch.save(torchvision.models.resnet34(num_classes=18).state_dict(), path)
    return path


def test_the_published_checkpoint_gives_the_trunk_and_a_fresh_head(published):
    digest = hashlib.sha256(published.read_bytes()).hexdigest()
    network = initial_network(FAIRFACE, 2, 64, 0, published, digest)
    state, found = torch.load(published, weights_only=True), network.body.state_dict()
    assert all(torch.equal(found[name], value) for name, value in state.items() if not name.startswith("fc."))
    assert found["fc.weight"].shape == (2, 512)
    assert network.normalisation == IMAGENET


def test_our_own_pretraining_brings_its_statistics_along(tmp_path):
    trained = initial_network(Model(architecture="test_resnet"), 18, 32, 0)
    save_network(tmp_path / "own.pt", trained, trained.body.state_dict(), 1)
    model = Model(architecture="test_resnet", initialisation="fairface")
    network = initial_network(model, 2, 32, 1, tmp_path / "own.pt")
    assert network.normalisation == HALF
    assert torch.equal(
        network.body.state_dict()["layer1.0.conv1.weight"], trained.body.state_dict()["layer1.0.conv1.weight"]
    )
    asked = initial_network(model.model_copy(update={"normalisation": "imagenet"}), 2, 32, 1, tmp_path / "own.pt")
    assert asked.normalisation == IMAGENET


def test_another_file_than_the_config_names_is_refused_unopened(published):
    with pytest.raises(BeholderError, match=f"{published.name}.*expected SHA-256 {'0' * 64}, found [0-9a-f]{{64}}"):
        initial_network(FAIRFACE, 2, 64, 0, published, "0" * 64)


def test_weights_of_another_architecture_are_refused(published):
    with pytest.raises(BeholderError, match=r"not hold the weights of a resnet50: it lacks layer1\.0\."):
        initial_network(Model(architecture="resnet50", initialisation="mine"), 2, 64, 0, published)


def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "it_ran"), "w"))

    torch.save({"state_dict": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(BeholderError, match=r"evil\.pt was not opened"):
        initial_network(FAIRFACE, 2, 64, 0, tmp_path / "evil.pt")
    assert not (tmp_path / "it_ran").exists()


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(BeholderError, match="none is given"):
        initial_network(FAIRFACE, 2, 64, 0)
    with pytest.raises(BeholderError, match=r"absent\.pt.*No such file"):
        initial_network(FAIRFACE, 2, 64, 0, tmp_path / "absent.pt")


def test_imagenet_weights_without_a_network_say_what_to_do(monkeypatch):
    def offline(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(initialise, "create_body", offline)
    with pytest.raises(BeholderError, match=r"huggingface\.co/timm/resnet18.*HF_HOME"):
        initial_network(Model(architecture="resnet18", initialisation="imagenet"), 2, 64, 0)


def test_an_architecture_without_imagenet_weights_is_refused():
    with pytest.raises(BeholderError, match="no pretrained weights for 'resnet200'"):
        initial_network(Model(architecture="resnet200", initialisation="imagenet"), 2, 64, 0)


def test_the_seed_decides_the_fresh_weights():
    model = Model(architecture="test_resnet")
    first, again, other = (initial_network(model, 2, 32, seed).classifier.weight for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_fresh_head_starts_near_even_odds():
    network = initial_network(Model(architecture="efficientnet_b0"), 2, 64, seed=0).train()
    with torch.no_grad():
        logits = network(torch.randint(0, 256, (8, 64, 64, 3), dtype=torch.uint8))
    assert logits.abs().max() < 2
