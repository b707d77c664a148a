"""Collects the photographs of people from one service, and goes on where an earlier run ended."""

import errno
import hashlib
import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any

from beholder.collect.people import Person
from beholder.collect.web.client import PoliteClient
from beholder.collect.web.filters import reject
from beholder.collect.web.journal import Download, Journal
from beholder.collect.web.photographs import inspect
from beholder.collect.web.problems import Failed, Refused, Stopped
from beholder.collect.web.sources.base import Candidate, WebSource
from beholder.collect.web.store import Store
from beholder.common.errors import BeholderError
from beholder.config.web import AnyWebSource

log = logging.getLogger("beholder")
_WORKERS = 8  # people at once; each host still keeps its own pace
_MOST_PAGES = 200  # of results for one person, should a service never say that it has no more


@dataclass(frozen=True)
class Taken:
    """A photograph that was taken for a person."""

    person: Person
    query: str | None
    rank: int
    """Place among the results, from 1."""
    candidate: Candidate
    download: Download


@dataclass
class Outcome:
    """What came of one person."""

    person: Person
    taken: list[Taken] = field(default_factory=list)
    results: int = 0
    """Results looked at."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many were not taken, by reason."""
    trouble: str | None = None
    """Why the search ended early, None where it did not."""


class Collector:
    """Runs one source. `outcomes` holds, in the order of the people, what came of each that was begun."""

    def __init__(
        self,
        settings: AnyWebSource,
        source: WebSource,
        client: PoliteClient,
        journal: Journal,
        store: Store,
        stop: threading.Event,
    ):
        self._settings, self._source, self._client = settings, source, client
        self._journal, self._store, self._stop = journal, store, stop
        self._max_results = getattr(settings, "max_results", 1_000_000)
        self._asking = _OncePerAddress()
        self._events: SimpleQueue[Taken | None] = SimpleQueue()
        self.outcomes: list[Outcome] = []

    def run(self, people: list[Person]) -> Iterator[Taken]:
        """Yield photographs as they come; `outcomes` is complete at the end.

        Raises BeholderError where a user has to mend something, and where the run was stopped.
        """
        self.outcomes = [Outcome(person) for person in people]
        with ThreadPoolExecutor(_WORKERS) as pool:
            futures = [pool.submit(self._collect, outcome) for outcome in self.outcomes]
            try:
                for _ in people:
                    yield from iter(self._events.get, None)
            except GeneratorExit:
                self._stop.set()
                raise
            for future in futures:
                with suppress(Stopped):
                    future.result()
        if self._stop.is_set():
            kept = sum(len(outcome.taken) for outcome in self.outcomes)
            raise BeholderError(f"the collection was stopped with {kept} photographs at hand. Run it again to go on.")

    def _collect(self, outcome: Outcome) -> None:
        try:
            if not self._stop.is_set():
                self._collect_person(outcome)
        except Exception:
            self._stop.set()
            raise
        finally:
            self._events.put(None)

    def _collect_person(self, outcome: Outcome) -> None:
        hashes: set[str | None] = set()
        identity = self._source.identity(outcome.person)
        try:
            for rank, candidate in self._candidates(outcome, identity):
                download, reason = self._judge(candidate)
                if reason is None and download.sha256 in hashes:
                    reason = "duplicate"
                if reason:
                    outcome.left_out[reason] += 1
                    continue
                hashes.add(download.sha256)
                taken = Taken(outcome.person, identity.get("query"), rank, candidate, download)
                outcome.taken.append(taken)
                self._events.put(taken)
                if len(outcome.taken) == self._settings.filters.per_person:
                    break
        except (Refused, Failed) as problem:
            outcome.trouble = str(problem)
        log.info("%s: %d photographs%s", outcome.person.name, len(outcome.taken), _remarks(outcome))

    def _candidates(self, outcome: Outcome, identity: dict[str, Any]) -> Iterator[tuple[int, Candidate]]:
        """Yield rank and facts of the results: those of earlier runs first, then by asking on."""
        search = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        for _ in range(_MOST_PAGES):
            position, finished = self._journal.position(search)
            for rank, candidate in self._journal.candidates(search, outcome.results):
                if rank > self._max_results:
                    return
                outcome.results = rank
                yield rank, candidate
            if finished:
                return
            self._journal.add_results(search, self._source.search(outcome.person, position), _now())

    def _judge(self, candidate: Candidate) -> tuple[Download, str | None]:
        """Return what came of a result, asking for it if need be, and why it is not taken, None if it is."""
        unwanted = reject(candidate, self._settings.filters, candidate.width, candidate.height)
        if unwanted:
            return Download(candidate.url, ""), unwanted
        with self._asking.turn(candidate.url):
            download = self._journal.download(candidate.url)
            if download is None or not self._settled(download):
                download = self._download(candidate.url)
                self._journal.add_download(download)
        return download, download.reason or reject(candidate, self._settings.filters, download.width, download.height)

    def _settled(self, download: Download) -> bool:
        if download.reason is None:
            return self._store.has(str(download.sha256), str(download.ending), download.size or 0)
        return bool(download.final)

    def _download(self, url: str) -> Download:
        try:
            answer = self._client.file(url)
            photograph = inspect(answer.body, self._settings.requests.max_megapixels * 1e6)
            sha256 = self._store.add(answer.body, photograph.ending)
        except Refused as problem:
            return Download(url, _now(), problem.reason, problem.detail, final=True)
        except Failed as problem:
            return Download(url, _now(), problem.reason, problem.detail, final=False)
        except OSError as error:
            room = "The disk is full: make room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Make it writable"
            raise BeholderError(
                f"a photograph could not be stored below {self._store.root} ({error}). {room} and run again: what is collected stays."
            ) from error
        return Download(
            url=url,
            retrieved=_now(),
            address=answer.url,
            sha256=sha256,
            ending=photograph.ending,
            size=len(answer.body),
            width=photograph.width,
            height=photograph.height,
            headers=json.dumps(answer.headers, sort_keys=True),
        )


class _OncePerAddress:
    """Lets two threads that want one address go one after the other."""

    def __init__(self, locks: int = 64):
        self._locks = [threading.Lock() for _ in range(locks)]

    def turn(self, url: str) -> threading.Lock:
        return self._locks[hash(url) % len(self._locks)]


def _remarks(outcome: Outcome) -> str:
    left_out = ", ".join(f"{count} {reason}" for reason, count in outcome.left_out.most_common())
    return "".join([f"; left out: {left_out}" if left_out else "", f"; {outcome.trouble}" if outcome.trouble else ""])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
