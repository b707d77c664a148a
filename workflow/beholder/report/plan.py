"""What a run would do and what that is expected to cost, before it is started.

    python -m beholder.report.plan --configfile config/demo.yaml

takes the arguments of Snakemake, asks it for a dry-run, and holds every job against the records of earlier runs.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beholder.common.record import record_path
from beholder.report.records import Cost, expected_cost, read_records

_JOB = re.compile(
    r"^Reason: (?P<reason>.*)\n(?:.*\n)*?Shell command: (?P<command>python -m scripts\.(?P<rule>\w+) .*)$", re.M
)
_SETTINGS = re.compile(r"--settings '(.*?)' --")
_LOG = re.compile(r"--log '?(.*?)'?$")
_LONGEST = 110


@dataclass(frozen=True)
class Job:
    """A job that a run would do: its rule, its name among the rule's jobs, why, and its expected cost."""

    rule: str
    name: str
    why: str
    cost: Cost | None


def read_jobs(dry_run: str, results: Path) -> list[Job]:
    """Return the jobs in the output of `snakemake --dry-run --printshellcmds`; `results` holds all runs' folders."""
    runs = {folder.name: read_records(folder / "records") for folder in sorted(results.glob("*")) if folder.is_dir()}
    jobs = []
    for match in _JOB.finditer(dry_run):
        path = record_path(Path(_LOG.findall(match["command"])[0]))
        run, _, *parts = path.with_suffix("").parts[1:]
        record = runs.get(run, {}).get("/".join(parts), {})
        settings = json.loads(_SETTINGS.findall(match["command"])[0].replace("'\"'\"'", "'"))
        why = ", ".join(changes(record.get("settings"), settings)) or match["reason"].partition(":")[0].lower()
        others = [runs.get(run, {}), *(records for name, records in runs.items() if name != run)]
        jobs.append(
            Job(match["rule"], "/".join(parts[1:]), why, first_cost(match["rule"], "/".join(parts[1:]), others))
        )
    return jobs


def first_cost(rule: str, job: str, runs: Iterable[dict[str, dict[str, Any]]]) -> Cost | None:
    """Return the expected cost by the first run that has any record of the rule."""
    return next((cost for records in runs if (cost := expected_cost(rule, job, [records]))), None)


def changes(old: Any, new: Any, key: str = "") -> Iterator[str]:
    """Yield, of two jobs' settings, every key that differs with both values; nothing where there is no old one."""
    if old is None and not key:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            path = f"{key}.{name}" if key and key != "cfg" else name
            yield from changes(old.get(name), new.get(name), path)
    elif old != new:
        short = [text if len(text := json.dumps(value)) <= 24 else "..." for value in (old, new)]
        yield "code edited" if key == "code" else f"{key}: {short[0]} -> {short[1]}"


def describe(jobs: list[Job]) -> str:
    """Return a table of rules with the number of jobs, the expected time and memory, and the reasons."""
    if not jobs:
        return "Nothing to do."
    lines = [f"{'rule':<22}{'jobs':>5}{'time':>12}{'memory':>11}  why"]
    for rule, count in Counter(job.rule for job in jobs).items():
        own = [job for job in jobs if job.rule == rule]
        known = [job.cost for job in own if job.cost]
        memory = f"{max(cost.memory_mb for cost in known) / 1000:.1f} GB" if known else "-"
        reasons = Counter(job.why for job in own).most_common(2)
        why = "; ".join(reason for reason, _ in reasons)
        lines.append(f"{rule:<22}{count:>5}{_duration(known, count):>12}{memory:>11}  {why[:_LONGEST]}")
    costs = [job.cost for job in jobs if job.cost]
    gpu = sum(cost.seconds for cost in costs if cost.on_gpu)
    lines += [
        "",
        f"{len(jobs)} jobs, one after another {duration(sum(cost.seconds for cost in costs))}, of which {duration(gpu)} on GPUs.",
    ]
    if unknown := sorted({job.rule for job in jobs if not job.cost}):
        lines.append(f"Not counted, because no earlier run tells what they cost: {', '.join(unknown)}.")
    return "\n".join(lines)


def _duration(known: list[Cost], count: int) -> str:
    return duration(sum(cost.seconds for cost in known) * count / len(known)) if known else "-"


def duration(seconds: float) -> str:
    """Return a time span in its two largest units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def main(arguments: list[str]) -> None:
    """Print the plan of `snakemake <arguments>`."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--printshellcmds", "--cores", "1", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit((done.stdout + done.stderr).strip())  # a dry-run tells its errors on either
    print(describe(read_jobs(done.stdout + done.stderr, Path("results"))))


if __name__ == "__main__":
    main(sys.argv[1:])
