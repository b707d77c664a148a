"""A network's file, and what a network makes of pixels."""

import pytest
import torch
from torch import nn

from beholder.common.errors import BeholderError
from beholder.config.train import Model
from beholder.train.initialise import IMAGENET, initial_network
from beholder.train.network import load_network, save_network


def make(architecture="test_resnet", size=32, outputs=2, normalisation="imagenet"):
    return initial_network(Model(architecture=architecture, normalisation=normalisation), outputs, size, seed=0).eval()


@pytest.mark.parametrize("architecture", ["resnet18", "efficientnet_b0", "test_convnext", "test_vit"])
def test_a_saved_network_predicts_the_same(architecture, tmp_path):
    pixels = torch.randint(0, 256, (2, 64, 64, 3), dtype=torch.uint8)
    network = make(architecture, size=64, outputs=3)
    save_network(tmp_path / "best.pt", network, network.body.state_dict(), epoch=4)
    loaded = load_network(tmp_path / "best.pt")
    with torch.inference_mode():
        torch.testing.assert_close(loaded(pixels), network(pixels))
        torch.testing.assert_close(loaded.head(loaded.features(pixels)), loaded(pixels))
    assert not loaded.training and loaded.input_size == 64 and loaded.outputs == 3
    assert isinstance(loaded.classifier, nn.Linear)


def test_both_forms_of_pixels_are_normalised_alike():
    pixels = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
    network = make()
    mean, std = torch.tensor(IMAGENET.mean), torch.tensor(IMAGENET.std)
    expected = ((pixels / 255 - mean) / std).permute(0, 3, 1, 2)
    torch.testing.assert_close(network.normalise(pixels), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(network.normalise(pixels.permute(0, 3, 1, 2).float()), expected, rtol=1e-5, atol=1e-5)


def test_the_file_follows_the_documented_format(tmp_path):
    network = make(normalisation="half")
    save_network(tmp_path / "best.pt", network, network.body.state_dict(), epoch=4)
    content = torch.load(tmp_path / "best.pt", weights_only=True)
    assert set(content) == {"state_dict", "architecture", "num_classes", "normalisation", "input_size", "epoch"}
    assert content["normalisation"] == {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]} and content["epoch"] == 4


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", None])
def test_damaged_and_foreign_files_are_named(content, tmp_path):
    path = tmp_path / "best.pt"
    path.write_bytes(content) if content is not None else torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(BeholderError, match=r"best\.pt"):
        load_network(path)


def test_an_unknown_architecture_suggests_others():
    with pytest.raises(BeholderError, match="resnet18"):
        make("resnet_18")
