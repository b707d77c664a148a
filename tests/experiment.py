"""A tiny experiment in a checkout of its own: rendered people, small pictures, one network, one epoch.

The whole workflow runs as a user runs it, in a new process. Tests that damage something work on a copy.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

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
MAPS = f"results/tiny/explain/{RUN}/maps.parquet"
AVERAGES = f"results/tiny/explain/{RUN}/averages.npz"
TABLE = "results/tiny/tables/accuracy.csv"
#: Folders whose files are the same to the bit in every run on the CPU of one machine. Times that a training took are
#: left out of the comparison; docs/cluster.md lists what else is not promised.
PROMISED = ("collect", "faces", "splits", "train", "explain", "tables")


@dataclass
class Experiment:
    """A checkout in `folder` with a config of its own."""

    folder: Path

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

    def start(
        self, *arguments: str, environment: dict[str, str] | None = None, output: int | IO = subprocess.PIPE
    ) -> subprocess.Popen:
        """Start Snakemake in a process group of its own; its output is text."""
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--configfile", "config.yaml", *arguments],
            cwd=self.folder,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
        """Run Snakemake on two cores to its end; return its exit status and output."""
        process = self.start("--cores", "2", *arguments, environment=environment)
        output = process.communicate()[0]
        return process.returncode, output

    def finish(self, *targets: str) -> str:
        """Run Snakemake; the run must succeed. Returns its output."""
        status, output = self.run(*targets)
        assert status == 0, output[-4000:]
        return output

    def hashes(self, *parts: str) -> dict[str, str]:
        """Return the SHA-256 of every result in these folders below `results/tiny`."""
        root = self.folder / "results/tiny"
        files = [file for part in parts or PROMISED for file in sorted((root / part).rglob("*")) if file.is_file()]
        return {
            file.relative_to(root).as_posix(): hashlib.sha256(_steady(file)).hexdigest()
            for file in files
            if not file.name.startswith(".")
        }

    def record(self, rule: str, job: str = "") -> dict:
        """Return the record of a job."""
        path = self.folder / "results/tiny/records" / rule / f"{job}.json"
        return json.loads((path if job else path.parent.with_suffix(".json")).read_text())


def _steady(file: Path) -> bytes:
    """Return a file's bytes without the times that a training took."""
    if file.name == "history.csv":
        return "\n".join(line.rpartition(",")[0] for line in file.read_text().splitlines()).encode()
    if file.name == "log.txt":
        return file.read_text().partition("Total Training Time")[0].encode()
    return file.read_bytes()
