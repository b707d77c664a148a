"""What one job leaves behind beside its outputs: its log, one file per attempt, and a record of how it ran.

The record says what was made from what, by which code and with which settings (provenance), and what each attempt
cost. It lies in `results/<name>/records/` under the same path as the log in `logs/<name>/`.
"""

import hashlib
import json
import os
import platform
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from beholder.common.tables import write_text

ROOT = Path(__file__).resolve().parents[3]
_PACKAGES = [
    "torch",
    "torchvision",
    "timm",
    "mediapipe",
    "opencv-python-headless",
    "numpy",
    "pandas",
    "grad-cam",
    "snakemake",
]


def record_path(log: Path) -> Path:
    """Return where the record of the job with this log lies: beside a log that is not below `logs/<name>/`."""
    name, *rest = _below_logs(log)
    return Path("results", name, "records", *rest).with_suffix(".json") if rest else log.with_suffix(".json")


def _below_logs(log: Path) -> tuple[str, ...]:
    return log.parts[log.parts.index("logs") + 1 :] if "logs" in log.parts else log.parts[-1:]


def open_attempt_log(log: Path) -> Path:
    """Create the log of a new attempt and link the declared log to it; return the attempt's file.

    Snakemake deletes a declared log when it tries a job again. The attempt's own name keeps the text.
    """
    folder = Path("work", *_below_logs(log)[:-1], "attempts")
    folder.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    number = 1 + len(list(folder.glob(f"{log.stem}.*.log")))
    attempt = folder / f"{log.stem}.{number}.log"
    attempt.touch()
    log.unlink(missing_ok=True)
    try:
        os.link(attempt, log)
    except OSError:  # another file system, or one without hard links
        log.symlink_to(attempt.resolve())
    return attempt


class Record:
    """Measures one attempt of a job from the start of its process to `write`."""

    def __init__(self, rule: str, settings: dict[str, Any], inputs: Iterable[Path], outputs: Iterable[Path]):
        self.rule, self.settings = rule, settings
        self.inputs, self.outputs = list(inputs), list(outputs)
        self.started = psutil.Process().create_time()

    def open(self, path: Path) -> None:
        """Note that the attempt has begun. A killed one leaves this, with a null `exit`."""
        before = _read(path)
        write_text(path, _dump({**before, "rule": self.rule, "attempts": [*before["attempts"], self._attempt(None)]}))

    def write(self, path: Path, exit_status: int) -> None:
        """Complete this attempt's entry at `path`; on success describe what was made from what."""
        attempt = self._attempt(exit_status)
        same = {"started": attempt["started"], "pid": attempt["pid"], "host": attempt["host"], "exit": None}
        others = [one for one in _read(path)["attempts"] if not same.items() <= one.items()]
        content: dict[str, Any] = {"rule": self.rule, "attempts": [*others, attempt]}
        if exit_status == 0:
            content |= {
                "settings": self.settings,
                "inputs": {str(file): digest(file) for file in self.inputs},
                "outputs": {str(file): digest(file) for file in self.outputs},
                "source": _source(),
                "packages": {name: _version(name) for name in _PACKAGES},
            }
        write_text(path, _dump(content))

    def _attempt(self, exit_status: int | None) -> dict[str, Any]:
        torch: Any = sys.modules.get("torch")
        on_gpu = torch is not None and torch.cuda.is_initialized()
        return {
            "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(self.started)),
            "seconds": round(time.time() - self.started, 3),
            "exit": exit_status,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "device": torch.cuda.get_device_name() if on_gpu else processor(),
            "peak_memory_mb": round(peak_memory() / 2**20, 1),
            "peak_gpu_memory_mb": round(torch.cuda.max_memory_allocated() / 2**20, 1) if on_gpu else 0.0,
        }


def peak_memory() -> int:
    """Return the most memory, in bytes, that this process has held, or any one of its finished children."""
    try:
        # unlike getrusage, which counts the process that started this one too
        status = Path("/proc/self/status").read_text(encoding="ascii")
        own = int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        own = psutil.Process().memory_info().rss
    scale = 1 if sys.platform == "darwin" else 1024
    return max(own, scale * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, and that it lacks AVX where it does: then torch is slow and jax does not start."""
    try:
        lines = dict(line.split(":", 1) for line in cpuinfo.read_text(encoding="utf-8").splitlines() if ":" in line)
    except OSError:
        return platform.machine()
    fields = {name.strip(): value.strip() for name, value in lines.items()}
    name = fields.get("model name", platform.machine())
    return name if "avx" in fields.get("flags", "avx").split() else f"{name} without AVX"


def _read(path: Path) -> dict[str, Any]:
    """Return the record at `path`; an empty one where there is none or it is damaged."""
    try:
        return {"attempts": [], **json.loads(path.read_text(encoding="utf-8"))}
    except (FileNotFoundError, json.JSONDecodeError):
        return {"attempts": []}


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def digest(path: Path) -> str | None:
    """Return the SHA-256 of a file, or of the names and digests of all files in a folder; None where nothing is.

    Hidden files do not count: Snakemake puts a timestamp into folders that a rule makes.
    """
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
        listing = [f"{file.relative_to(path).as_posix()} {digest(file)}" for file in files]
        return hashlib.sha256("\n".join(listing).encode()).hexdigest()
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def altered(files: Iterable[Path], record: Path) -> list[Path]:
    """Return those of `files` that are not as the job that made them left them, by the records beside `record`."""
    parts = record.parts
    folder = Path(*parts[: parts.index("records") + 1])
    written = {name: made for path in folder.rglob("*.json") for name, made in _read(path).get("outputs", {}).items()}
    return [file for file in files if str(file) in written and digest(file) != written[str(file)]]


@cache
def _source() -> dict[str, Any]:
    """Return the commit, whether the checkout differs from it, and the digest of the locked environment."""

    def git(*arguments: str) -> str | None:
        try:
            return subprocess.run(
                ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
            ).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return None

    changes = git("status", "--porcelain")
    return {
        "commit": git("rev-parse", "HEAD"),
        "edited": None if changes is None else bool(changes),
        "lock": digest(ROOT / "envs/requirements.lock"),
        "python": platform.python_version(),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
