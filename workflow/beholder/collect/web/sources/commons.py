"""Wikimedia Commons, through the MediaWiki API.

Formats: mediawiki.org, API:Search, API:Imageinfo, API:Continue, Manual:Maxlag parameter, Extension:CommonsMetadata.
"""

import re
from datetime import date
from typing import Any

from bs4 import BeautifulSoup

from beholder.collect.people import Person
from beholder.collect.web.client import PoliteClient
from beholder.collect.web.problems import Failed
from beholder.collect.web.sources.base import Candidate, Results
from beholder.config.web import CommonsSource

_TYPES = {"image/jpeg", "image/png", "image/webp"}
_PAGE_SIZE = 50  # the most that the API gives without special rights when extmetadata is asked for
_MAX_LAG = 5  # seconds; the manual's advice for programs nobody waits for
_BUSY = {"maxlag", "ratelimited", "readonly"}


class Commons:
    """Files found by a full-text search, scaled down by the service to the width asked for."""

    def __init__(self, settings: CommonsSource, client: PoliteClient):
        self._settings = settings
        self._client = client

    def identity(self, person: Person) -> dict[str, Any]:
        """See WebSource."""
        return {"api": self._settings.api, "query": self._query(person), "width": self._settings.width}

    def search(self, person: Person, position: dict[str, Any] | None) -> Results:
        """See WebSource."""
        params = {
            "action": "query",
            "format": "json",
            "maxlag": _MAX_LAG,
            "generator": "search",
            "gsrsearch": self._query(person),
            "gsrnamespace": 6,
            "gsrlimit": _PAGE_SIZE,
            "prop": "imageinfo",
            "iiprop": "url|size|mime|extmetadata",
            "iiurlwidth": self._settings.width,
            **(position or {}),
        }
        answer = self._client.api(self._settings.api, params, is_busy=_is_busy)
        if "error" in answer:
            raise Failed("service", f"{answer['error'].get('code')}: {answer['error'].get('info')}")
        pages = answer.get("query", {}).get("pages", {}).values()
        files = [
            (page, page["imageinfo"][0])
            for page in sorted(pages, key=lambda page: page.get("index", 0))
            if page.get("imageinfo")  # missing where a long answer was cut: the next page of it has the rest
        ]
        return Results([_candidate(page, file) for page, file in files if _usable(file)], answer.get("continue"))

    def _query(self, person: Person) -> str:
        name = self._settings.query.format(name=person.query.replace('"', " "))
        return f"{name} filetype:bitmap"


def _is_busy(answer: Any) -> bool:
    return answer.get("error", {}).get("code") in _BUSY


def _usable(file: dict[str, Any]) -> bool:
    return file.get("mime") in _TYPES and "url" in file


def _candidate(page: dict[str, Any], file: dict[str, Any]) -> Candidate:
    about = {key: plain_text(entry.get("value")) for key, entry in file.get("extmetadata", {}).items()}
    title = page["title"].removeprefix("File:")
    author = about.get("Artist") or about.get("Credit")
    licence = about.get("LicenseShortName") or about.get("UsageTerms") or about.get("License")
    terms = f"{licence} ({about['LicenseUrl']})" if about.get("LicenseUrl") else licence
    line = about.get("Attribution") or f"“{title}” by {author or 'an unknown author'}"
    return Candidate(
        url=file.get("thumburl") or file["url"],
        page=file.get("descriptionurl"),
        title=title,
        licence=licence,
        licence_url=about.get("LicenseUrl"),
        author=author,
        attribution=f"{line}, {terms or 'licence unknown'}, via Wikimedia Commons",
        captured=_day(about.get("DateTimeOriginal")),
        width=file.get("thumbwidth") or file.get("width"),
        height=file.get("thumbheight") or file.get("height"),
    )


def plain_text(markup: Any) -> str | None:
    """Return the text of a metadata value, which may be HTML, a number or missing."""
    text = str(markup or "")
    if "<" in text or "&" in text:
        text = BeautifulSoup(text, "html.parser").get_text(" ")
    return " ".join(text.split()) or None


def _day(text: str | None) -> date | None:
    """Return the day in `2012-05-06 10:11:12` and the like; looser dates (`circa 1990`, `May 2012`) are no day."""
    found = re.search(r"\b(\d{4})[-:](\d\d)[-:](\d\d)\b", text or "")
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
