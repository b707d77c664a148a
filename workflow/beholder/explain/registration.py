"""Drawing low-resolution maps at the size of the photograph, and weighing regions without drawing.

One matrix per axis serves both: `drawn = U_y @ C @ U_x.T`, and because that is linear, the energy of a drawn map inside
a region M is `<C, U_y.T @ M @ U_x>`, a few dozen numbers per region.
"""

import numpy as np


def upsampling(size: int, cells: int, offset: float, stride: float) -> np.ndarray:
    """Return the matrix [size, cells] that draws an axis whose cell i is centred on pixel offset + stride * i.

    Linear between the centres, constant beyond the outer ones; rows sum to 1; float64.
    """
    if cells == 1:
        return np.ones((size, 1))
    position = np.clip((np.arange(size) - offset) / stride, 0, cells - 1)
    left = np.minimum(position.astype(int), cells - 2)
    matrix = np.zeros((size, cells))
    rows = np.arange(size)
    matrix[rows, left] = 1 - (position - left)
    matrix[rows, left + 1] = position - left
    return matrix


def nominal(size: int, cells: int) -> np.ndarray:
    """Return the matrix [size, cells] of a plain bilinear resize, as every stock tool draws maps.

    Equal to `torch.nn.functional.interpolate(mode="bilinear", align_corners=False)` and to OpenCV's. It centres the map on the photograph
    whatever the network looked at: 15.5 pixels to the right of and below the truth for ResNets at 224 pixels.
    """
    return upsampling(size, cells, (size / cells - 1) / 2, size / cells)


def draw(maps: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Draw maps [..., H, W] with the matrices of the rows [S, H] and columns [S, W]; returns [..., S, S], dtype of `maps`."""
    return rows.astype(maps.dtype) @ maps @ columns.T.astype(maps.dtype)


def adjoint(regions: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return what each cell of a map weighs in regions [..., S, S]: [..., H, W] with sum(draw(C) * M) = sum(C * adjoint(M))."""
    return rows.T @ regions @ columns


def stock(maps: np.ndarray, size: int) -> np.ndarray:
    """Draw maps [N, H, W] as pytorch-grad-cam does: ReLU, each map scaled to 0..1, plain resize, scaled again.

    Returns float32 [N, size, size] in 0..1; an all-negative map comes out as zeros.
    """
    positive = _scaled(np.maximum(maps.astype(np.float32), 0))
    return _scaled(draw(positive, nominal(size, maps.shape[1]), nominal(size, maps.shape[2])))


def _scaled(maps: np.ndarray) -> np.ndarray:
    maps = maps - maps.min(axis=(1, 2), keepdims=True)
    return maps / (np.float32(1e-7) + maps.max(axis=(1, 2), keepdims=True))
