"""Are the files of a run those that its records describe? Run as `python -m beholder.report.verify results/demo`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beholder.common.errors import BeholderError
from beholder.common.record import digest
from beholder.report.records import read_records


def mismatches(records: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Recompute the SHA-256 of every recorded output and yield a line for each that differs.

    Also compares what jobs read with what other jobs wrote: a result made from an older version is named too.
    """
    written = {path: digest for record in records.values() for path, digest in record.get("outputs", {}).items()}
    for path, expected in sorted(written.items()):
        found = digest(Path(path))
        if found is None:
            yield f"{path}: is missing"
        elif found != expected:
            yield f"{path}: was changed after it was made"
    for name, record in records.items():
        for path, used in record.get("inputs", {}).items():
            if written.get(path, used) != used:
                yield f"{next(iter(record['outputs']), name)}: was made from another version of {path}"


def main(folder: Path) -> None:
    """Print what does not match in `results/<name>`; raise BeholderError where there is anything, or no record."""
    records = read_records(folder / "records")
    if not records:
        raise BeholderError(f"{folder}/records holds no records. Name the folder of a run, such as results/demo.")
    lines = list(mismatches(records))
    print(*lines, sep="\n", end="\n" if lines else "")
    if lines:
        raise BeholderError(f"{len(lines)} of the results in {folder} are not what their records describe.")
    print(f"{folder}: the outputs of {len(records)} jobs are what their records describe.")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    except BeholderError as error:
        sys.exit(f"Error: {error}")
