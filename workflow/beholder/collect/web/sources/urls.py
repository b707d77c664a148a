"""A user's own list of addresses."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from beholder.collect.listing import read_listing
from beholder.collect.people import Person, plain_name
from beholder.collect.web.sources.base import Candidate, Results
from beholder.common.errors import BeholderError
from beholder.config.web import UrlsSource

_OPTIONAL = ["page", "licence", "author", "attribution", "captured"]
_PURPOSE = "a CSV with the columns `person` and `url`, and optionally " + ", ".join(_OPTIONAL)


class Urls:
    """The addresses of a CSV, in its order."""

    def __init__(self, settings: UrlsSource):
        path = Path(settings.table)
        table = read_listing(path, ["person", "url"], _PURPOSE)
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for line, row in zip(table.index, table.to_dict("records"), strict=True):
            if not row["person"] or not row["url"]:
                raise BeholderError(f"{path}, line {line}: `person` and `url` must both be given.")
            row["captured"] = _day(row.get("captured"), path, line)
            self._rows[plain_name(row["person"])].append(row)

    def identity(self, person: Person) -> dict[str, Any]:
        """See WebSource."""
        return {"rows": [{key: str(value) for key, value in row.items()} for row in self._rows[person.name]]}

    def search(self, person: Person, position: dict[str, Any] | None) -> Results:
        """See WebSource."""
        return Results([_candidate(row) for row in self._rows[person.name]])


def _candidate(row: dict[str, Any]) -> Candidate:
    given: dict[str, Any] = {name: row.get(name) for name in _OPTIONAL}
    line = given["attribution"] or ", ".join(
        filter(None, [given["author"], given["licence"], given["page"] or row["url"]])
    )
    return Candidate(url=row["url"], **{**given, "attribution": line})


def _day(text: str | None, path: Path, line: Any) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BeholderError(
            f"{path}, line {line}: `captured` is {text!r}. Expected a date such as 2015-01-31, or nothing."
        ) from None
