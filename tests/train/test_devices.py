"""Jobs on one machine get GPUs of their own. The GPUs here are names; the locks are real."""

import os
import subprocess
import sys

import pytest

from beholder.common import devices
from beholder.common.devices import VISIBLE, claimed_gpus
from beholder.common.errors import BeholderError

HOLD = """
import sys, pathlib
from beholder.common.devices import claimed_gpus
with claimed_gpus(1, ["GPU-a", "GPU-b"], pathlib.Path(sys.argv[1])):
    print(__import__("os").environ["CUDA_VISIBLE_DEVICES"], flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def nothing_visible(monkeypatch):
    monkeypatch.delenv(VISIBLE, raising=False)
    monkeypatch.setattr(devices, "_POLL_SECONDS", 0.05)


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "workflow"},
        cwd=devices.Path(__file__).parents[2],
    )


def test_concurrent_jobs_get_distinct_devices_and_free_them_even_when_killed(tmp_path):
    jobs = [start(tmp_path), start(tmp_path)]
    try:
        held = {job.stdout.readline().strip() for job in jobs}
        assert held == {"GPU-a", "GPU-b"}
        jobs[0].kill()
        jobs[0].wait()
        with claimed_gpus(1, ["GPU-a", "GPU-b"], tmp_path) as claimed:  # waits until the dead job's lock is free
            assert os.environ[VISIBLE] == claimed[0]
        assert VISIBLE not in os.environ
    finally:
        for job in jobs:
            job.kill()
            job.communicate()


def test_a_schedulers_assignment_is_respected(tmp_path, monkeypatch):
    monkeypatch.setenv(VISIBLE, "3")
    with claimed_gpus(1, ["GPU-a"], tmp_path) as claimed:
        assert claimed == [] and os.environ[VISIBLE] == "3"
    assert not list(tmp_path.iterdir())


def test_of_several_devices_that_are_visible_every_job_claims_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(VISIBLE, "0,2")
    cards = ["GPU-a", "GPU-b", "GPU-c"]
    with claimed_gpus(1, cards, tmp_path) as first:
        assert first == ["GPU-a"] and os.environ[VISIBLE] == "GPU-a"
        monkeypatch.setenv(VISIBLE, "0,2")  # as another job of the same run sees it
        with claimed_gpus(1, cards, tmp_path) as second:
            assert second == ["GPU-c"]
        assert os.environ[VISIBLE] == "0,2"


def test_a_lock_file_of_another_user_is_enough(tmp_path, monkeypatch):
    """Theirs may be read, not written; where root runs the tests, only the flags tell."""
    (tmp_path / "GPU-a.lock").touch()
    original = os.open

    def open_as_another(path, flags, *args, **kwargs):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError(path)
        return original(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", open_as_another)
    with claimed_gpus(1, ["GPU-a"], tmp_path) as claimed:
        assert claimed == ["GPU-a"]


def test_several_devices_for_one_job(tmp_path):
    with claimed_gpus(2, ["GPU-a", "GPU-b", "GPU-c"], tmp_path) as claimed:
        assert os.environ[VISIBLE] == ",".join(claimed) == "GPU-a,GPU-b"
    with (
        pytest.raises(BeholderError, match="4 GPUs are asked for, but this machine has 3"),
        claimed_gpus(4, ["GPU-a", "GPU-b", "GPU-c"], tmp_path),
    ):
        pass


def test_a_machine_without_gpus_computes_on_the_cpu(tmp_path):
    with claimed_gpus(1, [], tmp_path) as claimed:
        assert claimed == [] and VISIBLE not in os.environ
