"""One run at a time in a folder, and ending early without losing anything."""

import fcntl
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beholder.common.errors import BeholderError


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Keep other runs out of `folder`: two would ask for the same things twice.

    Raises BeholderError where another run is in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeholderError(
                f"another run is collecting into {folder}. Wait until it has ended, then run again."
            ) from None
        yield


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and Ctrl-C set. Restores the handlers afterwards."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # handlers belong to the main thread
        return
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop.set()) for number in signals]
    try:
        yield stop
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
