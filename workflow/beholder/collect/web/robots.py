"""What a host's robots.txt allows (RFC 9309)."""

import threading
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from beholder.collect.web.problems import Refused

#: RFC 9309, section 2.5: at least 500 KiB are parsed.
MOST_BYTES = 512_000
_NO_FILE = {"not_found", "forbidden"}


class Robots:
    """The rules of every host that was met, each asked for once.

    `fetch` returns the body of an address and raises Refused or Failed.
    """

    def __init__(self, agent: str, fetch: Callable[[str], bytes]):
        self._agent = agent
        self._fetch = fetch
        self._rules: dict[str, Protego] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def obey(self, url: str) -> float:
        """Return the seconds between requests that the host of `url` asks for, 0 for none.

        Raises Refused where `url` may not be fetched, Failed where the rules cannot be had just now: then nothing
        may be fetched (section 2.3.1.4).
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._locks[origin]:
            if origin not in self._rules:
                self._rules[origin] = self._read(origin)
        rules = self._rules[origin]
        if not rules.can_fetch(url, self._agent):
            raise Refused("robots", f"{origin}/robots.txt does not allow {parts.path}")
        return float(rules.crawl_delay(self._agent) or 0)

    def _read(self, origin: str) -> Protego:
        """A host without the file, or that keeps it to itself, allows all (section 2.3.1.3)."""
        try:
            return Protego.parse(self._fetch(f"{origin}/robots.txt").decode("utf-8", "replace"))
        except Refused as refusal:
            if refusal.reason in _NO_FILE or refusal.reason.startswith("http_4"):
                return Protego.parse("")
            raise
