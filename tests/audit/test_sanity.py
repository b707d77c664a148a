"""Maps of random weights and of images without content."""

import numpy as np
import pytest
import torch
from torch import nn

from beholder.audit.localisation import MapGrid, frame_asymmetry
from beholder.audit.sanity import (
    centred_correlation,
    margin_maps,
    plain_images,
    randomised,
    stages,
)
from beholder.explain.class_maps import class_maps
from beholder.train.network import Network, Normalisation, create_body

HALF = Normalisation((0.5,) * 3, (0.5,) * 3)


def test_a_shared_pattern_is_no_agreement():
    random = np.random.default_rng(0)
    shared = 3 * random.normal(size=49)
    first, second = shared + random.normal(size=(2, 500, 49))
    raw = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(first, second, strict=True)])
    assert raw == pytest.approx(0.89, abs=0.03)
    assert centred_correlation(first, second) == pytest.approx(0, abs=0.02)
    assert centred_correlation(first, 2 * first + 5) == pytest.approx(1)


def test_maps_that_do_not_vary_have_no_correlation():
    assert np.isnan(centred_correlation(np.ones((5, 4)), np.random.default_rng(0).normal(size=(5, 4))))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return Network(create_body("resnet10t", 2, 64), "resnet10t", 2, 64, HALF).eval()


def test_randomisation_goes_from_the_head_down_to_an_untrained_network(network):
    before = {name: value.clone() for name, value in network.body.state_dict().items()}
    steps = list(randomised(network, seed=0))
    names = [stage for stage, _ in steps]
    assert names[0] == "fc" and names[1] == "layer4" and names[-1] == "conv1"
    head_only = steps[0][1].body.state_dict()
    assert not torch.equal(head_only["fc.weight"], before["fc.weight"])
    assert torch.equal(head_only["layer4.0.conv1.weight"], before["layer4.0.conv1.weight"])
    untrained = steps[-1][1].body.state_dict()
    learnt = [name for name in before if name.endswith("conv1.weight") or name.endswith("fc.weight")]
    assert not any(torch.equal(untrained[name], before[name]) for name in learnt)
    assert all(torch.equal(value, before[name]) for name, value in network.body.state_dict().items())
    again = next(randomised(network, seed=0))[1]
    assert torch.equal(again.body.state_dict()["fc.weight"], head_only["fc.weight"])


@pytest.mark.parametrize("architecture", ["resnet18", "convnext_atto", "efficientnet_b0", "vit_tiny_patch16_224"])
def test_stages_hold_every_weight(architecture):
    body = create_body(architecture, 2, 224)
    names = stages(body)
    assert all(any(key == name or key.startswith(f"{name}.") for name in names) for key, _ in body.named_parameters())
    assert len(names) == len(set(names))


def test_randomising_changes_the_maps(network):
    pixels = torch.randint(0, 256, (6, 64, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    original = margin_maps(class_maps(network), pixels)
    *_, (_, untrained) = randomised(network, seed=3)
    assert original.shape == (6, 4)
    assert abs(centred_correlation(original, margin_maps(class_maps(untrained), pixels))) < 0.9


class OneByOne(nn.Module):
    """A body of 1 x 1 convolutions: it cannot know where it looks."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Sequential(nn.Conv2d(3, 8, 1), nn.ReLU(), nn.AvgPool2d(8))
        self.fc = nn.Linear(8, 2)

    def forward_features(self, x):
        return self.convolution(x)

    def forward_head(self, x):
        return self.fc(x.mean((2, 3)))

    def forward(self, x):
        return self.forward_head(self.forward_features(x))

    def get_classifier(self):
        return self.fc


def test_a_constant_image_shows_no_side_to_a_network_that_has_none():
    torch.manual_seed(0)
    network = Network(OneByOne(), "one_by_one", 2, 56, HALF).eval()
    images = plain_images(network)
    assert images["constant"].unique().tolist() == [128] and images["noise"].float().std() > 50
    maps = margin_maps(class_maps(network), images["constant"])
    assert np.ptp(maps) < 1e-6
    for looks in (0, 1):
        right, bottom = frame_asymmetry(maps, MapGrid(56, 7, 3.5, 8), looks)
        empty = (maps if looks else -maps).max() <= 0
        assert np.isnan(right[0]) if empty else (abs(right[0]) < 1e-6 and abs(bottom[0]) < 1e-6)
