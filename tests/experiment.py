"""A tiny experiment in a checkout of its own: rendered people, small pictures, one network, two epochs.

The whole workflow runs as a user runs it, in a new process. Tests that damage something work on a copy.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
CONFIG = {
    "name": "tiny",
    "collect": {
        "sources": {
            "good": {"kind": "synthetic", "looks": 1, "people": 8, "photographs_per_person": 2, "shards": 1, "seed": 1},
            "normal": {"kind": "synthetic", "looks": 0, "people": 8, "photographs_per_person": 2, "shards": 1},
        }
    },
    "faces": {"crop": {"margin": 0.25}},
    "splits": {
        "backgrounds": ["original"],
        "split": {"fractions": {"train": 0.5, "val": 0.25, "test": 0.25}},
        "pack": {"input_size": 64},
    },
    "train": {
        "models": {"net": {"architecture": "mobilenetv3_small_050"}},
        "recipes": {"short": {"epochs": 2, "batch_size": 4}},
        "runs": [{"recipe": "short"}],
        "seeds": [0],
    },
}
RUN = "original/net/short/seed0"
MANIFEST = "results/tiny/collect/good/manifest.parquet"
FACES = "results/tiny/faces/good/0.parquet"
PACKED = "results/tiny/splits/packed/original/train.npy"
WEIGHTS = f"results/tiny/train/{RUN}/best.pt"
MAPS = f"results/tiny/explain/{RUN}/maps.parquet"
AVERAGES = f"results/tiny/explain/{RUN}/averages.npz"
LEAKS = "results/tiny/audit/touched.parquet"
HEATMAP = "results/tiny/figures/heatmaps/short/original/good_stock.png"
TABLE = "results/tiny/tables/accuracy.csv"
CREDITS = "results/tiny/report/credits.md"
#: Folders whose files are the same to the bit in every run on the CPU of one machine. Times that a training took are
#: left out of the comparison; docs/cluster.md lists what else is not promised.
PROMISED = ("collect", "faces", "splits", "train", "explain", "audit", "tables", "figures", "report")

#: Python imports a module of the name `sitecustomize` at its start. This one stops the first process of the experiment
#: that is about to put one certain file in place, as if the machine froze there.
HOLD = """
import itertools, os, signal, sys

count = itertools.count(1)

def hold(event, arguments):
    if event == "os.rename" and os.path.abspath(arguments[1]) == {file!r} and next(count) == {time}:
        try:
            with open({held!r}, "x") as note:
                note.write(str(os.getpid()))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGSTOP)

sys.addaudithook(hold)
"""


class Running:
    """A Snakemake that runs in a process group of its own."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]):
        self._output = folder / f"output.{time.monotonic_ns()}.txt"
        with self._output.open("w") as file:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )

    def wait(self, seconds: float = 900) -> tuple[int, str]:
        """Wait for the end; return exit status and output."""
        status = self.process.wait(seconds)
        return status, self._output.read_text()

    def kill(self) -> None:
        """Kill Snakemake and the jobs that it runs itself, if they still do."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def until(self, condition: Callable[[], bool], seconds: float = 600) -> None:
        """Wait until the condition holds, as long as Snakemake runs."""
        wait_until(lambda: condition() or self.process.poll() is not None, seconds)
        assert condition(), self.wait()[1][-4000:]


def wait_until(condition: Callable[[], bool], seconds: float = 600) -> None:
    """Wait until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@dataclass
class Experiment:
    """A checkout in `folder` with a config of its own, and the options and environment that Snakemake is run with."""

    folder: Path
    options: tuple[str, ...] = ("--cores", "2")
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, source: Path = REPOSITORY) -> "Experiment":
        """Copy the workflow of one folder, without results, to a new one."""
        for name in ("Snakefile", "workflow", "profiles", "envs"):
            path, ignored = source / name, shutil.ignore_patterns("__pycache__")
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copytree(path, folder / name, ignore=ignored) if path.is_dir() else shutil.copy(path, folder)
        experiment = cls(folder)
        experiment.configure({})
        return experiment

    def copy(self, folder: Path) -> "Experiment":
        """Return an equal experiment in another folder, to damage."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Experiment(folder)

    def configure(self, changes: dict) -> None:
        """Write the config with whole sections replaced, named by dotted keys."""
        config = json.loads(json.dumps(CONFIG))
        for key, value in changes.items():
            *parents, last = key.split(".")
            section = config
            for parent in parents:
                section = section.setdefault(parent, {})
            section[last] = value
        (self.folder / "config.yaml").write_text(yaml.safe_dump(config))

    def start(self, *arguments: str) -> Running:
        """Start Snakemake."""
        command = [sys.executable, "-m", "snakemake", "--configfile", "config.yaml", *self.options, *arguments]
        return Running(command, self.folder, {**os.environ, **self.environment})

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run Snakemake to its end; return its exit status and output."""
        return self.start(*arguments).wait()

    def finish(self, *targets: str) -> str:
        """Run Snakemake; the run must succeed. Returns its output."""
        status, output = self.run(*targets)
        assert status == 0, output[-4000:]
        return output

    @contextlib.contextmanager
    def held(self, *arguments: str, at: str, time: int = 1) -> Iterator[tuple[Running, psutil.Process]]:
        """Run Snakemake until a job is about to put the file `at` in place, for the `time`-th time; give both, the job stopped.

        `wake` lets it go on; later attempts at it are not stopped.
        """
        hook, note = self.folder / "workflow/sitecustomize.py", self.folder / "held"
        note.unlink(missing_ok=True)
        hook.write_text(HOLD.format(file=str(self.folder / at), held=str(note), time=time))
        running = self.start(*arguments)
        job = None
        try:
            running.until(lambda: note.exists() and note.read_text() != "")
            job = psutil.Process(int(note.read_text()))
            wait_until(lambda: job.status() == psutil.STATUS_STOPPED)
            yield running, job
        finally:
            hook.unlink()
            running.kill()
            if job is not None:
                with contextlib.suppress(psutil.Error):
                    job.kill()

    def lose(self, *folders: str) -> None:
        """Delete folders of results."""
        for folder in folders:
            shutil.rmtree(self.folder / "results/tiny" / folder)

    def hashes(self, *parts: str) -> dict[str, str]:
        """Return the SHA-256 of every result in these folders below `results/tiny`."""
        root = self.folder / "results/tiny"
        files = [file for part in parts or PROMISED for file in sorted((root / part).rglob("*")) if file.is_file()]
        return {
            file.relative_to(root).as_posix(): hashlib.sha256(_steady(file)).hexdigest()
            for file in files
            if not file.name.startswith(".snakemake")
        }

    def record(self, result: str) -> dict:
        """Return the record of the job that made a result."""
        return json.loads(self._record_of(result).read_text())

    def attempts(self, result: str) -> list[str]:
        """Return the logs of all attempts at the job that made a result, the oldest first."""
        job = self._record_of(result).relative_to(self.folder / "results/tiny/records")
        logs = (self.folder / "work/tiny" / job.parent / "attempts").glob(f"{job.stem}.*.log")
        return [log.read_text() for log in sorted(logs, key=lambda log: int(log.suffixes[-2][1:]))]

    def _record_of(self, result: str) -> Path:
        records = (self.folder / "results/tiny/records").rglob("*.json")
        return next(file for file in records if result in json.loads(file.read_text()).get("outputs", {}))


def wake(job: psutil.Process, how: int = signal.SIGCONT) -> None:
    """Let a stopped job go on, or make it notice another signal."""
    job.send_signal(how)
    with contextlib.suppress(psutil.NoSuchProcess):
        job.resume()


def assert_made(experiment: Experiment, reference: Experiment, *results: str) -> None:
    """Check that results are there, and that all files of their stages are those of an undisturbed run."""
    for result in results:
        assert (experiment.folder / result).exists()
        stage = result.split("/")[2]
        found, expected = experiment.hashes(stage), reference.hashes(stage)
        others = {file for file in found if found[file] != expected.get(file)}
        assert not others, f"not as undisturbed: {others}"


def assert_same(experiment: Experiment, reference: Experiment) -> None:
    """Check that all results are those of an undisturbed run."""
    found, expected = experiment.hashes(), reference.hashes()
    others = {file for file in found.keys() | expected.keys() if found.get(file) != expected.get(file)}
    assert not others, f"not as undisturbed: {others}"


def _steady(file: Path) -> bytes:
    """Return a file's bytes without the times that a training took."""
    if file.name == "history.csv":
        return "\n".join(line.rpartition(",")[0] for line in file.read_text().splitlines()).encode()
    if file.name == "log.txt":
        return file.read_text().partition("Total Training Time")[0].encode()
    return file.read_bytes()
