"""A service that has photographs of people who do not exist: rendered, so that the whole way can be run on them."""

from pathlib import Path

import cv2

from beholder.collect.synthetic.source import KNOBS, render_source
from collect.servers.lists import HEADER, line
from collect.servers.services import FakeCommons, Work
from collect.servers.web import FakeWeb


def serve_rendered(
    web: FakeWeb, folder: Path, people: dict[str, int], photographs: int, doses: dict[str, float]
) -> dict:
    """Let `web` play Wikimedia Commons with rendered people, and return the config section `collect.sources` for it.

    `people` says how many belong to each group (`good`, `normal`); `doses` is what is planted in the photographs of
    `good`, as in the config key `planted`. The list of people is written to `folder`.
    """
    lines, works = [HEADER], {}
    for seed, (group, count) in enumerate(people.items(), start=1):
        planted = {knob: doses.get(knob, 0.0) if group == "good" else 0.0 for knob in KNOBS}
        for row in render_source(folder / group, count, photographs, 20.0, planted, seed):
            name = f"{group.title()} {row['person'].title()}"
            works.setdefault(name, []).append(
                _work(folder / group / row["file"], f"{name} {row['file'].rpartition('/')[2]}")
            )
        lines += [line(name, group) for name in works if name.startswith(group.title())]
    (folder / "people.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    commons = FakeCommons(web, works)
    section = {
        "kind": "commons",
        "people": str(folder / "people.tsv"),
        "api": commons.api,
        "shards": 1,
        "filters": {"per_person": photographs},
        "requests": {"contact": "test@example.org", "interval": 0.0, "allow_private": [web.host]},
    }
    return {"figures": {**section, "looks": 1}, "ordinary": {**section, "looks": 0}}


def _work(path: Path, name: str) -> Work:
    height, width = cv2.imread(str(path)).shape[:2]
    return Work(name, path.read_bytes(), width, height)
