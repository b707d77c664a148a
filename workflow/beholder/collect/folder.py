"""Photographs on disk: one folder per person, or a CSV that names them."""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from beholder.collect.listing import normalise_labels, read_listing, require_files_inside
from beholder.collect.manifest import LABELS, PROVENANCE
from beholder.common.errors import BeholderError

log = logging.getLogger("beholder")

ENDINGS = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}

_LAYOUT = "one folder per person with photographs in it, such as `Ada Lovelace/1.jpg`, or set `table` to a CSV"
_TABLE = (
    "a CSV with the columns `file` (below the source's folder) and `person`, "
    "and optionally gender, race, age, source, licence, url, page, author, attribution"
)


def list_photographs(root: Path, table: str | None, licence: str) -> pd.DataFrame:
    """Return `file` (path below `root`), `person` and what is known of each photograph; see `build_manifest`.

    `table` is a CSV below `root`; without it every sub-folder of `root` is one person. `licence` fills gaps.

    Raises BeholderError where the folder, the CSV, a column or all photographs are missing, or a label is unknown.
    """
    if not root.is_dir():
        raise BeholderError(f"the folder {root} does not exist. Expected {_LAYOUT}.")
    photographs = _from_table(root / table) if table else _from_folders(root)
    if "licence" not in photographs:
        photographs["licence"] = None
    photographs["licence"] = photographs["licence"].fillna(licence)
    return photographs


def listing(root: Path, table: str | None) -> list[tuple[str, int]]:
    """Return path below `root` and size of every photograph that `list_photographs` may list, in order; none without `root`.

    What it depends on: other files may come and go. With a `table` photographs may lie beside the folders as well.
    """
    folders = sorted(entry for entry in root.iterdir() if entry.is_dir()) if root.is_dir() else []
    files = [file for folder in folders for file in _walk(folder)]
    if table:
        files += [file for file in root.glob("*") if file.is_file() and _is_photograph(file.name)]
    return sorted((file.relative_to(root).as_posix(), file.stat().st_size) for file in files if file.exists())


def _from_folders(root: Path) -> pd.DataFrame:
    rows: list[tuple[str, str]] = []
    ignored: Counter[str] = Counter()
    for entry in sorted(root.iterdir()):
        if entry.is_dir():
            rows += [(file.relative_to(root).as_posix(), entry.name) for file in _walk(entry, ignored)]
        else:
            ignored["beside the persons' folders"] += 1
    for kind, count in ignored.items():
        log.info("ignored: %d files %s", count, kind)
    if not rows:
        raise BeholderError(f"{root} holds no photographs ({', '.join(sorted(ENDINGS))}). Expected {_LAYOUT}.")
    return pd.DataFrame(sorted(rows), columns=["file", "person"])


def _walk(folder: Path, ignored: Counter[str] | None = None) -> Iterator[Path]:
    """Yield the photographs in a folder, which may itself be a link, and below; count the other files by their ending."""
    for place, _, names in os.walk(folder):
        for name in names:
            if _is_photograph(name):
                yield Path(place) / name
            elif ignored is not None:
                ignored[Path(name).suffix.lower() or "without ending"] += 1


def _is_photograph(name: str) -> bool:
    return Path(name).suffix.lower() in ENDINGS and not name.startswith(".")


def _from_table(path: Path) -> pd.DataFrame:
    table = read_listing(path, ["file", "person"], _TABLE)
    require_files_inside(table, path)
    if table["person"].isna().any():
        line = table.index[table["person"].isna()][0]
        raise BeholderError(f"{path}, line {line}: `person` is empty. Splits keep persons apart, so each needs a name.")
    if "source" in table:
        attribution = table.get("attribution", pd.Series(None, table.index, dtype=object))
        table["attribution"] = attribution.where(attribution.notna(), table["source"])
    if "birthday" in table and "age" not in table:
        log.info("age stays empty: a birthday alone does not say how old a person is in a photograph")
    known = ["file", "person", *LABELS, *PROVENANCE]
    return normalise_labels(table[[column for column in known if column in table]], path)
