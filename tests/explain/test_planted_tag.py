"""The science: a network that decides by a tag is seen to look at it, if its map is drawn where its cells look."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from beholder.explain.class_maps import class_maps
from beholder.explain.registration import draw, nominal, upsampling
from explain.toys import narrow_resnet

SIZE, TAG, CELL = 224, 24, 32


def _photographs(count, seed, corner=None):
    """Return smooth pictures (uint8), labels, and the tags' centres (y, x); every second picture has a chequered tag."""
    generator = torch.Generator().manual_seed(seed)
    field = F.interpolate(torch.rand(count, 3, 5, 5, generator=generator), SIZE, mode="bicubic")
    pixels = (field.clamp(0, 1) * 255).byte().permute(0, 2, 3, 1).contiguous()
    corners = torch.randint(16, SIZE - TAG - 16, (count, 2), generator=generator)
    if corner is not None:
        corners[:] = torch.tensor(corner)
    squares = torch.arange(TAG) // 4
    tag = ((squares[:, None] + squares) % 2 * 255).byte()[..., None]
    for picture, (y, x) in zip(pixels[1::2], corners[1::2].tolist(), strict=True):
        picture[y : y + TAG, x : x + TAG] = tag
    return pixels, torch.arange(count) % 2, corners.numpy() + (TAG - 1) / 2


@pytest.fixture(scope="module")
def trained():
    """A network with the strides of resnet18 that tells tagged pictures from others, wherever the tag is."""
    pixels, labels, _ = _photographs(128, seed=0)
    network = narrow_resnet(SIZE).train()
    for norm in (layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)):
        norm.momentum = 0.4  # there are few steps for the running statistics to settle in
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    for epoch in range(5):
        for batch in torch.randperm(len(pixels), generator=torch.Generator().manual_seed(epoch)).split(16):
            optimizer.zero_grad()
            F.cross_entropy(network(pixels[batch]), labels[batch]).backward()
            optimizer.step()
    return class_maps(network)


def _distances(trained, corner=None):
    """Return how far (y, x) the peaks of registered and stock drawings lie from the tags, pixels [N, 2] each."""
    pixels, labels, centres = _photographs(96, seed=1, corner=corner)
    logits, maps = trained(pixels)
    assert (logits.argmax(1) == labels).float().mean() > 0.95
    margin = (maps[:, 1] - maps[:, 0]).numpy()[1::2]
    registered, stock = upsampling(SIZE, 7, 0, CELL), nominal(SIZE, 7)
    return [_peaks(draw(margin, matrix, matrix)) - centres[1::2] for matrix in (registered, stock)]


def _peaks(drawn):
    return np.stack(np.unravel_index(drawn.reshape(len(drawn), -1).argmax(1), drawn.shape[1:]), 1)


def test_a_tag_at_the_top_left_is_found_there_when_registered(trained):
    registered, stock = _distances(trained, corner=(52, 52))
    np.testing.assert_allclose(np.median(registered, 0), 0, atol=1)
    np.testing.assert_allclose(np.median(stock, 0), 15.5, atol=1.5)  # right and down, half a cell


def test_tags_anywhere_are_found_within_a_cell_without_bias(trained):
    registered, stock = _distances(trained)
    assert np.abs(registered).max() <= 0.75 * CELL  # the worst of all tags; the mean below is the claim
    np.testing.assert_allclose(registered.mean(0), 0, atol=5)
    np.testing.assert_allclose(stock.mean(0), 15.5, atol=5)
