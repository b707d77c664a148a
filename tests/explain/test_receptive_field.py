"""The analytic centres against the reference table, and against a measurement that knows nothing of layers."""

import numpy as np
import pytest
import torch
from torch import nn

from beholder.explain.receptive_field import NoFormula, derive, measure
from explain.toys import narrow_resnet, network, noise, settle

# Centre of cell 0 at 224 pixels, worked out by hand from kernels, strides and paddings.
OFFSETS = {
    "resnet18": 0,
    "resnet34": 0,
    "resnet50": 0,
    "regnety_008": 0,
    "efficientnet_b0": 0,
    "mobilenetv3_large_100": 0,
    "tf_efficientnet_b0": 31,
    "convnext_tiny": 15.5,
    "vgg16_bn": 15.5,
    "densenet121": 14,
}


@pytest.mark.parametrize("architecture", OFFSETS)
def test_formula_gives_reference_offset(architecture):
    grid = derive(network(architecture).body, 224)
    assert grid.offset == (OFFSETS[architecture], OFFSETS[architecture])
    assert grid.stride == (32, 32)


def test_same_padding_follows_the_input_size():
    """TensorFlow pads an odd side on both sides alike, an even one on the right only."""
    assert derive(network("tf_efficientnet_b0", 225).body, 225).offset == (0, 0)


def test_branches_that_disagree_have_no_formula():
    """The shortcut of resnet50d averages 2 x 2 pixels without padding, half a cell off the convolutions."""
    with pytest.raises(NoFormula, match="branches"):
        derive(network("resnet50d").body, 224)


@pytest.mark.parametrize("architecture", ["vit_tiny_patch16_224", "swin_tiny_patch4_window7_224"])
def test_tokens_have_no_formula(architecture):
    with pytest.raises(NoFormula):
        derive(network(architecture).body, 224)


class _Layers(nn.Sequential):
    forward_features = nn.Sequential.forward


def test_unequal_axes_have_no_formula():
    with pytest.raises(NoFormula, match="rows and columns"):
        derive(_Layers(nn.Conv2d(3, 4, (3, 1), padding=0)), 32)


@pytest.mark.parametrize(
    ("layer", "offset", "stride"),
    [
        (nn.Conv2d(3, 4, 3, 2, 1), 0, 2),
        (nn.Conv2d(3, 4, 4, 4), 1.5, 4),
        (nn.Conv2d(3, 4, 3, padding="same", dilation=2), 0, 1),
        (nn.MaxPool2d(3, 2), 1, 2),
        (nn.AvgPool2d(2), 0.5, 2),
        (nn.ZeroPad2d((3, 0, 3, 0)), -3, 1),
    ],
)
def test_single_layers_match_the_gradient(layer, offset, stride):
    """Each kind of layer, against the pixels that the cell really depends on."""
    grid = derive(_Layers(layer), 32)
    assert (grid.offset, grid.stride) == ((offset, offset), (stride, stride))
    image = torch.rand(1, 3, 32, 32).requires_grad_()
    if isinstance(layer, nn.Conv2d):
        nn.init.ones_(layer.weight)
    cell = 4
    if isinstance(
        layer, nn.MaxPool2d
    ):  # a maximum depends on one pixel of its window: take the mean of the same window
        layer = nn.AvgPool2d(layer.kernel_size, layer.stride)
    layer(image)[0, :, cell, cell].sum().backward()
    energy = image.grad.square().sum((0, 1, 2)).numpy()
    assert np.average(np.arange(32), weights=energy) == pytest.approx(offset + stride * cell)


def _measure(net, seeds=(0, 1)):
    images = net.normalise(noise(2, net.input_size))
    return [measure(net.body, images, seed) for seed in seeds]


def test_measurement_agrees_for_resnet_strides():
    net = settle(narrow_resnet(128))
    (measured,) = _measure(net, seeds=[0])
    assert measured.stride == 32
    assert measured.offset == pytest.approx((0, 0), abs=3)
    assert measured.slope == pytest.approx((32, 32), abs=1)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["resnet18", "efficientnet_b0", "tf_efficientnet_b0", "densenet121"])
def test_measurement_agrees_with_formula(architecture):
    measured = [
        offset
        for seed in (0, 1, 2)
        for found in _measure(settle(network(architecture, seed=seed)), [seed])
        for offset in found.offset
    ]
    assert np.mean(measured) == pytest.approx(OFFSETS[architecture], abs=3)
