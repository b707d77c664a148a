"""How fast a host may be asked."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from beholder.collect.web.problems import Failed, Stopped

_LONGEST_WAIT = 300.0  # seconds; a host that wants more is left alone for the rest of the run
_MOST_FAILURES = 5  # requests given up one after the other; then the host is left alone as well


class Pace:
    """Turns at one host: a few at once, a while apart, later where the host asked for it. Shared by threads."""

    def __init__(self, interval: float, connections: int, stop: threading.Event):
        self.interval = interval
        self._slots = threading.BoundedSemaphore(connections)
        self._lock = threading.Lock()
        self._next = 0.0
        self._failures = 0
        self._stop = stop

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it.

        Raises Stopped where the run ends meanwhile, Failed where the host wants too long a wait or is down.
        """
        with self._slots:
            if self._failures >= _MOST_FAILURES:
                raise Failed("unavailable", f"{_MOST_FAILURES} requests to this host failed one after the other")
            while (delay := self._take()) > 0:
                if delay > _LONGEST_WAIT:
                    raise Failed("rate_limited", f"the host asks to wait {delay:.0f} s")
                if self._stop.wait(delay):
                    break
            if self._stop.is_set():
                raise Stopped
            yield

    def note(self, failed: bool) -> None:
        """Note whether a request was given up in the end or answered."""
        with self._lock:
            self._failures = self._failures + 1 if failed else 0

    def postpone(self, seconds: float) -> None:
        """Let nobody ask this host for some seconds."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)

    def _take(self) -> float:
        """Take the next turn and return 0, or return the seconds until it comes."""
        with self._lock:
            now = time.monotonic()
            if now >= self._next:
                self._next = now + self.interval
                return 0.0
            return self._next - now
