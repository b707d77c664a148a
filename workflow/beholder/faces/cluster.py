"""What must stay together in the splits: photographs of one person, and near-duplicates."""

import logging

import numpy as np
import pandas as pd

from beholder.common.duplicates import components, near_duplicates, pairs_of_equals
from beholder.common.phash import THUMBNAIL
from beholder.config.faces import Select

log = logging.getLogger("beholder")


def clusters(photographs: pd.DataFrame, thumbnails: pd.Series, settings: Select) -> np.ndarray:
    """Return int64 [n]: the connected component of same person, same file or near-duplicate, numbered by first appearance.

    `photographs`: rows with person, sha256, looks, phash, phash_mirrored, used or not: a rejected photograph may be the link
    between two used ones. `thumbnails`: bytes or null, one for each row.
    """
    rows = np.flatnonzero(photographs["phash"].notna() & ~photographs["sha256"].duplicated())
    hashes, mirrored = (_integers(photographs[name].iloc[rows]) for name in ("phash", "phash_mirrored"))
    pixels = np.frombuffer(b"".join(thumbnails.iloc[rows]), np.uint8).reshape(-1, THUMBNAIL, THUMBNAIL)
    near, flipped = near_duplicates(
        hashes, mirrored, pixels, settings.duplicate_distance, settings.duplicate_correlation
    )
    near = rows[near].reshape(-1, 2)
    _report(photographs, near, flipped)
    codes = [pd.factorize(photographs[column])[0] for column in ("person", "sha256")]
    codes[1] = np.where(codes[1] < 0, -1 - np.arange(len(photographs)), codes[1])  # no file equals no file
    return components(len(photographs), np.concatenate([near, *(pairs_of_equals(code) for code in codes)]))


def _integers(hexadecimal: pd.Series) -> np.ndarray:
    return np.array([int(digits, 16) for digits in hexadecimal], np.uint64)


def _report(photographs: pd.DataFrame, near: np.ndarray, flipped: np.ndarray) -> None:
    persons, looks = photographs["person"].to_numpy()[near], photographs["looks"].to_numpy()[near]
    log.info(
        "%d pairs of near-duplicates, %d of them mirrored; %d join two persons",
        len(near), flipped.sum(), (persons[:, 0] != persons[:, 1]).sum(),
    )  # fmt: skip
    across = near[looks[:, 0] != looks[:, 1]]
    if len(across):
        names = photographs["image_id"].to_numpy()[across[:10]]
        pairs = ", ".join(f"{first} = {second}" for first, second in names)
        log.warning("%d near-duplicates lie in both groups, so one of their labels is wrong: %s", len(across), pairs)
