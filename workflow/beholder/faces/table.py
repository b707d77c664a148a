"""The faces table: its columns and how it is written."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from beholder.common.errors import BeholderError
from beholder.common.tables import atomic

#: One row per photograph; docs/architecture.md says what the columns mean.
SCHEMA = pa.schema(
    {
        "image_id": pa.string(),
        "reason": pa.string(),
        "n_faces": pa.int16(),
        "score": pa.float32(),
        **dict.fromkeys(("box_x", "box_y", "box_w", "box_h"), pa.float32()),
        **dict.fromkeys(("width", "height"), pa.int32()),
        **dict.fromkeys(("yaw", "pitch", "roll"), pa.float32()),
        **dict.fromkeys(("interocular", "sharpness", "missing_area", "coverage"), pa.float32()),
        "mask_plausible": pa.bool_(),
        "crop": pa.binary(),
        "mask": pa.binary(),
        "landmarks": pa.list_(pa.float32()),
        **dict.fromkeys(("phash", "phash_mirrored"), pa.string()),
        "thumbnail": pa.binary(),
    }
)
#: All columns but those too big to read for all photographs at once; the thumbnail is 1 KB.
LIGHT = [name for name in SCHEMA.names if name not in ("crop", "mask", "landmarks")]
_ROWS_AT_ONCE = 256


def write_faces(path: str | Path, rows: Iterable[dict]) -> None:
    """Write rows to a Parquet file atomically, holding a few hundred of them in memory at a time.

    What a row lacks is null.
    """
    with atomic(path) as temporary, pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        for batch in _batches(iter(rows)):
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=SCHEMA))


def _batches(rows: Iterator[dict]) -> Iterator[list[dict]]:
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield batch


def join(manifest: pd.DataFrame, faces: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `manifest` with the columns of `faces`, matched by image_id.

    Raises BeholderError where a photograph has no row in `faces`, or more than one.
    """
    joined = manifest.merge(faces, on="image_id", how="left", indicator=True)
    lost = joined.loc[(joined.pop("_merge") == "left_only") | joined["image_id"].duplicated(), "image_id"]
    if len(lost):
        raise BeholderError(
            f"{len(lost)} photographs, such as {lost.iloc[0]}, do not have exactly one row in the faces tables, so these were "
            "not made from these manifests. Delete the folder faces of the results: the next run makes it again."
        )
    return joined
