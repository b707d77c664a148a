"""What was asked and what came back, kept on disk so that nothing is asked twice."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from beholder.collect.web.sources.base import Candidate, Results
from beholder.common.errors import BeholderError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS searches (search TEXT PRIMARY KEY, next TEXT, finished INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS candidates (
    search TEXT NOT NULL, rank INTEGER NOT NULL, url TEXT NOT NULL, found TEXT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (search, rank), UNIQUE (search, url)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS downloads (
    url TEXT PRIMARY KEY, retrieved TEXT NOT NULL, reason TEXT, detail TEXT, final INTEGER NOT NULL,
    address TEXT, sha256 TEXT, ending TEXT, size INTEGER, width INTEGER, height INTEGER, headers TEXT) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Download:
    """What came of asking for one address."""

    url: str
    retrieved: str
    """UTC, ISO 8601."""
    reason: str | None = None
    """None for a photograph, else one word for why there is none."""
    detail: str | None = None
    final: bool = True
    """Whether asking again is useless."""
    address: str | None = None
    """After redirects."""
    sha256: str | None = None
    ending: str | None = None
    size: int | None = None
    """Bytes."""
    width: int | None = None
    height: int | None = None
    headers: str | None = None
    """JSON of the response headers that matter."""


_DOWNLOAD = ", ".join(field.name for field in fields(Download))


class Journal:
    """An SQLite file; safe to share between threads. Every entry is on disk before the call returns.

    Raises BeholderError where the disk is full or the file is no journal.
    """

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._explained():
            # A rollback journal, not a write-ahead log: the latter does not work on network file systems.
            self._database = sqlite3.connect(path, check_same_thread=False, timeout=60, isolation_level=None)
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def candidates(self, search: str, start: int = 0) -> list[tuple[int, Candidate]]:
        """Return rank (from 1) and facts of the results of a search beyond the first `start`, best first."""
        rows = self._ask(
            "SELECT rank, facts FROM candidates WHERE search = ? AND rank > ? ORDER BY rank", search, start
        )
        return [(rank, _from_json(facts)) for rank, facts in rows]

    def position(self, search: str) -> tuple[dict[str, Any] | None, bool]:
        """Return where a search goes on, and whether it is finished."""
        rows = self._ask("SELECT next, finished FROM searches WHERE search = ?", search)
        return (json.loads(rows[0][0]), bool(rows[0][1])) if rows else (None, False)

    def add_results(self, search: str, results: Results, found: str) -> None:
        """Note one page of results. Addresses that the search already brought are left out; a page of nothing else is
        the last one: some services repeat themselves instead of ending."""
        with self._explained(), self._lock, self._transaction():
            last = self._one("SELECT COALESCE(MAX(rank), 0) FROM candidates WHERE search = ?", search)
            rank = last
            for candidate in results.candidates:
                values = (search, rank + 1, candidate.url, found, _to_json(candidate))
                rank += self._database.execute(
                    "INSERT OR IGNORE INTO candidates VALUES (?, ?, ?, ?, ?)", values
                ).rowcount
            finished = results.next is None or (rank == last and bool(results.candidates))
            state = (search, json.dumps(results.next), finished)
            self._database.execute("INSERT OR REPLACE INTO searches VALUES (?, ?, ?)", state)

    def download(self, url: str) -> Download | None:
        """Return what came of `url`, None where it was never asked for."""
        rows = self._ask(f"SELECT {_DOWNLOAD} FROM downloads WHERE url = ?", url)
        return Download(*rows[0]) if rows else None

    def add_download(self, download: Download) -> None:
        """Note what came of an address."""
        values = astuple(download)
        marks = ", ".join("?" * len(values))
        self._ask(f"INSERT OR REPLACE INTO downloads ({_DOWNLOAD}) VALUES ({marks})", *values)

    def _ask(self, statement: str, *values: Any) -> list[tuple]:
        with self._explained(), self._lock:
            return self._database.execute(statement, values).fetchall()

    def _one(self, statement: str, *values: Any) -> Any:
        return self._database.execute(statement, values).fetchone()[0]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise BeholderError(
                f"the journal {self._path} cannot be used ({error}). If the disk is full, make room and run again: what "
                "is collected stays. If the file is damaged, delete it: the next run asks for everything again."
            ) from error


def _to_json(candidate: Candidate) -> str:
    facts = {key: value for key, value in asdict(candidate).items() if value is not None}
    return json.dumps(facts, default=str, ensure_ascii=False)


def _from_json(text: str) -> Candidate:
    facts = json.loads(text)
    if "captured" in facts:
        facts["captured"] = date.fromisoformat(facts["captured"])
    return Candidate(**facts)
