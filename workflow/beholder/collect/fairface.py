"""FairFace (Karkkainen and Joo, WACV 2021) in its official layout. Nobody is in it twice: each image is a person."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from beholder.collect.listing import normalise_labels, read_listing, require_files_inside

log = logging.getLogger("beholder")


def list_photographs(root: Path, parts: list[str], limit: int | None, seed: int) -> pd.DataFrame:
    """Return `file`, `person`, `age`, `gender`, `race`, `part` and the licence; see `build_manifest`.

    `root` holds `fairface_label_train.csv` and `fairface_label_val.csv` beside `train/` and `val/`. `limit` keeps
    that many rows, drawn with `seed` over all `parts`, in the official order.

    Raises BeholderError where a CSV or a column is missing or a label is unknown.
    """
    photographs = pd.concat([_part(root, part) for part in parts], ignore_index=True)
    if limit is not None and limit < len(photographs):
        drawn = np.random.default_rng([seed]).choice(len(photographs), limit, replace=False)
        log.info("%d of %d rows drawn", limit, len(photographs))
        photographs = photographs.iloc[np.sort(drawn)].reset_index(drop=True)
    return photographs


def _part(root: Path, part: str) -> pd.DataFrame:
    path = root / f"fairface_label_{part}.csv"
    purpose = (
        "FairFace's label file with the columns `file`, `age`, `gender`, `race`, beside the folders `train/` and `val/` "
        "of its archive (the variant with 0.25 padding)"
    )
    table = read_listing(path, ["file", "age", "gender", "race"], purpose)
    require_files_inside(table, path)
    table = normalise_labels(table[["file", "age", "gender", "race"]], path)
    table["person"] = table["file"].str.replace(r"\.\w+$", "", regex=True)
    table["part"] = part
    table["page"] = "https://github.com/joojs/fairface"
    table["licence"] = "CC BY 4.0"
    table["author"] = "Kimmo Karkkainen, Jungseock Joo"
    table["attribution"] = "FairFace, Karkkainen & Joo, CC BY 4.0"
    return table
