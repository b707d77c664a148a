"""Reading and writing of tables and arrays. Every file appears whole or not at all."""

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from glob import escape
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from beholder.common.errors import BeholderError

_NOT_WRITABLE = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota of the disk is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "its folder belongs to somebody else",
}


@contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` if the block succeeds, else remove it.

    Raises BeholderError where the disk is full or read-only.
    """
    path = Path(path)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        raise BeholderError(
            f"{path} cannot be written: {_NOT_WRITABLE[error.errno]}. Mend that and start the run again; "
            "what is finished stays."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_leftovers(path: str | os.PathLike) -> None:
    """Delete what killed attempts at writing `path` left beside it. For the one job that may write it, at its start."""
    path = Path(path)
    for left in path.parent.glob(f".*.{escape(path.name)}"):
        if left.name.removesuffix(path.name).strip(".").isdigit():
            left.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write a UTF-8 text file atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_table(path: str | os.PathLike, table: pd.DataFrame) -> None:
    """Write a table without its index, as Parquet or CSV by the ending of `path`."""
    with atomic(path) as temporary:
        if Path(path).suffix == ".csv":
            table.to_csv(temporary, index=False, lineterminator="\n")
        else:
            table.to_parquet(temporary, index=False, compression="zstd")


def write_arrays(path: str | os.PathLike, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays atomically as a compressed `.npz`."""
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)


#: What helps where a file that a rule made is damaged.
_MAKE_AGAIN = "Delete it: the next run makes it again."


def read_table(path: str | os.PathLike, columns: list[str] | None = None, remedy: str = _MAKE_AGAIN) -> pd.DataFrame:
    """Read one Parquet or CSV table; `columns` picks some. `remedy` says what to do where a user made it, and it is damaged.

    Raises BeholderError where the file is missing, damaged or lacks a column.
    """
    with _readable(path, remedy):
        if Path(path).suffix == ".csv":
            return pd.read_csv(path, usecols=columns, dtype={"image_id": str, "person": str})
        return pd.read_parquet(path, columns=columns)


def read_tables(paths: Iterable[str | os.PathLike], columns: list[str] | None = None) -> pd.DataFrame:
    """Read several tables of one kind and stack them in the order given."""
    return pd.concat([read_table(path, columns) for path in paths], ignore_index=True)


def iterate_table(path: str | os.PathLike, columns: list[str], rows: int = 512) -> Iterator[pd.DataFrame]:
    """Read a Parquet table a few hundred rows at a time, for columns too big to hold at once."""
    with _readable(path), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=rows, columns=columns):
            yield batch.to_pandas()


@contextmanager
def _readable(path: str | os.PathLike, remedy: str = _MAKE_AGAIN) -> Iterator[None]:
    """Turn what goes wrong while `path` is read into a message."""
    try:
        yield
    except FileNotFoundError:
        raise BeholderError(f"{path} does not exist. Run the rule that makes it, or correct the path.") from None
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise BeholderError(f"{path} cannot be read as a table ({error}). {remedy}") from error
