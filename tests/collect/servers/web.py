"""A real HTTP server on the loopback interface that plays other people's web sites, faults included."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Request:
    """What a client asked for."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    time: float
    number: int
    """How often this address was asked for, from 1."""


@dataclass
class Reply:
    """What the server sends. A body of several pieces is sent without a length unless one is among the headers."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Reply]


class FakeWeb:
    """Serves `routes`: handlers by path, or by the beginning of one for those that end in `/`.

    `requests` lists all that was asked. Use it in a `with`.
    """

    def __init__(self) -> None:
        self.routes: dict[str, Handler] = {}
        self.requests: list[Request] = []
        self.released = threading.Event()
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> "FakeWeb":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, target: str, headers: dict[str, str], time: float) -> Reply:
        """Return the reply to one request, and note it."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        with self._lock:
            self._asked[target] += 1
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            request = Request(path, query, headers, time, self._asked[target])
            self.requests.append(request)
        prefixes = (path[: end + 1] for end in range(len(path) - 1, -1, -1) if path[end] == "/")
        for route in itertools.chain([path], prefixes):
            if route in self.routes:
                return self.routes[route](request)
        return Reply(b"not here", 404)

    def asked(self, beginning: str = "/") -> list[str]:
        """Return the paths asked for that begin so, in order; robots.txt left out."""
        return [
            request.path
            for request in self.requests
            if request.path.startswith(beginning) and request.path != "/robots.txt"
        ]

    def file(self, path: str, body: bytes | Iterable[bytes], **headers: str) -> str:
        """Serve one file and return its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.routes[path] = lambda request: Reply(body, headers=named)
        return self.url + path


def _handler(web: FakeWeb) -> type[BaseHTTPRequestHandler]:
    import time

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            reply = web.answer(self.path, dict(self.headers.items()), time.monotonic())
            whole = isinstance(reply.body, bytes)
            headers = {"Content-Type": "application/octet-stream", **reply.headers}
            if whole:
                headers.setdefault("Content-Length", str(len(reply.body)))
            else:
                headers["Connection"] = "close"
            self.send_response(reply.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in [reply.body] if whole else reply.body:
                    self.wfile.write(piece)
                    if not whole:
                        self.wfile.flush()
                if int(headers.get("Content-Length", 0)) > (len(reply.body) if whole else 0):
                    self.close_connection = True
                self.wfile.flush()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
