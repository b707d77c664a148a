"""The mean photograph of each group, which averaged maps are drawn over."""

import numpy as np
import pandas as pd
from torch import Tensor

from beholder.common.labels import GROUPS


def average_faces(table: pd.DataFrame, pixels: Tensor, batch_size: int = 256) -> dict[str, np.ndarray]:
    """Return `face_g`, the mean photograph (uint8 [S, S, 3]), and `n_g` per group; zeros for a group without images.

    `pixels` is uint8 [N, S, S, 3], row by row of `table` with its column `looks`.
    """
    means = {}
    for looks, group in GROUPS.items():
        rows = np.flatnonzero(table["looks"] == looks)
        total = np.zeros(pixels.shape[1:])
        for start in range(0, len(rows), batch_size):
            total += pixels[rows[start : start + batch_size]].numpy().sum(0, dtype=np.uint32)
        means[f"face_{group}"] = np.rint(total / max(len(rows), 1)).astype(np.uint8)
        means[f"n_{group}"] = np.array(len(rows))
    return means
