"""A command that starts processes of its own: alone in its folder, and stopped with all of them."""

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from beholder.common.errors import BeholderError
from beholder.common.subprocesses import alive, run_alone

#: Starts a child that would live for long, and names both.
PARENT = ["bash", "-c", "sleep 100 & echo $$ $! > family; wait"]


def test_the_status_of_the_command_comes_back(tmp_path):
    assert run_alone(["bash", "-c", "pwd > here; exit 3"], tmp_path / "new", os.environ) == 3
    assert (tmp_path / "new/here").read_text().strip() == str(tmp_path / "new")


def test_only_the_given_environment_is_handed_on(tmp_path):
    run_alone(["/bin/bash", "-c", "echo $SECRET$WANTED > seen"], tmp_path, {"WANTED": "yes"})
    assert (tmp_path / "seen").read_text().strip() == "yes"


def test_a_stop_reaches_everything_that_was_started(tmp_path):
    process = start(tmp_path)
    family = wait_for_family(tmp_path)
    os.kill(process.pid, signal.SIGTERM)
    process.join(10)
    assert process.exitcode == 1 and not any(map(alive, family))


def test_what_outlives_its_program_keeps_the_folder_to_itself(tmp_path):
    process = start(tmp_path)
    family = wait_for_family(tmp_path)
    process.kill()
    process.join(10)
    with pytest.raises(BeholderError, match="is in use"):
        run_alone(["true"], tmp_path, os.environ)
    for member in family:
        member.kill()
    for _ in range(100):
        if not any(map(alive, family)):
            break
        time.sleep(0.1)
    assert run_alone(["true"], tmp_path, os.environ) == 0


def start(folder: Path) -> multiprocessing.Process:
    """Run the command in a process of its own, which ends in the way of the rules' programs when asked to."""
    process = multiprocessing.get_context("fork").Process(target=_run, args=(folder,))
    process.start()
    return process


def _run(folder: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    run_alone(PARENT, folder, os.environ)


def wait_for_family(folder: Path) -> list[psutil.Process]:
    """Return the command and its child once the child is there."""
    for _ in range(100):
        if (folder / "family").exists() and (text := (folder / "family").read_text()).endswith("\n"):
            return [psutil.Process(int(number)) for number in text.split()]
        time.sleep(0.1)
    raise AssertionError("the command did not start")
