"""Packed arrays: the pixels of a set, decoded and composed once, at the size that the networks see."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import pandas as pd

from beholder.common.errors import BeholderError
from beholder.common.program import progress
from beholder.common.tables import atomic, iterate_table, read_table
from beholder.config.splits import Pack
from beholder.splits.backgrounds import MASKED, Face, compose

Row = Any  # a row of a face table, as DataFrame.itertuples gives it
Result = TypeVar("Result")
log = logging.getLogger("beholder")


def image_ids(split: pd.DataFrame) -> list[str]:
    """Return the images of a set in order of first appearance; mirrored rows share their image."""
    return split["image_id"].drop_duplicates().to_list()


def pack(ids: list[str], faces: list[Path], mode: str, settings: Pack, path: Path, threads: int = 1) -> None:
    """Write uint8 [N, S, S, 3] RGB with row i showing `ids[i]` before the background `mode`.

    Images are composed at the crop's resolution, then resized to S = `settings.input_size`. Memory holds a few
    hundred images, whatever N is.

    Raises BeholderError where a face table lacks an image.
    """
    size = settings.input_size
    columns = ["image_id", "mask_plausible", "crop", *(["mask", "landmarks"] if mode in MASKED else [])]

    cv2.setNumThreads(1)  # the threads are ours
    implausible = 0
    with atomic(path) as temporary, temporary.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (len(ids), size, size, 3)}
        np.lib.format.write_array_header_1_0(file, header)
        start, length = file.tell(), size * size * 3

        def packed(row) -> tuple[np.ndarray, bool]:
            return resized(compose(mode, decoded(row), settings), size), row.mask_plausible

        rows = _in_threads(packed, _rows_of(ids, faces, columns), threads)
        for position, (pixels, plausible) in progress(rows, f"packing {mode}", len(ids)):
            file.seek(start + position * length)
            file.write(pixels.tobytes())
            implausible += not plausible
    log.info("packed %d images before the background %s", len(ids), mode)
    if mode in MASKED and implausible:
        log.warning("%d of %d person masks are implausible; their cut-outs are kept", implausible, len(ids))


def pack_geometry(ids: list[str], faces: list[Path], size: int) -> dict[str, np.ndarray]:
    """Return the arrays of geometry.npz (docs/architecture.md) with row i for `ids[i]`.

    Holds 2 S^2 bytes per image in memory: 100 kB at S = 224.

    Raises BeholderError where a face table lacks an image.
    """
    shape = (len(ids), size, size)
    ovals, persons = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    landmarks = np.zeros((len(ids), 478, 2), np.float32)
    plausible = np.zeros(len(ids), bool)
    columns = ["image_id", "mask_plausible", "crop", "mask", "landmarks"]
    for position, row in progress(_rows_of(ids, faces, columns), "packing geometry", len(ids)):
        face = decoded(row)
        ovals[position] = resized(face.oval, size)
        persons[position] = resized(face.mask, size)
        # (0, 0) is the centre of the first pixel, before and after.
        landmarks[position] = (face.landmarks[:, :2] + 0.5) * (size / len(face.crop)) - 0.5
        plausible[position] = row.mask_plausible
    return {
        "image_id": np.array(ids, dtype=np.str_),
        "face": ovals,
        "person": persons,
        "landmarks": landmarks,
        "mask_plausible": plausible,
    }


def decoded(row) -> Face:
    """Return the face of a row of a face table; mask and landmarks where the row has them."""
    crop = cv2.cvtColor(cv2.imdecode(np.frombuffer(row.crop, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    if not hasattr(row, "mask"):
        return Face(crop)
    mask = cv2.imdecode(np.frombuffer(row.mask, np.uint8), cv2.IMREAD_GRAYSCALE)
    return Face(crop, mask, np.asarray(row.landmarks, np.float32).reshape(-1, 3))


def resized(image: np.ndarray, size: int) -> np.ndarray:
    """Return a square image at another size: averaged over areas when it shrinks, cubic when it grows."""
    if len(image) == size:
        return image
    how = cv2.INTER_AREA if size < len(image) else cv2.INTER_CUBIC
    return cv2.resize(image, (size, size), interpolation=how)


def _in_threads(
    work: Callable[[Row], Result], rows: Iterator[tuple[int, Row]], threads: int
) -> Iterator[tuple[int, Result]]:
    """Yield `work(row)` with its position; at most a few hundred rows are under way."""
    with ThreadPoolExecutor(threads) as pool:
        while ahead := list(islice(rows, 128)):
            positions, batch = zip(*ahead, strict=True)
            yield from zip(positions, pool.map(work, batch), strict=True)


def _rows_of(ids: list[str], faces: list[Path], columns: list[str]) -> Iterator[tuple[int, Row]]:
    """Yield the wanted rows of the face tables with their positions in `ids`."""
    position = pd.Series(np.arange(len(ids)), index=ids)
    missing = set(ids)
    for path in faces:
        if missing.isdisjoint(read_table(path, ["image_id"])["image_id"]):
            continue
        for batch in iterate_table(path, columns, rows=256):
            rows = batch[batch["image_id"].isin(missing)]
            missing.difference_update(rows["image_id"])
            yield from zip(position[rows["image_id"]], rows.itertuples(), strict=True)
    if missing:
        raise BeholderError(
            f"{len(missing)} images of the split are in none of the face tables, {min(missing)} among them: the split "
            "and the face tables are not of one run. Remove the split tables and start the run again."
        )
