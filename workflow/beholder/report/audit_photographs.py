"""The photographs that a reader can look through: which, their pictures, and what every network says of them."""

import base64
import io
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any

import cv2
import numpy as np
import pandas as pd
import torch
from PIL import Image

from beholder.audit.interventions import Photographs
from beholder.audit.localisation import stock_evidence
from beholder.audit.regions import REGIONS
from beholder.audit.verdict import MAIN
from beholder.config.audit import Composite
from beholder.explain.geometry import Geometry

#: One colour per region: warm for the face, green for the rest of the person, blue for the background.
COLOURS = {
    "eyes": "#e6194b", "brows": "#8c1c4a", "nose": "#f58231", "mouth": "#ffb000", "cheeks": "#fabed4",
    "forehead": "#ffe119", "jaw": "#b15928", "ears": "#762a83", "hair": "#1b7837", "neck": "#5aae61", "clothes": "#a6dba0",
    "background_left": "#08519c", "background_right": "#3182bd", "background_top": "#6baed6",
    "background_bottom": "#9ecae1",
}  # fmt: skip
#: Maps are stored in this many steps from zero; the strength shown as full colour is this quantile of a network's maps.
_STEPS, _FULL = 127, 0.995


def suspicion(variants: pd.DataFrame, image_ids: Sequence[str], looks: np.ndarray) -> np.ndarray:
    """Return how much [N] the margin leans towards the other group when the background is one of the other group's.

    In standard deviations of the margin; positive: the background pulls. NaN for photographs without that variant.
    """
    shift = (variants["self_paste"] - variants["mixed_opposite"]) / variants["original"].std()
    found = shift.set_axis(variants["image_id"]).reindex(image_ids).to_numpy(float)
    return np.where(looks == 1, found, -found)


def choose(
    margins: Sequence[np.ndarray], suspicions: Sequence[np.ndarray], looks: np.ndarray, count: int
) -> np.ndarray:
    """Return up to `count` rows: in turns the most wrong, the most suspicious, and an even spread over the margin.

    margins and suspicions: one array [N] per network of a background.
    """
    lists = []
    for margin, suspect in zip(margins, suspicions, strict=True):
        own = np.where(looks == 1, margin, -margin)
        order = np.argsort(own, kind="stable")
        lists += [order, np.argsort(-np.nan_to_num(suspect, nan=-np.inf), kind="stable")]
        lists.append(order[np.rint(np.linspace(0, len(order) - 1, min(count, len(order)))).astype(int)])
    turns = chain.from_iterable(zip_longest(*(rows[:count] for rows in lists)))
    unique = dict.fromkeys(int(row) for row in turns if row is not None)
    return np.sort(list(unique)[:count])


def with_partners(rows: np.ndarray, swaps: pd.DataFrame, count: int) -> tuple[np.ndarray, dict[int, tuple[int, int]]]:
    """Return at most `count` rows, the partners of the first half among them, and one swapped pair per row, if it has one.

    The pair's value holds looks 1 first. Rows are dropped from the end to make room for partners.
    """
    main = swaps[swaps["setting"] == MAIN]
    pairs = list(zip(main["first"].tolist(), main["second"].tolist(), strict=True))
    of_row: dict[int, tuple[int, int]] = {}
    for pair in pairs:
        for row in pair:
            of_row.setdefault(row, pair)
    kept: dict[int, None] = {}
    for row in rows[np.argsort([row not in of_row for row in rows], kind="stable")].tolist():
        wanted = [member for member in of_row.get(row, (row,)) if member not in kept]
        if len(kept) + len(wanted) <= count:
            kept |= dict.fromkeys(wanted)
    chosen = np.sort(list(kept))
    return chosen, {row: of_row[row] for row in chosen.tolist() if row in of_row and set(of_row[row]) <= set(kept)}


def pictures(
    pixels: np.ndarray, geometry: Mapping[str, np.ndarray], partitions: np.ndarray, composite: Composite, size: int
) -> list[dict[str, str]]:
    """Return per photograph its `photo`, its `cut` (what is pasted), its `plate` (the background) and `regions` as data URIs.

    pixels uint8 [N, S, S, 3]; geometry and partitions of the same images; pictures of side `size` at most.
    """
    usable = partitions.any((1, 2, 3))
    photographs = Photographs(torch.from_numpy(np.ascontiguousarray(pixels)), geometry, usable)
    layers = photographs.layers(np.arange(len(pixels)), composite)
    alpha, plates = layers.alpha.numpy(), layers.plates.numpy()
    side = min(size, pixels.shape[1])
    found = []
    for n, photo in enumerate(pixels):
        small = {"photo": _webp(_shrink(photo, side), 80)}
        if usable[n]:
            small["cut"] = _webp(_shrink(np.concatenate([photo, alpha[n]], axis=2), side), 75)
            small["plate"] = _webp(_shrink(plates[n], side), 60)
            small["regions"] = _regions(partitions[n])
        found.append(small)
    return found


def network_data(
    maps: pd.DataFrame,
    geometry: Geometry,
    swaps: pd.DataFrame,
    measures: pd.DataFrame,
    suspicions: np.ndarray,
    rows: np.ndarray,
    pairs: Mapping[int, tuple[int, int]],
) -> dict[str, Any]:
    """Return what the page's script needs of one training: margins, maps and shares of the photographs `rows`, compactly.

    Maps are base64 of int8 (signed, one scale per network) and uint8 (stock, one scale per photograph), row by row.
    """
    chosen = maps.iloc[rows]
    signed, map0, map1 = (
        np.stack(chosen[name].to_list()).astype(np.float32) for name in ("margin_map", "map0", "map1")
    )
    full = float(np.quantile(np.abs(signed), _FULL)) or 1.0
    stock = stock_evidence(map0, map1, chosen["margin"].to_numpy())
    shares = measures[measures["drawing"] == "registered"].iloc[rows][[f"region_share/{name}" for name in REGIONS]]
    main = swaps[swaps["setting"] == MAIN].drop_duplicates(["first", "second"]).set_index(["first", "second"])
    cells = {
        str(position): [round(float(value), 2) for value in main.loc[pairs[row], ["m11", "m10", "m01", "m00"]]]
        for position, row in enumerate(rows.tolist())
        if row in pairs
    }
    return {
        "margins": [round(float(value), 3) for value in chosen["margin"]],
        "suspicion": [None if value != value else round(float(value), 3) for value in suspicions[rows]],
        "maps": _base64(np.rint(np.clip(signed / full, -1, 1) * _STEPS).astype(np.int8)),
        "stock": _base64(np.rint(255 * stock).astype(np.uint8)),
        "shares": _base64(np.rint(255 * shares.fillna(0).to_numpy()).astype(np.uint8)),
        "swaps": cells,
        "cells": geometry.width,
        "size": geometry.input_size,
        "offset": geometry.offset,
        "stride": geometry.stride,
        "full": round(full, 4),
    }


def _shrink(image: np.ndarray, side: int) -> np.ndarray:
    return image if len(image) == side else cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)


def _webp(image: np.ndarray, quality: int) -> str:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "WEBP", quality=quality, method=4)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"


def _regions(partition: np.ndarray) -> str:
    """Return every pixel's largest region as a small PNG with a palette."""
    image = Image.fromarray(partition.argmax(0).astype(np.uint8), "P")
    image.putpalette(bytes(int(colour[k : k + 2], 16) for colour in COLOURS.values() for k in (1, 3, 5)))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()
