"""`collect.sources` of the kinds `commons`, `openverse`, `urls` and `bing`: photographs from the web."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from beholder.config.base import Count, Section, Source

LicenceCode = Literal[
    "public-domain", "cc0", "by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd", "other", "unknown"
]
#: Strict mode would want a Python date; settings reach a job as JSON text.
Day = Annotated[date, Field(strict=False)]


class Requests(Section):
    """How the services are asked: identified, slowly, and with limits."""

    contact: Annotated[str, StringConstraints(pattern=r"(@|^https?://)")]
    """Your e-mail address or web page: sent with every request, so that an operator can reach you."""
    interval: Annotated[float, Field(ge=0)] = 1.0
    """Seconds between two requests to one host."""
    connections_per_host: Annotated[int, Field(ge=1, le=8)] = 1
    """Requests under way at once to one host."""
    retries: Annotated[int, Field(ge=0, le=10)] = 4
    """Further attempts after 429, 5xx and broken connections."""
    back_off: Annotated[float, Field(ge=0)] = 2.0
    """Seconds before the first further attempt, doubled each time; the server's Retry-After goes before."""
    timeout: Annotated[float, Field(gt=0)] = 30.0
    """Seconds that one answer may take."""
    max_megabytes: Annotated[float, Field(gt=0)] = 25.0
    """Larger files are not read to their end."""
    max_megapixels: Annotated[float, Field(gt=0)] = 60.0
    """Photographs with more pixels are refused undecoded."""
    max_requests: Count = 20000
    """Requests in one run of the job; the rest is left for the next run."""
    allow_private: list[str] = []
    """`host:port` on a private network that may be asked all the same: a mirror of yours, or a server in a test."""


class Filters(Section):
    """Which photographs are taken."""

    per_person: Count = 50
    """Photographs of each person."""
    min_side: Count = 200
    """Pixels of the shorter side."""
    taken_from: Day | None = None
    """Earliest date of capture, such as 2015-01-01."""
    taken_until: Day | None = None
    """Latest date of capture."""
    undated: Literal["keep", "reject"] = "keep"
    """What happens to photographs without a date of capture, where one of the two above is set."""


class LicenceFilters(Filters):
    """Which photographs are taken, where the source states licences."""

    licences: Annotated[list[LicenceCode], Field(min_length=1)] | None = ["public-domain", "cc0", "by", "by-sa"]
    """Licences, without their version; null for all."""


class WebSource(Source):
    """What the kinds of source on the web have in common."""

    people: str
    """TSV of the people to collect; its format is in `resources/people/README.md`. Those of the source's group are taken."""
    requests: Requests
    """Manners and limits."""
    on_missing: Literal["continue", "stop"] = "continue"
    """Where people lack photographs in the end: go on with what there is, or stop."""


class SearchSource(WebSource):
    """A service that is searched by name."""

    query: str = "{name}"
    """What is searched for; {name} is the person's `query` in the list, else the name."""
    max_results: Count = 200
    """Results looked at for each person."""

    @field_validator("query")
    @classmethod
    def _names_the_person(cls, query: str) -> str:
        if "{name}" not in query or query.replace("{name}", "").count("{"):
            raise ValueError(f"{query!r} needs {{name}} where the person's name belongs, and no other braces")
        return query


class CommonsSource(SearchSource):
    """Wikimedia Commons, through its API: free licences, with author and attribution."""

    kind: Literal["commons"]
    filters: LicenceFilters = LicenceFilters()
    """Choice."""
    width: Annotated[int, Field(ge=320, le=3840)] = 1280
    """Commons scales larger photographs down to this width before they are sent."""
    api: str = "https://commons.wikimedia.org/w/api.php"
    """Address of the API."""


class OpenverseSource(SearchSource):
    """Openverse, through its API: openly licensed photographs of many collections."""

    kind: Literal["openverse"]
    filters: LicenceFilters = LicenceFilters()
    """Choice."""
    token_variable: str | None = None
    """Environment variable that holds an access token; null asks anonymously: 20 results a page, 20 pages."""
    api: str = "https://api.openverse.org/v1"
    """Address of the API."""


class UrlsSource(WebSource):
    """A list of addresses, such as official portraits in the public domain."""

    kind: Literal["urls"]
    table: str
    """CSV with the columns `person` (a name of the list of people) and `url`, and optionally page, licence, author, attribution, captured."""
    filters: LicenceFilters = LicenceFilters()
    """Choice."""


class BingSource(SearchSource):
    """Bing's image search, as the source experiment used it: no API, no licences, unclear terms."""

    kind: Literal["bing"]
    accept_unclear_terms: Literal[True]
    """Must be true: Microsoft generally disallows automated queries, and the photographs' licences are unknown. See the README."""
    filters: Filters = Filters()
    """Choice."""
    address: str = "https://www.bing.com"
    """Address of the search."""


AnyWebSource = Annotated[CommonsSource | OpenverseSource | UrlsSource | BingSource, Field(discriminator="kind")]
