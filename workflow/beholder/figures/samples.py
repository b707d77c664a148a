"""Sample sheets of a group (source figures 3 and 4)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from beholder.common.errors import BeholderError
from beholder.common.labels import GROUPS
from beholder.figures import style
from beholder.figures.runs import plural


def group_rows(train: pd.DataFrame, group: str) -> np.ndarray:
    """Return the rows [K] of the packed array that show `group`.

    The array has one row per image of `train`, in order of first appearance: flips have none of their own.

    Raises BeholderError where the group has no photograph.
    """
    looks = train.drop_duplicates("image_id")["looks"]
    rows = np.flatnonzero(looks.map(GROUPS) == group)
    if not len(rows):
        raise BeholderError(f"the training set has no photograph of the group `{group}`, so no sample can be drawn.")
    return rows


def draw_sample(rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return up to `count` different ones of `rows`, each as likely, in a random order."""
    return np.random.default_rng([seed]).permutation(rows)[:count]


def tile(images: np.ndarray, columns: int, gap: int) -> np.ndarray:
    """Lay uint8 images [K,S,S,3] out row by row on white, `gap` pixels apart."""
    count, size = images.shape[:2]
    pitch = size + gap
    sheet = np.full((-(-count // columns) * pitch - gap, columns * pitch - gap, 3), 255, np.uint8)
    for index, image in enumerate(images):
        y, x = index // columns * pitch, index % columns * pitch
        sheet[y : y + size, x : x + size] = image
    return sheet


@style.styled
def plot_samples(images: np.ndarray, total: int, group: str, background: str, columns: int) -> Figure:
    """Draw a sheet of uint8 images [K,S,S,3], a sample of `total` photographs."""
    sheet = tile(images, min(columns, len(images)), gap=max(2, images.shape[1] // 32))
    figure = style.new_figure(
        style.WIDTH * sheet.shape[0] / sheet.shape[1],
        f"Photographs of the group “{group}”, {background} background",
        f"{len(images):,} of {plural(total, 'training photograph')}, drawn at random, as the networks see them.",
    )
    style.show_image(figure.subplots(), sheet)
    return figure
