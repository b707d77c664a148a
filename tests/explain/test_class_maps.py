"""Class maps against the logits they explain, and against three independent libraries."""

import captum.attr
import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchcam.methods
from pytorch_grad_cam import GradCAM, HiResCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from beholder.common.errors import BeholderError
from beholder.explain.class_maps import class_maps
from beholder.explain.registration import stock
from beholder.explain.trunk import find_trunk
from beholder.train.network import Network, create_body
from explain.toys import narrow_resnet, network, noise, settle

POOLED_LINEAR = ["resnet18", "efficientnet_b0", "densenet121", "swin_tiny_patch4_window7_224"]
OTHER_HEADS = ["convnext_tiny", "vit_tiny_patch16_224", "mobilenetv3_small_100"]


@pytest.fixture(scope="module")
def resnet():
    return settle(narrow_resnet())


def _bias(net):
    return net.classifier.bias.detach()


@pytest.mark.parametrize("architecture", POOLED_LINEAR)
def test_maps_of_pooled_linear_heads_sum_to_the_logits(architecture):
    net = settle(network(architecture), 2)
    with torch.no_grad():
        net.classifier.weight.mul_(20)
        net.classifier.bias.copy_(torch.tensor([0.7, -0.4]))
    maps = class_maps(net)
    logits, cells = maps(noise(2))
    assert maps.method == "closed_form"
    torch.testing.assert_close(logits, net(noise(2)))
    margin = logits[:, 1] - logits[:, 0]
    summed = (cells[:, 1] - cells[:, 0]).sum((1, 2)) + _bias(net)[1] - _bias(net)[0]
    assert ((summed - margin).abs() <= 1e-5 * margin.abs().clamp(min=1)).all()


@pytest.mark.parametrize("architecture", OTHER_HEADS)
def test_other_heads_take_the_gradient(architecture):
    maps = class_maps(settle(network(architecture), 2))
    logits, cells = maps(noise(2))
    assert maps.method == "gradient"
    assert cells.shape == (2, 2, maps.trunk.height, maps.trunk.width)
    torch.testing.assert_close(logits, maps.network(noise(2)))
    assert cells.abs().amax((2, 3)).min() > 0


def test_maps_of_an_image_do_not_depend_on_its_batch():
    maps = class_maps(settle(network("convnext_tiny"), 2))
    together = maps(noise(2))[1]
    alone = torch.cat([maps(image[None])[1] for image in noise(2)])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-6)


def test_a_maximum_instead_of_the_mean_is_not_taken_for_it(resnet):
    body = narrow_resnet().body
    body.load_state_dict(resnet.body.state_dict())
    body.global_pool.pool = torch.nn.AdaptiveMaxPool2d(1)
    net = Network(body, "resnet18", 2, 224, resnet.normalisation)
    maps = class_maps(net)
    assert maps.method == "gradient"
    # The logit is linear in the maxima, so that gradient times activation adds up to it.
    logits, cells = maps(noise(2))
    torch.testing.assert_close(cells.sum((2, 3)) + _bias(net), logits)
    assert (cells == 0).any()


def test_both_ways_agree_where_both_apply(resnet):
    exact = class_maps(resnet)
    general = type(exact)(exact.network, exact.trunk, "gradient")
    torch.testing.assert_close(exact(noise(3))[1], general(noise(3))[1], rtol=1e-4, atol=1e-6)


def test_other_numbers_of_outputs_are_refused():
    net = Network(create_body("resnet18", 18, 224), "resnet18", 18, 224, network().normalisation)
    with pytest.raises(BeholderError, match="2 outputs"):
        class_maps(net)


def _stock(net, images, label):
    return stock(class_maps(net)(images)[1][:, label].numpy(), 224)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize(
    ("architecture", "oracle"),
    [
        ("resnet18", GradCAM),
        ("efficientnet_b0", GradCAM),
        ("convnext_tiny", GradCAM),
        ("vit_tiny_patch16_224", HiResCAM),
    ],
)
def test_stock_drawing_equals_pytorch_grad_cam(architecture, oracle, label):
    net = settle(network(architecture), 2)
    with torch.no_grad():  # the library's epsilon is absolute: give the maps the size of a trained network's
        net.classifier.weight.mul_(20)
    images = noise(3)
    ours = _stock(net, images, label)
    trunk = find_trunk(net)
    net.requires_grad_(True)
    reshape = None if trunk.layout == "NCHW" else trunk.to_planes
    with oracle(model=net, target_layers=[trunk.layer], reshape_transform=reshape) as explainer:
        theirs = explainer(images.permute(0, 3, 1, 2).float(), [ClassifierOutputTarget(label)] * 3)
    assert theirs.max() > 0.9
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_class_maps_equal_captum(resnet):
    images = noise(3)
    ours = class_maps(resnet)(images)[1]
    layer = find_trunk(resnet).layer
    resnet.requires_grad_(True)
    for label in (0, 1):
        theirs = captum.attr.LayerGradCam(resnet, layer).attribute(images.permute(0, 3, 1, 2).float(), target=label)
        torch.testing.assert_close(ours[:, label], theirs[:, 0].detach(), rtol=1e-4, atol=1e-6)


def test_class_maps_equal_torchcam(resnet):
    """torchcam keeps the ReLU of the class map, up to scale."""
    images = noise(3)
    ours = class_maps(resnet)(images)[1]
    layer = find_trunk(resnet).layer
    resnet.requires_grad_(True)
    with torchcam.methods.GradCAM(resnet, layer, input_shape=(3, 224, 224)) as extractor:
        scores = resnet(images.permute(0, 3, 1, 2).float())
        (theirs,) = extractor([1, 1, 1], scores, normalized=False)
    expected = F.relu(ours[:, 1])
    torch.testing.assert_close(
        theirs / theirs.amax((1, 2), True), expected / expected.amax((1, 2), True), rtol=1e-4, atol=1e-5
    )
