"""How fast photographs are collected from a server without delay, and how fast a second run sees that all are there.

    python benchmarks/collect_web.py [--people 200] [--per-person 50]

Prints photographs per second, the peak memory, and the seconds of the second run. The bars: at least 50 photographs per
second, memory far below the size of the photographs (some kilobytes of facts stay of each), and under 5 seconds for
10,000. The server runs in a process of its own and serves photographs of about 100 kB under as many addresses; a comment
in each makes them different files.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from beholder.collect.web.manifest import web_manifest
from beholder.collect.web.run import collect_people
from beholder.config.web import CommonsSource
from collect.servers.lists import write_people
from collect.servers.services import FakeCommons, Work
from collect.servers.web import FakeWeb, Reply


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--per-person", type=int, default=50)
    arguments = parser.parse_args()
    names = [f"Person {number}" for number in range(arguments.people)]
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(there, names, arguments.per_person), daemon=True
    )
    server.start()
    host = here.recv()
    with tempfile.TemporaryDirectory() as folder:
        people = write_people(Path(folder) / "people.tsv", names)
        settings = CommonsSource(
            kind="commons",
            looks=1,
            people=str(people),
            api=f"http://{host}/w/api.php",
            filters={"per_person": arguments.per_person},
            requests={
                "contact": "bench@example.org",
                "interval": 0.0,
                "connections_per_host": 4,
                "max_requests": 10**6,
                "allow_private": [host],
            },
        )
        before = _megabytes()
        for run in ("first", "second"):
            start = time.perf_counter()
            outcomes, store = collect_people(settings, people, Path(folder) / "cache")
            manifest = web_manifest(outcomes, store, "web", 1, 4)
            seconds = time.perf_counter() - start
            print(
                f"{run} run: {len(manifest)} photographs in {seconds:.1f} s, {len(manifest) / seconds:.0f} a second, {_megabytes() - before:.0f} MB more memory at most"
            )
    server.terminate()


def _serve(pipe, names: list[str], per_person: int) -> None:
    body = _photograph()
    works = {name: [Work(f"{name} {n}.jpg", b"", 640, 640) for n in range(per_person)] for name in names}
    with FakeWeb() as web:
        FakeCommons(web, works)
        for path in [path for path in web.routes if path.startswith("/files/")]:
            del web.routes[path]
        web.routes["/files/"] = lambda request: Reply(_with_comment(body, request.path.encode()))
        pipe.send(web.host)
        threading.Event().wait()


def _photograph() -> bytes:
    """Return a noisy JPEG of about 100 kB."""
    import cv2

    noise = np.random.default_rng(0).integers(0, 256, (160, 160, 3), dtype=np.uint8)
    return cv2.imencode(".jpg", cv2.resize(noise, (640, 640)), [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


def _with_comment(jpeg: bytes, text: bytes) -> bytes:
    return jpeg[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + jpeg[2:]


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
