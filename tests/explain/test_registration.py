"""Drawing: matrices against torch's own resize and grid sampling, and the adjoint against drawing itself."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from beholder.explain.registration import adjoint, draw, nominal, stock, upsampling


@pytest.mark.parametrize(("size", "cells"), [(224, 7), (225, 8), (112, 4), (224, 14), (64, 1)])
def test_nominal_is_a_plain_resize(size, cells):
    maps = np.random.default_rng(0).normal(size=(2, cells, cells))
    drawn = draw(maps, nominal(size, cells), nominal(size, cells))
    resized = F.interpolate(torch.from_numpy(maps)[None], (size, size), mode="bilinear", align_corners=False)[0]
    np.testing.assert_allclose(drawn, resized.numpy(), atol=1e-6)


@pytest.mark.parametrize(("offset", "peak"), [(0, [96]), (31, [127]), (15.5, [111, 112])])
def test_a_cell_is_drawn_at_its_centre(offset, peak):
    cell = np.zeros((7, 7))
    cell[3, 3] = 1
    matrix = upsampling(224, 7, offset, 32)
    drawn = draw(cell, matrix, matrix)
    rows, columns = np.nonzero(np.isclose(drawn, drawn.max()))
    assert sorted(set(rows)) == sorted(set(columns)) == peak


def test_registered_drawing_is_an_affine_grid():
    size, cells, offset, stride = 224, 7, 31.0, 32
    maps = torch.randn(1, 1, cells, cells, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    scale = (size - 1) / (stride * (cells - 1))
    shift = (size - 1 - 2 * offset) / (stride * (cells - 1)) - 1
    theta = torch.tensor([[[scale, 0, shift], [0, scale, shift]]], dtype=torch.float64)
    grid = F.affine_grid(theta, (1, 1, size, size), align_corners=True)
    sampled = F.grid_sample(maps, grid, mode="bilinear", padding_mode="border", align_corners=True)
    matrix = upsampling(size, cells, offset, stride)
    np.testing.assert_allclose(draw(maps.numpy(), matrix, matrix), sampled.numpy(), atol=1e-6)


def test_adjoint_weighs_a_region_without_drawing():
    rng = np.random.default_rng(0)
    maps, regions = rng.normal(size=(5, 7, 7)), rng.uniform(size=(5, 224, 224))
    rows, columns = upsampling(224, 7, 0, 32), upsampling(224, 7, 14, 32)
    explicit = (draw(maps, rows, columns) * regions).sum((1, 2))
    np.testing.assert_allclose((maps * adjoint(regions, rows, columns)).sum((1, 2)), explicit, rtol=1e-9)


def test_registered_cells_cover_reference_areas():
    """With the outer cells centred on pixels 0 and 192, the first covers half a cell, the last one and a half."""
    cover = upsampling(224, 7, 0, 32).sum(0)
    np.testing.assert_allclose(cover, [16.5, 32, 32, 32, 32, 32, 47.5])


def test_stock_is_zero_where_nothing_is_positive():
    drawn = stock(np.full((1, 7, 7), -1.0), 224)
    assert drawn.shape == (1, 224, 224)
    assert drawn.dtype == np.float32
    assert not drawn.any()
