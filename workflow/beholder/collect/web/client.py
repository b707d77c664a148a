"""The one HTTP client: identified, paced, patient, and careful with what comes back."""

import json
import platform
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from beholder.collect.web.addresses import AddressGuard
from beholder.collect.web.pace import Pace
from beholder.collect.web.problems import Failed, Refused, Stopped
from beholder.collect.web.robots import MOST_BYTES, Robots
from beholder.config.web import Requests

AGENT = "Beholder"
VERSION = "0.1"
#: Response headers that matter for provenance.
KEPT_HEADERS = ["content-type", "content-length", "date", "etag", "last-modified"]
_MOST_REDIRECTS = 5
_MOST_PAGE_BYTES = 8_000_000
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_OVERLOADED = {429, 503}
_REASONS = {
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    410: "not_found",
    429: "rate_limited",
    451: "forbidden",
}


@dataclass(frozen=True)
class Answer:
    """A successful answer, read whole."""

    url: str
    """After redirects."""
    body: bytes = field(repr=False)
    headers: dict[str, str]
    """Those of KEPT_HEADERS that were sent."""
    retry_after: float | None = None
    """Seconds that the server asks to wait, where it does."""


class _Again(Exception):
    """Worth another attempt. `waits` says that the host's pace already knows when."""

    def __init__(self, reason: str, detail: str, waits: bool = False):
        super().__init__(detail)
        self.reason, self.detail, self.waits = reason, detail, waits


class _TooSlow(Exception):
    """Not worth another attempt in this run: it would cost the time limit again."""


class PoliteClient:
    """Asks web services; safe to share between threads. Use it in a `with`.

    Every request names a contact, keeps its host's pace, is tried again with back-off on 429, 5xx and broken
    connections (Retry-After goes before), follows a few redirects to public HTTP addresses only, and is given up at
    a size and a time limit. Pages and files are fetched only where the host's robots.txt allows it.
    """

    def __init__(self, requests: Requests, stop: threading.Event | None = None):
        self.count = 0
        self._requests = requests
        self._stop = stop or threading.Event()
        self._guard = AddressGuard(requests.allow_private)
        self._lock = threading.Lock()
        self._paces: defaultdict[str, Pace] = defaultdict(
            lambda: Pace(requests.interval, requests.connections_per_host, self._stop)
        )
        self._robots = Robots(AGENT, lambda url: self._patiently(url, {}, MOST_BYTES, robots=False).body)
        # No proxies and no passwords from the environment: they would go around the guard.
        self._http = httpx.Client(
            headers={"User-Agent": user_agent(requests.contact)},
            timeout=requests.timeout,
            trust_env=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
        )

    def __enter__(self) -> "PoliteClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def api(
        self,
        url: str,
        params: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        is_busy: Callable[[Any], bool] = lambda answer: False,
    ) -> Any:
        """Ask a service's API and return its JSON. robots.txt is for crawlers and does not rule over an API.

        `is_busy` tells an answer that means "later" although its status is 200.

        Raises Refused or Failed.
        """

        def parse(answer: Answer) -> Any:
            try:
                value = json.loads(answer.body)
            except ValueError:
                raise Failed("bad_answer", f"{answer.url} sent no JSON but {answer.body[:60]!r}") from None
            if is_busy(value):
                raise self._again(url, "rate_limited", str(value)[:200], answer.retry_after, overloaded=True)
            return value

        address = str(httpx.URL(url, params=dict(params)))
        return self._patiently(address, dict(headers or {}), _MOST_PAGE_BYTES, robots=False, parse=parse)

    def page(self, url: str) -> Answer:
        """Fetch a page made for people, such as a list of results. Raises Refused or Failed."""
        return self._patiently(url, {}, _MOST_PAGE_BYTES, robots=True)

    def file(self, url: str) -> Answer:
        """Fetch a file as it is. Raises Refused or Failed."""
        limit = int(self._requests.max_megabytes * 1e6)
        return self._patiently(url, {"Accept-Encoding": "identity"}, limit, robots=True)

    def _patiently(
        self, url: str, headers: dict, limit: int, robots: bool, parse: Callable[[Answer], Any] = lambda answer: answer
    ) -> Any:
        """Ask, and ask again while that is worth it."""
        pace = self._pace(url)
        for attempt in range(self._requests.retries + 1):
            try:
                answer = parse(self._follow(url, headers, limit, robots))
                pace.note(failed=False)
                return answer
            except _Again as again:
                problem = Failed(again.reason, f"{again.detail}, {attempt + 1} times")
                last = attempt == self._requests.retries
                if not again.waits and not last and self._stop.wait(self._requests.back_off * 2**attempt):
                    raise Stopped from None
            except Refused:
                pace.note(failed=False)  # the host is well
                raise
            except _TooSlow as slow:
                problem = Failed("too_slow", str(slow))
                break
        pace.note(failed=True)
        raise problem

    def _follow(self, url: str, headers: dict, limit: int, robots: bool) -> Answer:
        """Ask, and go where redirects lead."""
        host = urlsplit(url).netloc
        seen: set[str] = set()
        while url not in seen and len(seen) <= _MOST_REDIRECTS:
            seen.add(url)
            self._guard.check(url)
            if robots:
                pace = self._pace(url)
                pace.interval = max(pace.interval, self._robots.obey(url))
            # What is meant for one host, such as a token, is not shown to another.
            sent = headers if urlsplit(url).netloc == host else {**headers, "Authorization": ""}
            outcome = self._ask(url, sent, limit)
            if isinstance(outcome, Answer):
                return outcome
            url = urljoin(url, outcome)
        raise Refused("redirect_loop", f"{len(seen)} redirects, the last to {url[:80]}")

    def _ask(self, url: str, headers: dict, limit: int) -> Answer | str:
        """Send one request; return the answer, or the address of a redirect."""
        with self._pace(url).turn():
            self._count()
            deadline = time.monotonic() + self._requests.timeout
            try:
                with self._http.stream("GET", url, headers=headers) as response:
                    self._guard.check_peer(url, _peer(response))
                    if response.has_redirect_location:
                        return response.headers["location"]
                    self._check_status(url, response)
                    body = self._read(response, limit, deadline)
                    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                    return Answer(url, body, kept, _retry_after(response))
            except httpx.TimeoutException:
                raise _TooSlow(f"{url} did not answer within {self._requests.timeout:g} s") from None
            except httpx.DecodingError as error:
                raise Refused("damaged", str(error)) from None
            except httpx.TransportError as error:
                raise _Again("connection", f"{url}: {error}") from None
            except (httpx.InvalidURL, ValueError) as error:
                raise Refused("bad_address", f"{url[:80]}: {error}") from None

    def _check_status(self, url: str, response: httpx.Response) -> None:
        status = response.status_code
        if status in _AGAIN:
            detail = f"{url} answered {status}"
            raise self._again(
                url, _REASONS.get(status, "server_error"), detail, _retry_after(response), status in _OVERLOADED
            )
        if status != 200:
            raise Refused(_REASONS.get(status, f"http_{status}"), f"{url} answered {status}")

    def _again(self, url: str, reason: str, detail: str, wait: float | None, overloaded: bool) -> _Again:
        """Make the whole host wait where it said how long, or that it has too much to do."""
        if wait is not None or overloaded:
            self._pace(url).postpone(wait if wait is not None else self._requests.back_off)
        return _Again(reason, detail, waits=wait is not None)

    def _read(self, response: httpx.Response, limit: int, deadline: float) -> bytes:
        announced = response.headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            raise Refused("too_many_bytes", f"{announced} announced, {limit} allowed")
        encoding = response.headers.get("content-encoding", "identity")
        if encoding != "identity" and response.request.headers["Accept-Encoding"] == "identity":
            raise Refused("encoded", f"sent as {encoding[:20]}, which was not asked for")
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise Refused("too_many_bytes", f"more than {limit}")
            if time.monotonic() > deadline:
                raise _TooSlow(f"{response.url} took more than {self._requests.timeout:g} s")
            if self._stop.is_set():
                raise Stopped
        return b"".join(chunks)

    def _pace(self, url: str) -> Pace:
        with self._lock:
            return self._paces[urlsplit(url).netloc]

    def _count(self) -> None:
        with self._lock:
            if self.count >= self._requests.max_requests:
                raise Failed("request_limit", f"`requests.max_requests` is {self._requests.max_requests}")
            self.count += 1


def user_agent(contact: str) -> str:
    """Return the User-Agent in the form that Wikimedia's access policy prefers: name/version (contact) library/version."""
    return f"{AGENT}/{VERSION} ({contact}) httpx/{httpx.__version__} Python/{platform.python_version()}"


def _peer(response: httpx.Response) -> str:
    return response.extensions["network_stream"].get_extra_info("server_addr")[0]


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the server asks to wait: a number or a date (RFC 9110, section 10.2.3)."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
