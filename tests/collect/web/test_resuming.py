"""Collections that were interrupted, partly failed or changed go on without asking twice."""

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from beholder.collect.web.store import Store
from beholder.common.errors import BeholderError
from beholder.common.locks import only_one
from collect.servers.lists import works, write_people
from collect.servers.pictures import picture
from collect.servers.services import FakeCommons
from collect.servers.web import Reply

ADA, GRACE = "Ada Lovelace", "Grace Hopper"
WORKFLOW = Path(__file__).resolve().parents[3] / "workflow"


def test_a_second_run_asks_for_nothing_and_says_so(web, collect, caplog):
    commons = FakeCommons(web, {ADA: works(ADA, 4), GRACE: works(GRACE, 2)})
    first = collect("commons", [ADA, GRACE], per_person=3, api=commons.api)
    web.requests.clear()
    caplog.set_level("INFO", "beholder")
    second = collect("commons", [ADA, GRACE], per_person=3, api=commons.api)
    assert web.requests == []
    assert "5 photographs of 2 people are there; nothing to do, no request made" in caplog.text
    assert [o.taken for o in second.all] == [o.taken for o in first.all]


def test_more_per_person_and_other_filters_ask_only_for_the_rest(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 6)})
    commons.page_size = 4
    collect("commons", [ADA], per_person=2, api=commons.api)
    more = collect("commons", [ADA], per_person=5, api=commons.api)
    assert [request.path for request in more.asked] == [
        f"/files/{ADA} 2.jpg",
        f"/files/{ADA} 3.jpg",
        "/w/api.php",
        f"/files/{ADA} 4.jpg",
    ]
    fewer = collect("commons", [ADA], per_person=5, api=commons.api, filters={"min_side": 500})
    assert len(fewer.asked) == 0, "the last page was already seen, and sizes are known"


def test_what_failed_is_asked_again_and_what_was_refused_is_not(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 3)})
    good = web.routes[f"/files/{ADA} 1.jpg"]
    web.routes[f"/files/{ADA} 0.jpg"] = lambda request: Reply(b"gone", 404)
    web.routes[f"/files/{ADA} 1.jpg"] = lambda request: Reply(b"", 500)
    first = collect("commons", [ADA], api=commons.api)
    assert first.outcomes[ADA].left_out == {"not_found": 1, "server_error": 1}
    web.routes[f"/files/{ADA} 1.jpg"] = good
    second = collect("commons", [ADA], api=commons.api)
    assert [request.path for request in second.asked] == [f"/files/{ADA} 1.jpg"]
    assert len(second.outcomes[ADA].taken) == 2


def test_photographs_that_vanished_are_fetched_again(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 2)})
    first = collect("commons", [ADA], api=commons.api)
    download = first.outcomes[ADA].taken[0].download
    first.store.path(download.sha256, download.ending).write_bytes(b"cut")
    second = collect("commons", [ADA], api=commons.api)
    assert [request.path for request in second.asked] == [f"/files/{ADA} 0.jpg"]


def test_one_photograph_of_two_people_is_asked_once_and_kept_for_both(web, collect):
    together = works("together", 1)
    commons = FakeCommons(web, {ADA: together, GRACE: together})
    run = collect("commons", [ADA, GRACE], api=commons.api)
    assert [len(outcome.taken) for outcome in run.all] == [1, 1]
    assert len(web.asked("/files/")) == 1


def test_a_full_disk_stops_the_run_with_a_message_and_loses_nothing(web, collect, monkeypatch):
    commons = FakeCommons(web, {ADA: works(ADA, 5)})
    add, stored = Store.add, []

    def full_after_two(self, body, ending):
        if len(stored) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        stored.append(add(self, body, ending))
        return stored[-1]

    monkeypatch.setattr(Store, "add", full_after_two)
    with pytest.raises(BeholderError, match="The disk is full: make room and run again"):
        collect("commons", [ADA], api=commons.api)
    monkeypatch.setattr(Store, "add", add)
    run = collect("commons", [ADA], api=commons.api)
    assert [request.path for request in run.asked] == [f"/files/{ADA} {n}.jpg" for n in (2, 3, 4)]


def test_a_full_disk_under_the_journal_is_explained(web, collect, monkeypatch, tmp_path):
    commons = FakeCommons(web, {ADA: works(ADA, 3)})
    collect("commons", [ADA], per_person=1, api=commons.api)
    (tmp_path / "cache/journal.sqlite").write_bytes(b"no journal at all" * 100)
    with pytest.raises(BeholderError, match=r"journal .* cannot be used"):
        collect("commons", [ADA], api=commons.api)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["term", "kill"])
def test_a_run_that_is_ended_goes_on_where_it_was(web, tmp_path, number):
    people = [f"Person {letter}" for letter in "ABCDEF"]
    found = {name: works(name, 10) for name in people}
    commons = FakeCommons(web, found)
    write_people(tmp_path / "people.tsv", people)
    command = _command(tmp_path, commons.api, web.host)
    process = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(WORKFLOW)}, stderr=subprocess.PIPE, text=True
    )
    while len(web.asked("/files/")) < 20:
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert not (tmp_path / "manifest.parquet").exists()
    if number == signal.SIGTERM:
        assert process.returncode == 1
        assert "the collection was stopped" in said
    with sqlite3.connect(tmp_path / "cache/journal.sqlite") as journal:
        known = {url for (url,) in journal.execute("SELECT url FROM downloads WHERE reason IS NULL")}
    before = len(web.requests)
    assert len(known) >= 10
    subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(WORKFLOW)},
        check=True,
        capture_output=True,
        timeout=60,
    )
    again = Counter(request.path for request in web.requests[before:])
    assert not {url for url in known if again[url.removeprefix(web.url).replace("%20", " ")]}
    manifest = pd.read_parquet(tmp_path / "manifest.parquet")
    assert len(manifest) == 60
    assert manifest["image_id"].is_unique
    assert not list((tmp_path / "cache").rglob(".*.jpg")), "no half-written file stays"


def _command(folder: Path, api: str, host: str) -> list[str]:
    requests = {"contact": "test@example.org", "interval": 0.01, "allow_private": [host]}
    section = {
        "kind": "commons",
        "looks": 1,
        "people": "people.tsv",
        "filters": {"per_person": 10},
        "requests": requests,
        "api": api,
    }
    settings = json.dumps({"cfg": {"name": "web", **section}, "code": None})
    arguments = [
        "--people",
        "people.tsv",
        "--manifest",
        "manifest.parquet",
        "--missing",
        "missing.csv",
        "--cache",
        "cache",
    ]
    return [sys.executable, "-m", "scripts.collect_web", "--settings", settings, *arguments]


def test_the_same_pictures_give_the_same_manifest_bytes_whatever_the_timing(web, tmp_path):
    commons = FakeCommons(web, {name: works(name, 4) for name in (ADA, GRACE, "Third")})
    write_people(tmp_path / "people.tsv", [ADA, GRACE, "Third"])
    tables = []
    for _ in range(2):
        subprocess.run(
            _command(tmp_path, commons.api, web.host),
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(WORKFLOW)},
            check=True,
            capture_output=True,
        )
        tables.append((tmp_path / "manifest.parquet").read_bytes())
    assert tables[0] == tables[1]
    assert picture("x") == picture("x")


def test_two_runs_do_not_share_a_cache_at_once(web, collect, tmp_path):
    commons = FakeCommons(web, {ADA: works(ADA, 1)})
    with only_one(tmp_path / "cache", "busy"), pytest.raises(BeholderError, match="another run is collecting into"):
        collect("commons", [ADA], api=commons.api)
    assert web.requests == []
    assert len(collect("commons", [ADA], api=commons.api).outcomes[ADA].taken) == 1
