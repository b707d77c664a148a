"""Openverse, through its API.

Formats: docs.openverse.org, API reference (image search, authentication and throttling).
"""

import os
from typing import Any

from beholder.collect.people import Person
from beholder.collect.web.client import PoliteClient
from beholder.collect.web.problems import Refused
from beholder.collect.web.sources.base import Candidate, Results
from beholder.common.errors import BeholderError
from beholder.config.web import OpenverseSource

_PAGE_SIZE = 20  # the most for anonymous requests; more is answered with 401
_MOST_PAGES = 20
_OWN_NAMES = {"public-domain": "pdm"}
_LICENCES = {"public-domain", "cc0", "by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd"}


class Openverse:
    """Images found by name, of the licences asked for."""

    def __init__(self, settings: OpenverseSource, client: PoliteClient):
        self._settings = settings
        self._client = client

    def identity(self, person: Person) -> dict[str, Any]:
        """See WebSource."""
        return {"api": self._settings.api, "query": self._query(person), "license": self._licences()}

    def search(self, person: Person, position: dict[str, Any] | None) -> Results:
        """See WebSource."""
        page = (position or {}).get("page", 1)
        params = {"q": self._query(person), "page": page, "page_size": _PAGE_SIZE, "mature": "false"}
        if licences := self._licences():
            params["license"] = licences
        try:
            answer = self._client.api(f"{self._settings.api}/images/", params, self._headers())
        except Refused as refusal:
            if refusal.reason != "forbidden" or self._settings.token_variable is None:
                raise
            raise BeholderError(
                f"{self._settings.api} refused the request ({refusal.detail}). Check the token in the environment variable "
                f"that `token_variable` names ({self._settings.token_variable}); tokens expire after some hours."
            ) from None
        candidates = [_candidate(image) for image in answer.get("results", []) if image.get("url")]
        more = candidates and page < min(answer.get("page_count", 0), _MOST_PAGES)
        return Results(candidates, {"page": page + 1} if more else None)

    def _query(self, person: Person) -> str:
        return self._settings.query.format(name=person.query.replace('"', " "))

    def _licences(self) -> str | None:
        wanted = self._settings.filters.licences
        return None if wanted is None else ",".join(_OWN_NAMES.get(code, code) for code in wanted if code in _LICENCES)

    def _headers(self) -> dict[str, str]:
        variable = self._settings.token_variable
        if variable is None:
            return {}
        if not os.environ.get(variable):
            raise BeholderError(
                f"the environment variable {variable} is empty. Put an Openverse token there, or set `token_variable` to null."
            )
        return {"Authorization": f"Bearer {os.environ[variable]}"}


def _candidate(image: dict[str, Any]) -> Candidate:
    name = image.get("license") or ""
    readable = {"pdm": "Public Domain Mark", "cc0": "CC0"}.get(name, f"CC {name.upper()}" if name else "")
    return Candidate(
        url=image["url"],
        page=image.get("foreign_landing_url"),
        title=image.get("title"),
        licence=f"{readable} {image.get('license_version') or ''}".strip() or None,
        licence_url=image.get("license_url"),
        author=image.get("creator"),
        attribution=image.get("attribution"),
        width=image.get("width"),
        height=image.get("height"),
    )
