"""The manifest: one row per photograph, the same columns for every kind of source."""

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from beholder.common.errors import BeholderError
from beholder.common.program import progress

log = logging.getLogger("beholder")

LABELS = ["age", "gender", "race"]
PROVENANCE = ["url", "page", "licence", "author", "attribution", "retrieved"]
COLUMNS = ["image_id", "path", "person", "source", "looks", *LABELS, "part", "sha256", "shard", *PROVENANCE]

_LISTED = 20  # names of missing files in the log; all of them are in the manifest


def build_manifest(
    photographs: pd.DataFrame, root: Path, source: str, looks: int, shards: int, people: str | None = None
) -> pd.DataFrame:
    """Return the manifest of a source; docs/architecture.md describes its columns.

    `photographs` has the columns `file` (path below `root`) and `person`, and any of the label, provenance and
    further columns, labels in FairFace's vocabulary. It may bring its own `name` (what follows the source in
    `image_id`) and `sha256`. Its order is kept. A file that is not there stays a row, with
    an empty `sha256`, so that the faces stage counts it as `missing` and the funnel adds up. `people` is within what a
    person's name means one person, and stands before it: the source, unless several sources know the same people.

    Raises BeholderError where not a single file is there.
    """
    paths = [root / file for file in photographs["file"]]
    table = photographs.drop(columns="file").reset_index(drop=True)
    names = table.pop("name") if "name" in table else _names(photographs["file"])
    table["image_id"] = [f"{source}/{name}" for name in names]
    table["path"] = [portable(path) for path in paths]
    table["person"] = [f"{people or source}/{person}" for person in photographs["person"]]
    table["source"] = source
    table["looks"] = np.int8(looks)
    if "sha256" not in table:
        table["sha256"] = _hashes(paths)
    table["shard"] = assign_shards(table["person"], shards)
    table = table.reindex(columns=[*COLUMNS, *(name for name in table.columns if name not in COLUMNS)])
    optional = [*LABELS, "part", "sha256", *PROVENANCE]
    table[optional] = table[optional].astype(object).where(table[optional].notna(), None)
    _report(table, root)
    return table


def portable(path: Path) -> str:
    """Return `path` relative to the working directory where it lies below it or was given relative, so that a moved checkout still works."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        return path.relative_to(Path.cwd()).as_posix()
    return path.as_posix()


def assign_shards(persons: pd.Series, shards: int) -> np.ndarray:
    """Return the shard (int32, 0 .. shards - 1) of each row: persons stay whole, their order does not matter.

    A person goes to the shard that a hash of the name says, or to the emptiest one once that has its fair share of
    the photographs. So no shard exceeds its share by more than one person. With fewer persons than shards some shards
    stay empty.
    """
    counts = persons.value_counts()
    hashes = {person: int.from_bytes(hashlib.sha256(person.encode()).digest()[:8], "big") for person in counts.index}
    fair, load, shard_of = -(-len(persons) // shards), np.zeros(shards, int), {}
    for person in sorted(hashes, key=hashes.__getitem__):
        shard = hashes[person] % shards
        if load[shard] + counts[person] > fair:
            shard = int(load.argmin())
        load[shard] += counts[person]
        shard_of[person] = shard
    return persons.map(shard_of).to_numpy(np.int32)


def _names(files: pd.Series) -> list[str]:
    """Return the paths without their endings; with them where two would become one (`1.jpg` beside `1.png`)."""
    stems = files.map(lambda file: Path(file).with_suffix("").as_posix())
    return stems.where(~stems.duplicated(keep=False), files).tolist()


def _hashes(paths: list[Path]) -> list[str | None]:
    """Return the SHA-256 of each file, None where it cannot be opened."""
    with ThreadPoolExecutor(8) as pool:
        return list(progress(pool.map(_hash, paths), "Hashing photographs", len(paths)))


def _hash(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _report(table: pd.DataFrame, root: Path) -> None:
    missing = table.loc[table["sha256"].isna(), "path"]
    if len(missing) == len(table):
        raise BeholderError(
            f"none of the {len(table)} photographs listed for `{table['source'].iloc[0]}` is below {root} "
            f"(the first would be {missing.iloc[0]}). Correct the source's `path`, or put the photographs there."
        )
    log.info("%d photographs of %d persons, %d of them missing", len(table), table["person"].nunique(), len(missing))
    for path in missing[:_LISTED]:
        log.info("missing: %s", path)
    if len(missing) > _LISTED:
        log.info("... and %d more: the rows of the manifest with an empty sha256", len(missing) - _LISTED)
