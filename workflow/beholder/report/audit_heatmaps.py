"""Mean heatmaps over the mean face: registered and signed beside what stock tools draw."""

import base64
import io
from collections.abc import Mapping
from typing import NamedTuple

import cv2
import matplotlib
import numpy as np
from PIL import Image

from beholder.common.labels import GROUPS
from beholder.explain.geometry import Geometry
from beholder.explain.registration import draw

_SIDE = 168
_OPACITY = 0.6


class MeanMaps(NamedTuple):
    """The pictures of one network and group, as data URIs."""

    group: str
    n: int
    registered: str
    stock: str
    full: float
    """Margin per cell that is shown as full colour."""


def mean_maps(
    averages: Mapping[str, np.ndarray], geometry: Geometry, faces: Mapping[str, np.ndarray]
) -> list[MeanMaps]:
    """Return the pictures of both groups, from `averages.npz` and `average_faces` of the background.

    Registered maps share one scale over both groups: red speaks for looks 1, blue for looks 0.
    """
    known = [group for group in GROUPS.values() if int(averages[f"n_{group}"])]
    full = max((float(np.abs(averages[f"margin_{group}"]).max()) for group in known), default=1.0) or 1.0
    pictures = []
    for group in known:
        face = cv2.resize(faces[f"face_{group}"], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        signed = draw(averages[f"margin_{group}"].astype(np.float64), *geometry.drawing())
        stock = averages[f"stock_{group}"].astype(np.float64)
        registered = _over(face, signed / full / 2 + 0.5, "RdBu_r", np.abs(signed / full) ** 0.5)
        shown = stock / (stock.max() or 1.0)
        pictures.append(
            MeanMaps(
                group, int(averages[f"n_{group}"]), registered, _over(face, shown, "jet", np.ones_like(stock)), full
            )
        )
    return pictures


def _over(face: np.ndarray, values: np.ndarray, colours: str, strength: np.ndarray) -> str:
    values, strength = (
        cv2.resize(plane, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR) for plane in (values, strength)
    )
    alpha = _OPACITY * strength[..., None]
    grey = np.repeat(face.mean(2, keepdims=True), 3, axis=2)
    picture = (1 - alpha) * grey + alpha * 255 * matplotlib.colormaps[colours](values)[..., :3]
    return webp(picture.round().clip(0, 255).astype(np.uint8))


def webp(picture: np.ndarray) -> str:
    """Return a picture uint8 [H, W, 3] as a data URI."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "WEBP", quality=82, method=4)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
