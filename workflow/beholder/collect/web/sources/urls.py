"""A user's own list of addresses."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from beholder.collect.listing import read_listing
from beholder.collect.people import Person
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
        for line, row in table.iterrows():
            if not row["person"] or not row["url"]:
                raise BeholderError(f"{path}, line {line}: `person` and `url` must both be given.")
        table["captured"] = [
            _day(text, path, line) for line, text in table.get("captured", pd.Series(None, table.index)).items()
        ]
        self._rows = {name: rows.to_dict("records") for name, rows in table.groupby("person")}

    def identity(self, person: Person) -> dict[str, Any]:
        """See WebSource."""
        return {"rows": [{key: str(value) for key, value in row.items()} for row in self._rows.get(person.name, [])]}

    def search(self, person: Person, position: dict[str, Any] | None) -> Results:
        """See WebSource."""
        return Results([_candidate(row) for row in self._rows.get(person.name, [])])


def _candidate(row: dict[str, Any]) -> Candidate:
    given = {name: row.get(name) for name in _OPTIONAL}
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
