"""One run of a source on the web, from its config section to its outcomes."""

import logging
from pathlib import Path

from beholder.collect.people import read_people
from beholder.collect.web.client import PoliteClient
from beholder.collect.web.collector import Collector, Outcome
from beholder.collect.web.journal import Journal
from beholder.collect.web.sources.choose import web_source
from beholder.collect.web.stopping import stop_on_signals
from beholder.collect.web.store import Store
from beholder.common.locks import only_one
from beholder.common.program import progress
from beholder.config.web import AnyWebSource

log = logging.getLogger("beholder")


def collect_people(settings: AnyWebSource, people: Path, cache: Path) -> tuple[list[Outcome], Store]:
    """Collect what is missing in `cache` and return what came of each person.

    `cache` keeps the photographs and the journal from run to run; it may serve several sources.

    Raises BeholderError where the list cannot be used, the disk is full, another run uses the cache, or this one is told
    to stop.
    """
    chosen = read_people(people, settings.looks)
    # Two runs would ask for the same things twice.
    busy = f"another run is collecting into {cache}. Wait until it has ended, then run again."
    with only_one(cache, busy), stop_on_signals() as stop, PoliteClient(settings.requests, stop) as client:
        store, journal = Store(cache / "photographs"), Journal(cache / "journal.sqlite")
        collector = Collector(settings, web_source(settings, client), client, journal, store, stop)
        try:
            wanted = len(chosen) * settings.filters.per_person
            for _ in progress(collector.run(chosen), "Photographs", wanted):
                pass
        finally:
            journal.close()
            kept = sum(len(outcome.taken) for outcome in collector.outcomes)
            done = f"{client.count} requests made" if client.count else "nothing to do, no request made"
            log.info("%d photographs of %d people are there; %s", kept, len(chosen), done)
    return collector.outcomes, store
