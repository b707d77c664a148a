"""Batches from a packed array: gathered on the device when it fits there, streamed to it when not.

No photograph is decoded here: the array holds uint8 pixels at network size. On the CPU the file is mapped into memory,
so the operating system's cache is the only copy.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from beholder.common.errors import BeholderError
from beholder.common.tables import read_table
from beholder.train.augment import DRAWS, mirror
from beholder.train.tasks import Task

#: Share of the free GPU memory that images may take; the rest is for weights and activations.
_RESIDENT_SHARE = 0.5


@dataclass(frozen=True)
class Split:
    """One set of images: rows of a split table over a packed array.

    `pixels` uint8 [M, S, S, 3]; per row: `image` int64 [N], the position in `pixels`; `flip` bool [N]; `targets` [N, ...].
    Pixels that are not `resident` stay where they are, and go to the rows' device batch by batch.
    """

    pixels: Tensor
    image: Tensor
    flip: Tensor
    targets: Tensor
    resident: bool = True

    def __len__(self) -> int:
        return len(self.image)

    @property
    def input_size(self) -> int:
        """Side of the images in pixels."""
        return self.pixels.shape[1]

    def rows(self, chosen: Tensor) -> "Split":
        """Return some rows, over the same pixels; `chosen` is bool [N] or int64 positions."""
        return replace(self, image=self.image[chosen], flip=self.flip[chosen], targets=self.targets[chosen])

    def to(self, device: torch.device) -> "Split":
        """Move the rows, and the pixels too where they fit, to `device`; pixels that are there already stay the same ones."""
        there = self.pixels.device.type == device.type
        resident = there or self.pixels.nbytes <= _RESIDENT_SHARE * torch.cuda.mem_get_info(device)[0]
        pixels = self.pixels.to(device) if resident else self.pixels
        return Split(pixels, self.image.to(device), self.flip.to(device), self.targets.to(device), resident)

    def batches(self, chunks: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield pixels (uint8 [B, S, S, 3], mirrored where the table says so) and targets for each chunk of rows."""
        chunks = [rows.to(self.image.device) for rows in chunks]
        images = [self.image[rows] for rows in chunks]
        pixels = (self.pixels[chosen] for chosen in images) if self.resident else self._streamed(images)
        for rows, batch in zip(chunks, pixels, strict=True):
            yield mirror(batch, self.flip[rows]), self.targets[rows]

    def _streamed(self, images: list[Tensor]) -> Iterator[Tensor]:
        """Yield pixels read by a thread, which is two batches ahead of the computation."""
        device = self.image.device

        def read(chosen: Tensor) -> Tensor:
            batch = self.pixels[chosen]
            return batch.pin_memory() if device.type == "cuda" else batch

        positions = [chosen.cpu() for chosen in images]
        with ThreadPoolExecutor(1) as reader:
            ahead = deque(reader.submit(read, chosen) for chosen in positions[:2])
            for following in [*positions[2:], None, None][: len(positions)]:
                batch = ahead.popleft().result()
                if following is not None:
                    ahead.append(reader.submit(read, following))
                yield batch.to(device, non_blocking=True)


def load_split(
    table_path: Path, pixels_path: Path, task: Task, chosen: Callable[[pd.DataFrame], pd.DataFrame] | None = None
) -> Split:
    """Read a split's table and map its packed array.

    `chosen` takes the table and returns the rows that take part, with their labels, under their old index.

    Raises BeholderError where the two do not belong together.
    """
    name = f"{table_path} and {pixels_path}"
    return make_split(read_table(table_path), read_pixels(pixels_path), task, name, chosen)


def make_split(
    table: pd.DataFrame,
    pixels: Tensor,
    task: Task,
    name: str,
    chosen: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Split:
    """Join a split's table with its packed pixels; `name` is what an error message calls them, `chosen` as above."""
    image, unique = pd.factorize(table["image_id"])
    if len(unique) != len(pixels):
        raise BeholderError(
            f"{name} do not belong together: {len(unique)} images in the table, {len(pixels)} in the array. "
            "Delete the array: the next run packs it again."
        )
    rows = chosen(table) if chosen else table
    flip = torch.tensor(rows["flip"].to_numpy(bool))
    return Split(pixels, torch.tensor(image[rows.index], dtype=torch.int64), flip, task.targets(rows))


def read_pixels(path: Path) -> Tensor:
    """Map a packed array, uint8 [M, S, S, 3], into memory.

    Raises BeholderError where the file is missing, damaged or of another form.
    """
    try:
        # "c": torch wants writable memory; nothing written would reach the file
        array = np.load(path, mmap_mode="c")
    except (OSError, ValueError) as error:
        raise BeholderError(f"{path} cannot be read ({error}). Delete it: the next run packs it again.") from error
    if array.dtype != np.uint8 or array.ndim != 4 or array.shape[3] != 3:
        raise BeholderError(f"{path}: expected uint8 [N, S, S, 3], found {array.dtype} {list(array.shape)}.")
    return torch.from_numpy(array)


def epoch_rows(n: int, batch_size: int, seed: int, epoch: int, smallest: int = 2) -> list[Tensor]:
    """Return the shuffled rows of one epoch, in batches; depends on `seed` and `epoch` alone.

    A last batch of fewer than `smallest` is left out of this epoch: batch norm has no statistics of one image.
    """
    order = torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(n))
    batches = list(order.split(batch_size))
    return batches[:-1] if len(batches) > 1 and len(batches[-1]) < smallest else batches


def epoch_draws(rows: list[Tensor], seed: int, epoch: int) -> list[Tensor]:
    """Return the random numbers for augmenting these batches, float32 [B, DRAWS] each, uniform in 0..1."""
    numbers = np.random.default_rng([seed, epoch, 1]).random((sum(map(len, rows)), DRAWS), np.float32)
    return list(torch.from_numpy(numbers).split([len(batch) for batch in rows]))


def hold_out(table: pd.DataFrame, seed: int, share: float = 0.1) -> Tensor:
    """Choose whole clusters holding about `share` of the rows of a split table; returns bool [N]."""
    clusters = table["cluster"].to_numpy()
    names, counts = np.unique(clusters, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    before = np.cumsum(counts[order]) - counts[order]
    return torch.from_numpy(np.isin(clusters, names[order[before < share * len(clusters)]]))
