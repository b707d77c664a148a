"""Choice of photographs and their maps by pytorch-grad-cam."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
import torch

from beholder.config.explain import Overlays
from beholder.explain.class_maps import class_maps
from beholder.explain.overlays import METHODS, choose, explain_photographs, explain_with
from beholder.explain.registration import stock
from explain.toys import narrow_resnet, network, noise, settle


def _table(margins):
    return pd.DataFrame({"image_id": [f"toy/{i}" for i in range(len(margins))], "margin": margins})


def test_choice_spreads_over_the_margin():
    chosen = choose(_table([5.0, 1.0, 4.0, 2.0, 3.0]), 3)
    assert chosen["margin"].tolist() == [1, 3, 5]
    assert chosen.index.tolist() == [1, 4, 0]


def test_choice_does_not_depend_on_row_order_among_equals():
    table = _table([1.0] * 6)
    assert choose(table, 2)["image_id"].tolist() == choose(table[::-1], 2)["image_id"].tolist()


def test_choice_from_fewer_than_asked():
    assert len(choose(_table([1.0, 2.0]), 6)) == 2
    assert len(choose(_table([]), 6)) == 0


@pytest.fixture(scope="module")
def net():
    settled = settle(narrow_resnet(64))
    with torch.no_grad():
        settled.classifier.weight.mul_(20)
    return settled


def test_every_configurable_method_is_known():
    assert set(METHODS) == set(get_args(Overlays.model_fields["method"].annotation))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_draws(net, method):
    maps = explain_with(net, noise(2, 64), np.array([0, 1]), method)
    assert maps.shape == (2, 64, 64)
    assert maps.dtype == np.float32
    assert maps.min() >= 0
    assert maps.max() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("architecture", ["test_vit", "test_convnext"])
def test_other_architectures_draw(architecture):
    maps = explain_with(network(architecture, 160), noise(1, 160), np.array([1]), "hirescam")
    assert maps.shape == (1, 160, 160)
    assert maps.max() > 0


def test_photographs_carry_the_map_of_the_predicted_class(net):
    pixels = noise(5, 64)
    table = _table([-1.0, 2.0, -3.0, 4.0, 5.0]).assign(looks=[1, 1, 0, 0, 1])
    arrays = explain_photographs(net, table, pixels, Overlays(method="gradcam", per_group=2))
    assert arrays["method"] == "gradcam"
    assert arrays["image_id_good"].tolist() == ["toy/0", "toy/4"]
    assert arrays["margin_normal"].tolist() == [-3, 4]
    np.testing.assert_array_equal(arrays["image_good"], pixels[[0, 4]].numpy())
    own = class_maps(net)(pixels[[0, 4]])[1].numpy()
    np.testing.assert_allclose(arrays["map_good"], stock(own[[0, 1], [0, 1]], 64), atol=1e-5)
