"""Bing's image search, read with icrawler; the requests are ours, so that they keep our manners.

icrawler (0.6) knows the pages: which part of a page is a result and how filters are written. It keeps neither the
page that a photograph stands on nor any licence; the page is read from the same markup here.
"""

import json
import logging
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

from bs4 import BeautifulSoup
from icrawler.builtin.bing import BingFeeder, BingParser

from beholder.collect.people import Person
from beholder.collect.web.client import PoliteClient
from beholder.collect.web.sources.base import Candidate, Results
from beholder.config.web import BingSource

_STEP = 20
_LAST = 980  # Bing repeats itself after about 1,000 results


class Bing:
    """Photographs (no drawings, as far as Bing can tell) found by name."""

    def __init__(self, settings: BingSource, client: PoliteClient):
        self._settings = settings
        self._client = client
        self._parser = BingParser(1, None, None)
        logging.getLogger("icrawler").setLevel(logging.WARNING)
        self._filters = BingFeeder(1, None, None).get_filter().apply({"type": "photo"})

    def identity(self, person: Person) -> dict[str, Any]:
        """See WebSource."""
        return {"address": self._settings.address, "query": self._query(person), "filters": self._filters}

    def search(self, person: Person, position: dict[str, Any] | None) -> Results:
        """See WebSource."""
        first = (position or {}).get("first", 0)
        query = f"q={quote_plus(self._query(person))}&first={first}&qft={self._filters}"
        answer = self._client.page(f"{self._settings.address}/images/async?{query}")
        pages = _pages(answer.body)
        found = [task["file_url"] for task in self._parser.parse(SimpleNamespace(content=answer.body))]
        more = found and first < _LAST
        return Results(
            [Candidate(url=url, page=pages.get(url)) for url in found], {"first": first + _STEP} if more else None
        )

    def _query(self, person: Person) -> str:
        return self._settings.query.format(name=person.query)


def _pages(body: bytes) -> dict[str, str]:
    """Return for each photograph's address that of the page it stands on."""
    pages = {}
    for link in BeautifulSoup(body, "lxml").select("div.imgpt a[m]"):
        try:
            about = json.loads(str(link["m"]))
            pages[about["murl"]] = about["purl"]
        except (ValueError, KeyError, TypeError):
            continue
    return pages
