"""The records of all jobs as one table, and what they say of the cost of jobs to come."""

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from beholder.common.errors import BeholderError

#: Of an attempt, in the order of the table.
_MEASURED = ["started", "seconds", "exit", "host", "device", "peak_memory_mb", "peak_gpu_memory_mb"]
COLUMNS = ["rule", "job", "attempt", *_MEASURED]


def read_records(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the content of every record below a run's `records` folder by its path there without ending.

    Raises BeholderError where one is damaged.
    """
    records = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            records[path.relative_to(folder).with_suffix("").as_posix()] = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise BeholderError(
                f"{path} is no record ({error}). Delete it, and the outputs of its job: the next run makes them again."
            ) from None
    return records


def attempts_table(records: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return one row per attempt of every job, in order of their start.

    Columns `COLUMNS`: `job` tells the jobs of a rule apart; `attempt` counts from 1; `exit` is empty where the attempt
    was killed, or still runs, and `seconds` then are those until its work began.
    """
    rows = [
        {"rule": record["rule"], "job": name.partition("/")[2], "attempt": number}
        | {key: attempt[key] for key in _MEASURED}
        for name, record in records.items()
        for number, attempt in enumerate(record["attempts"], 1)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"exit": "Int64"})
    return table.sort_values(["started", "rule", "job", "attempt"], ignore_index=True)


@dataclass(frozen=True)
class Cost:
    """What a job is expected to take: wall time, memory, and whether on a GPU."""

    seconds: float
    memory_mb: float
    on_gpu: bool


def expected_cost(rule: str, job: str, runs: Iterable[dict[str, dict[str, Any]]]) -> Cost | None:
    """Return the cost of a job by the records of one or more runs: its own last success, else its rule's median.

    None where no job of the rule has ever succeeded.
    """
    own, others = [], []
    for records in runs:
        for name, record in records.items():
            if record["rule"] == rule:
                done = [attempt for attempt in record["attempts"] if attempt["exit"] == 0]
                others += done
                own += done if name.partition("/")[2] == job else []
    chosen = own[-1:] or others
    if not chosen:
        return None
    return Cost(
        statistics.median(attempt["seconds"] for attempt in chosen),
        max(attempt["peak_memory_mb"] for attempt in chosen),
        any(attempt["peak_gpu_memory_mb"] for attempt in chosen),
    )
