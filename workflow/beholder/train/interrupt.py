"""Being asked to stop: a scheduler's warning becomes a flag that the loop looks at between two steps."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from beholder.common.errors import BeholderError

_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)


class Interrupted(BeholderError):
    """The process was asked to stop, and has saved what it needs to go on."""


class StopRequest:
    """Whether this process was asked to stop, and by which signal."""

    name: str | None = None

    def __bool__(self) -> bool:
        return self.name is not None

    def _note(self, number: int, frame: object) -> None:
        self.name = signal.Signals(number).name


@contextmanager
def listen() -> Iterator[StopRequest]:
    """Catch SIGTERM, SIGUSR1 and SIGINT (Ctrl-C) for the length of the block."""
    request = StopRequest()
    before = {number: signal.signal(number, request._note) for number in _SIGNALS}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
