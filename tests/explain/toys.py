"""Small networks and images that the tests of `explain` share."""

import timm
import torch
from timm.models.resnet import BasicBlock, ResNet
from torch import Tensor, nn

from beholder.train.network import Network, Normalisation, create_body

HALF = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def network(architecture: str = "resnet18", size: int = 224, seed: int = 0) -> Network:
    """Return a randomly initialised two-class network of timm in evaluation mode."""
    torch.manual_seed(seed)
    return Network(create_body(architecture, 2, size), architecture, 2, size, HALF).eval()


def narrow_resnet(size: int = 224, seed: int = 0) -> Network:
    """Return a ResNet with the strides and paddings of resnet18 and a quarter of its channels."""
    torch.manual_seed(seed)
    body = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=2, channels=(16, 32, 64, 128), stem_width=16)
    body.pretrained_cfg = timm.get_pretrained_cfg("resnet18").to_dict()
    return Network(body, "resnet18", 2, size, HALF).eval()


def noise(images: int, size: int = 224, seed: int = 0) -> Tensor:
    """Return noise, uint8 [images, size, size, 3]."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (images, size, size, 3), dtype=torch.uint8, generator=generator)


def settle(net: Network, images: int = 8) -> Network:
    """Give batch norm the statistics of noise, as the first step of a training would."""
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None
    net.train()
    with torch.no_grad():
        net(noise(images, net.input_size))
    return net.eval()
