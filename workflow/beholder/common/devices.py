"""Which device a job computes on: one GPU to itself where there is one, else the CPU.

Snakemake limits how many GPU jobs run at once but never says which device is whose. Here every job holds a lock
file per GPU for as long as it runs, so jobs on one machine get distinct devices. Where `CUDA_VISIBLE_DEVICES` names
no more than the job needs, as a scheduler sets it, it is left as it is; of more, each job claims its own.
"""

import fcntl
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import torch

from beholder.common.errors import BeholderError

VISIBLE = "CUDA_VISIBLE_DEVICES"
_POLL_SECONDS = 1.0
log = logging.getLogger("beholder")


@contextmanager
def compute_device(threads: int = 1, team: int = 1) -> Iterator[torch.device]:
    """Give the device to compute on, claimed for the length of the block, with torch set up for it.

    On the CPU torch uses `threads` threads and deterministic algorithms: the same job gives the same bytes. On a GPU
    cuDNN chooses the fastest algorithms, whose sums may differ in the last bits from run to run. `team`: for how many
    processes the GPUs that are visible were claimed, if not for this one alone.
    """
    with claimed_gpus(team):
        torch.set_num_threads(threads)
        if torch.cuda.is_available():
            torch.backends.cudnn.benchmark = True
            log.info("computing on %s (%s)", torch.cuda.get_device_name(), os.environ.get(VISIBLE, "not claimed"))
            yield torch.device("cuda")
        else:
            _set_up_cpu()
            log.info("no GPU is visible: computing on the CPU with %d thread%s", threads, "s" * (threads > 1))
            try:
                yield torch.device("cpu")
            finally:
                torch.set_flush_denormal(False)  # MediaPipe cannot run in a process that flushes them


@contextmanager
def claimed_gpus(count: int = 1, gpus: list[str] | None = None, folder: Path | None = None) -> Iterator[list[str]]:
    """Claim `count` of the machine's GPUs, waiting until they are free, and make only them visible to CUDA.

    Must run before CUDA is initialised. Does nothing where `CUDA_VISIBLE_DEVICES` names no more than `count`, or there is
    no GPU. `gpus` are device identifiers as CUDA takes them (default: asked of `nvidia-smi`), `folder` holds the lock files
    (default: one for the whole machine). Yields the identifiers claimed.

    Raises BeholderError where the machine has GPUs, but fewer than `count`.
    """
    visible = os.environ.get(VISIBLE)
    listed = [gpu.strip() for gpu in (visible or "").split(",") if gpu.strip()]
    if visible is not None and len(listed) <= count:
        yield []
        return
    gpus = list_gpus() if gpus is None else gpus
    if listed and gpus:
        gpus = [gpus[int(gpu)] if gpu.isdecimal() and int(gpu) < len(gpus) else gpu for gpu in listed]
    if not gpus:
        yield []
        return
    if count > len(gpus):
        raise BeholderError(f"{count} GPUs are asked for, but this machine has {len(gpus)}. Lower `processes`.")
    with ExitStack() as locks:
        claimed = _claim(count, gpus, folder or Path(tempfile.gettempdir()) / "beholder-gpus", locks)
        os.environ[VISIBLE] = ",".join(claimed)
        try:
            yield claimed
        finally:
            if visible is None:
                del os.environ[VISIBLE]
            else:
                os.environ[VISIBLE] = visible


def list_gpus() -> list[str]:
    """Return the identifiers of this machine's NVIDIA GPUs, without initialising CUDA."""
    try:
        command = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]


def _claim(count: int, gpus: list[str], folder: Path, locks: ExitStack) -> list[str]:
    """Lock `count` of `gpus` all or none, so that two jobs wanting several cannot starve each other."""
    waiting = False
    while True:
        with ExitStack() as attempt:
            claimed: list[str] = []
            for gpu in gpus:
                if len(claimed) < count and (file := _lock(folder / f"{gpu}.lock")):
                    attempt.enter_context(file)
                    claimed.append(gpu)
            if len(claimed) == count:
                locks.enter_context(attempt.pop_all())
                return claimed
        if not waiting:
            log.info("other jobs hold the GPUs of this machine (%s): waiting for %d", folder, count)
            waiting = True
        time.sleep(_POLL_SECONDS)


def _lock(path: Path) -> IO | None:
    """Return the open, exclusively locked file, or None where another process holds it."""
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o777)  # other users of the machine claim here too
    # Reading is enough to lock, and all that a file made by another user allows.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _set_up_cpu() -> None:
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a costly debugging aid
    torch.set_flush_denormal(True)
