"""One process at a time in a folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from beholder.common.errors import BeholderError


@contextmanager
def only_one(folder: Path, busy: str) -> Iterator[IO]:
    """Keep other processes out of `folder`, which is made if need be; give the open lock.

    The lock ends with this process, however it ends, and with every other one that the file was handed to.
    Raises BeholderError with the words `busy` where another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeholderError(busy) from None
        yield file
