"""Removal curves of scores that add up."""

import numpy as np
import pytest
import torch

from beholder.audit.faithfulness import area_under, cell_of_pixel, centred_importance, removal_curves
from beholder.audit.localisation import MapGrid, stock_grid

GRID = stock_grid(32, 2)
WEIGHTS = torch.tensor([[4.0, 3.0], [2.0, 1.0]])


def additive(images):
    """Weights 4, 3, 2, 1 of the four quarters, white being absent."""
    quarters = torch.nn.functional.avg_pool2d(1 - images[:, :1] / 255, 16)[:, 0]
    return (quarters * WEIGHTS).sum((1, 2))


@pytest.fixture
def black():
    return torch.zeros(3, 32, 32, 3, dtype=torch.uint8)


def area(black, importance, **options):
    order = np.tile(np.asarray(importance, float), (3, 1))
    return area_under(removal_curves(additive, black, order, GRID, steps=4, fill="white", **options), spread=1)[0]


def test_additive_model(black):
    most, least = area(black, [4, 3, 2, 1]), area(black, [1, 2, 3, 4])
    assert most == pytest.approx(0.375) and least == pytest.approx(0.625)
    assert least - most == pytest.approx(0.25)
    random = np.random.default_rng(0)
    assert np.mean([area(black, random.permutation(4)) for _ in range(60)]) == pytest.approx(0.5, abs=0.03)


def test_insertion_restores_what_matters_first(black):
    reversed_order = np.tile([1.0, 2, 3, 4], (3, 1))
    curves = removal_curves(additive, black, reversed_order, GRID, steps=4, fill="white")
    assert curves[0, ::-1] == pytest.approx([0, 4, 7, 9, 10], abs=1e-5)


def test_a_score_that_does_not_change_has_no_area(black):
    curves = removal_curves(lambda x: x[:, 0, 0, 0] * 0, black, np.zeros((3, 4)), GRID, steps=2)
    assert np.isnan(area_under(curves, spread=1)).all()


def test_cells_own_the_pixels_nearest_to_their_registered_centres():
    registered = cell_of_pixel(MapGrid(224, 7, 0, 32))
    assert np.bincount(registered[0], minlength=7)[:7].tolist() == [16, 32, 32, 32, 32, 32, 48]
    assert np.bincount(cell_of_pixel(stock_grid(224, 7))[0]).tolist() == [32] * 7


def test_the_centred_order_starts_in_the_middle():
    assert centred_importance(stock_grid(224, 7)).argmax() == 24
    assert centred_importance(stock_grid(224, 7)).argmin() in (0, 6, 42, 48)
