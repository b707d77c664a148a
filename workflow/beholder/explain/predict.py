"""One pass over the test set: logits and class maps of every image and of its mirror image."""

from pathlib import Path

import numpy as np
import pandas as pd
from torch import Tensor

from beholder.common.errors import BeholderError
from beholder.common.program import progress
from beholder.common.tables import read_table
from beholder.explain.class_maps import ClassMaps
from beholder.explain.trunk import device_of
from beholder.train.data import read_pixels

_COLUMNS = ["image_id", "looks", "source", "person", "cluster"]


def read_test_images(test: Path, pixels: Path) -> tuple[pd.DataFrame, Tensor]:
    """Return one row per test image (`image_id, looks, source, person, cluster`) and its pixels, mapped uint8 [N, S, S, 3].

    Mirrored rows of the table repeat an image and are dropped: every image is explained in both directions.

    Raises BeholderError where a file is missing or the two do not belong together.
    """
    table = read_table(test, _COLUMNS)[_COLUMNS].drop_duplicates("image_id", ignore_index=True)
    images = read_pixels(pixels)
    if len(table) != len(images):
        raise BeholderError(
            f"{test} lists {len(table)} images, {pixels} holds {len(images)}. Delete the array: the next run packs it again."
        )
    return table, images


def predict(maps: ClassMaps, table: pd.DataFrame, pixels: Tensor, batch_size: int) -> pd.DataFrame:
    """Return `table` with the columns of `maps.parquet` (docs/architecture.md).

    `pixels` is uint8 [N, S, S, 3], row by row of `table`. Map columns hold float32 arrays of H*W values.
    """
    device = device_of(maps.network)
    plain, mirrored = [], []
    for chunk in progress(pixels.split(batch_size), "explaining", -(-len(pixels) // batch_size)):
        chunk = chunk.to(device)
        plain.append(_to_numpy(maps(chunk)))
        mirrored.append(_to_numpy(maps(chunk.flip(2))))
    logits, drawn = (np.concatenate(parts) for parts in zip(*plain, strict=True))
    logits_mirrored, drawn_mirrored = (np.concatenate(parts) for parts in zip(*mirrored, strict=True))
    return table.assign(
        z0=logits[:, 0],
        z1=logits[:, 1],
        margin=logits[:, 1] - logits[:, 0],
        margin_flipped=logits_mirrored[:, 1] - logits_mirrored[:, 0],
        margin_map=_rows(drawn[:, 1] - drawn[:, 0]),
        map0=_rows(drawn[:, 0]),
        map1=_rows(drawn[:, 1]),
        margin_map_flipped=_rows(drawn_mirrored[:, 1] - drawn_mirrored[:, 0]),
    )


def _to_numpy(tensors: tuple[Tensor, Tensor]) -> tuple[np.ndarray, np.ndarray]:
    return tensors[0].float().cpu().numpy(), tensors[1].float().cpu().numpy()


def _rows(maps: np.ndarray) -> list[np.ndarray]:
    return list(maps.reshape(len(maps), -1))
