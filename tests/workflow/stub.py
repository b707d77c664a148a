"""A run of the whole workflow in which every program only creates its outputs.

The rules, their settings and Snakemake's bookkeeping are real, so that dry-runs tell what a change would run again.
"""

import contextlib
import io
import multiprocessing
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]

# Creates every path among the arguments that does not exist: the outputs.
PYTHON = """#!/bin/bash
for argument in "$@"; do
  case "$argument" in
    */photographs) mkdir -p "$argument" ;;
    work/*) ;;
    results/*|logs/*) [ -e "$argument" ] || { mkdir -p "$(dirname "$argument")"; echo "$RANDOM" > "$argument"; } ;;
  esac
done
"""


@dataclass
class StubRun:
    """A checkout of its own in `folder` whose workflow has been run with stub programs."""

    folder: Path
    config: dict

    @classmethod
    def make(cls, folder: Path, config: dict) -> "StubRun":
        """Copy the workflow to `folder` and run it to its end."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("Snakefile", "workflow", "profiles", "envs"):
            source = REPOSITORY / name
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignored) if source.is_dir() else shutil.copy(source, folder)
        (folder / "bin").mkdir()
        (folder / "bin/python").write_text(PYTHON)
        (folder / "bin/python").chmod(0o755)
        common = folder / "workflow/rules/common.smk"
        text = common.read_text()
        patched = text.replace("str(Path(sys.executable).parent)", repr(str(folder / "bin")))
        assert patched != text, "common.smk no longer puts Snakemake's Python first on the PATH"
        common.write_text(patched)
        run = cls(folder, config)
        run.run()
        return run

    def run(self, config: dict | None = None) -> None:
        """Run everything that is out of date."""
        output = self._snakemake(["--cores", "4"], config or self.config)
        assert "Nothing to be done" in output or "(100%) done" in output, output[-3000:]

    def reruns(self, config: dict | None = None) -> dict[str, int]:
        """Return what a run with `config` would do: the number of jobs by rule, targets left out."""
        output = self._snakemake(["--dry-run", "--quiet", "rules"], config or self.config)
        if "Nothing to be done" in output:
            return {}
        assert "Job stats:" in output, output[-3000:]
        table = output.split("Job stats:")[1]
        counts = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)}
        return {name: count for name, count in counts.items() if name not in ("total", "all")}

    def copy(self, folder: Path) -> "StubRun":
        """Return an equal run in another folder, to edit."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return StubRun(folder, self.config)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old` by `new` in a file of the copied workflow."""
        file = self.folder / path
        text = file.read_text()
        assert old in text, f"{path} no longer holds {old!r}"
        file.write_text(text.replace(old, new))

    def _snakemake(self, arguments: list[str], config: dict) -> str:
        """Run Snakemake in a forked process (its import takes longer than a dry-run) and return what it prints."""
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=self._child, args=(arguments, config, sender))
        process.start()
        output = receiver.recv()
        process.join()
        return output

    def _child(self, arguments: list[str], config: dict, sender) -> None:
        import os

        os.chdir(self.folder)
        file = self.folder / f"config-{os.getpid()}.yaml"
        file.write_text(yaml.safe_dump(config))
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), contextlib.suppress(SystemExit):
            from snakemake.cli import main

            main([*arguments, "--nolock", "--configfile", str(file)])
        file.unlink()
        sender.send(output.getvalue())


def preload() -> None:
    """Import what every forked Snakemake needs once."""
    import snakemake.cli  # noqa: F401

    sys.path.insert(0, str(REPOSITORY / "workflow"))
