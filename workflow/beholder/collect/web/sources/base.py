"""What every service gives, and the interface they share."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from beholder.collect.people import Person


@dataclass(frozen=True)
class Candidate:
    """A photograph that a service offers for a person, before anything of it was fetched."""

    url: str
    page: str | None = None
    """Where a person can look at it and read its terms."""
    title: str | None = None
    licence: str | None = None
    """As the service names it, version included."""
    licence_url: str | None = None
    author: str | None = None
    attribution: str | None = None
    """The line to print beside it."""
    captured: date | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Results:
    """One page of results, best first."""

    candidates: list[Candidate] = field(default_factory=list)
    next: dict[str, Any] | None = None
    """What `search` takes to go on; None after the last page."""


class WebSource(Protocol):
    """A service. To add one: this, a config section in `config/web.py`, and a line in `sources/choose.py`."""

    def identity(self, person: Person) -> dict[str, Any]:
        """Return all that the results for `person` depend on; while it stays the same, nothing is asked again."""
        ...

    def search(self, person: Person, position: dict[str, Any] | None) -> Results:
        """Return the first page of results, or the one at `position`.

        Raises Refused or Failed where the service does not answer, BeholderError where a user has to mend something.
        """
        ...
