"""Running a long command that starts processes of its own, so that no stop leaves any of them behind."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from beholder.common.locks import only_one


def run_alone(command: Sequence[str | os.PathLike], folder: Path, environment: Mapping[str, str]) -> int:
    """Run `command` in `folder`, the only one there, to its end; return its exit status.

    Where this process is asked to stop, SIGTERM goes to the command and all that it started, and their end is waited
    for. Should this process be killed, the command keeps the folder locked for as long as it lives.

    Raises BeholderError where another command runs in the folder.
    """
    busy = (
        f"{folder} is in use: an earlier run still computes there. Wait until it is done, or end it; "
        "what it finished is kept."
    )
    with only_one(folder, busy) as lock:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, pass_fds=[lock.fileno()], start_new_session=True
        )
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                started = psutil.Process(process.pid).children(recursive=True)
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
                while any(map(alive, started)):
                    time.sleep(0.05)


def alive(process: psutil.Process) -> bool:
    """Tell whether a process still runs; one that only waits to be collected by its parent does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
