"""Fixtures for collecting from the web: a server, a list of people, and one call that runs a source."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import TypeAdapter

from beholder.collect.web.run import collect_people
from beholder.config.web import AnyWebSource
from collect.servers.lists import write_people
from collect.servers.web import FakeWeb


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as web:
        yield web


@pytest.fixture
def collect(tmp_path: Path, web: FakeWeb) -> Callable[..., SimpleNamespace]:
    """Run a source against the server: `collect("commons", ["Ada Lovelace"], api=...)`.

    Returns the outcomes by name, the store, and the requests made in this run.
    """

    def run(
        kind: str,
        names: list[str],
        per_person: int = 5,
        filters: dict | None = None,
        requests: dict | None = None,
        **section: object,
    ):
        people = write_people(tmp_path / "people.tsv", names)
        settings = {
            "kind": kind,
            "looks": 1,
            "people": str(people),
            "filters": {"per_person": per_person, **(filters or {})},
            "requests": {
                "contact": "test@example.org",
                "interval": 0.0,
                "back_off": 0.01,
                "retries": 2,
                "timeout": 0.6,
                "allow_private": [web.host],
                **(requests or {}),
            },
            **section,
        }
        before = len(web.requests)
        outcomes, store = collect_people(
            TypeAdapter(AnyWebSource).validate_python(settings), people, tmp_path / "cache"
        )
        asked = [request for request in web.requests[before:] if request.path != "/robots.txt"]
        return SimpleNamespace(
            outcomes={outcome.person.name: outcome for outcome in outcomes}, store=store, asked=asked, all=outcomes
        )

    return run
