"""Jobs and runs that are ended before their time, at the worst moment: when a result is about to be put in place.

Every row ends in the same results as an undisturbed run.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from experiment import (
    AVERAGES,
    CREDITS,
    FACES,
    HEATMAP,
    LEAKS,
    MANIFEST,
    MAPS,
    PACKED,
    RUN,
    WEIGHTS,
    assert_made,
    assert_same,
    wake,
)

pytestmark = pytest.mark.slow

#: A result of each stage.
RESULTS = {
    "collect": MANIFEST,
    "faces": FACES,
    "splits": PACKED,
    "train": WEIGHTS,
    "explain": MAPS,
    "audit": LEAKS,
    "figures": HEATMAP,
    "report": CREDITS,
}
#: Written after every epoch.
CHECKPOINT = f"work/tiny/train/{RUN}/checkpoint.pt"


@pytest.mark.parametrize("stage", RESULTS)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "SIGTERM"])
def test_a_killed_job_is_tried_again(stage, how, damaged, tiny_run):
    result = RESULTS[stage]
    (damaged.folder / result).unlink()
    with damaged.held("--retries", "1", result, at=result) as (run, job):
        wake(job, how)
        status, output = run.wait()
    record = damaged.record(result)
    assert status == 0 and f"Error in rule {record['rule']}" in output, output[-4000:]
    _, killed, retried = [attempt["exit"] for attempt in record["attempts"]]
    assert (killed, retried) == (None if how == signal.SIGKILL else 128 + how, 0)
    assert len(damaged.attempts(result)) == 3, "one log per attempt"
    assert_made(damaged, tiny_run, result)


@pytest.mark.parametrize(("how", "epochs"), [(signal.SIGKILL, 2), (signal.SIGTERM, 1)], ids=["kill -9", "SIGTERM"])
def test_a_training_goes_on_from_its_last_checkpoint(how, epochs, damaged, tiny_run):
    damaged.lose("train")
    with damaged.held(WEIGHTS, at=CHECKPOINT, time=epochs) as (run, job):
        wake(job, how)
        status, output = run.wait()
    assert status == 0, output[-4000:]
    _, stopped, resumed = damaged.attempts(WEIGHTS)
    assert ("asked to stop by SIGTERM" in stopped) == (how == signal.SIGTERM)
    assert "resuming at epoch 2, step" in resumed
    assert_made(damaged, tiny_run, WEIGHTS)


@contextlib.contextmanager
def without_memory(process: psutil.Process) -> Iterator[None]:
    """Give a process no more memory than it has: the kernel kills it when it asks for more."""
    controllers = Path("/sys/fs/cgroup")
    limit = "memory.max" if (controllers / "cgroup.controllers").exists() else "memory/memory.limit_in_bytes"
    group = (controllers / limit).parent / f"beholder-test-{process.pid}"
    group.mkdir()
    (group / Path(limit).name).write_text(str(2**16))
    (group / "cgroup.procs").write_text(str(process.pid))
    yield
    process.wait()
    group.rmdir()


def test_a_training_killed_for_want_of_memory_is_tried_again(damaged, tiny_run):
    damaged.lose("train")
    with damaged.held(WEIGHTS, at=CHECKPOINT) as (run, job), without_memory(job):
        wake(job)
        status, output = run.wait()
    assert status == 0, output[-4000:]
    assert [attempt["exit"] for attempt in damaged.record(WEIGHTS)["attempts"]] == [0, None, 0]
    assert_made(damaged, tiny_run, WEIGHTS)


def test_a_killed_workflow_needs_to_be_unlocked_and_no_more(damaged, tiny_run):
    damaged.lose("train")
    with damaged.held(WEIGHTS, at=WEIGHTS) as (run, _):
        run.kill()
    status, output = damaged.run(WEIGHTS)
    assert status != 0 and "--unlock" in output
    damaged.finish("--unlock")
    damaged.finish(WEIGHTS)
    assert_made(damaged, tiny_run, WEIGHTS)


def test_a_job_that_outlived_its_workflow_keeps_others_from_its_training(damaged, tiny_run):
    damaged.lose("train")
    with damaged.held(WEIGHTS, at=CHECKPOINT) as (run, job):
        run.process.kill()
        run.process.wait()
        damaged.finish("--unlock")
        status, output = damaged.run(WEIGHTS)
        assert status != 0 and "another process is training this very network" in output
        assert job.is_running()
    damaged.finish(WEIGHTS)
    assert_made(damaged, tiny_run, WEIGHTS)


def test_a_stopped_workflow_ends_its_jobs_and_goes_on_with_the_same_command(damaged, tiny_run):
    damaged.lose("train", "explain/original")
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # else tests in a shell's background pass their deafness on
    with damaged.held(AVERAGES, at=CHECKPOINT) as (run, job):
        os.killpg(run.process.pid, signal.SIGINT)  # Ctrl-C
        wake(job)
        assert run.wait()[0] != 0
    damaged.finish(AVERAGES)
    _, stopped, resumed = damaged.attempts(WEIGHTS)
    assert "asked to stop by SIGINT" in stopped and "resuming at epoch 2" in resumed
    assert_same(damaged, tiny_run)
