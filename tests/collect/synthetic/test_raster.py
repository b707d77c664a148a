"""Drawing of textured triangles."""

import numpy as np

from beholder.collect.synthetic.raster import fetch, normals, rasterise

SQUARE = np.array([[10.0, 10], [50, 10], [50, 40], [10, 40]])
TWO = np.array([[0, 1, 2], [0, 2, 3]])


def test_attributes_are_interpolated_linearly_and_the_square_is_covered():
    uv = SQUARE * 2 + 3
    seen = rasterise(SQUARE, TWO, [uv, SQUARE[:, 0] / 100, SQUARE[:, 1]], (64, 48))
    y, x = np.divmod(seen.index, 64)
    assert set(zip(x[(x > 10) & (x < 50)], y[(x > 10) & (x < 50)], strict=True)) >= {
        (a, b) for a in range(11, 50) for b in range(11, 40)
    }
    inner = np.abs(seen.uv - np.stack([x, y], axis=1) * 2 - 3).max(1) < 1e-3
    assert inner.mean() > 0.95  # pixels drawn half outside an edge take the edge's values
    np.testing.assert_allclose(seen.uv, np.stack([x, y], axis=1) * 2 + 3, atol=1.01)
    np.testing.assert_allclose(seen.light[inner], x[inner] / 100, atol=1e-5)
    np.testing.assert_allclose(seen.depth[inner], y[inner], atol=1e-3)


def test_later_triangles_cover_earlier_ones():
    points = np.concatenate([SQUARE, SQUARE])
    light = np.repeat([0.0, 1.0], 4)
    seen = rasterise(points, np.concatenate([TWO, TWO + 4]), [points, light, light], (64, 48))
    np.testing.assert_allclose(seen.light, 1, atol=1e-6)


def test_parts_outside_the_picture_are_left_out():
    seen = rasterise(SQUARE - 30, TWO, [SQUARE, SQUARE[:, 0], SQUARE[:, 0]], (16, 8))
    assert seen.index.max() < 16 * 8
    assert np.isfinite(seen.uv).all()


def test_fetch_interpolates_between_texture_pixels():
    texture = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    np.testing.assert_allclose(fetch(texture, np.float32([[1.5, 1], [0, 2]]))[:, 0], [5.5, 8])


def test_normals_of_triangles_clockwise_in_the_image_point_to_the_camera():
    flat = np.column_stack([SQUARE, np.zeros(4)])
    np.testing.assert_allclose(normals(flat, TWO), np.tile([0, 0, -1.0], (4, 1)), atol=1e-9)
