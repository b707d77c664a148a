"""What a person should look at: one row per photograph and suspicion."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from beholder.common.duplicates import components, near_duplicates, pairs_of_equals
from beholder.common.phash import THUMBNAIL
from beholder.common.tables import iterate_table
from beholder.faces.curation.drawings import drawing_score
from beholder.faces.curation.likeness import unlikeness

#: The kinds, and how a person is told. The faces stage rejects the first two on its own.
KINDS = {
    "no_face": "no face found",
    "several_faces": "several faces",
    "drawing": "looks like a drawing or a figure",
    "unlike": "unlike the person's other photographs",
    "exact_duplicate": "the same file again",
    "near_duplicate": "nearly the same photograph",
    "mirrored_duplicate": "the same photograph mirrored",
    "other_person": "the same photograph under another name",
}
COLUMNS = ["image_id", "person", "suspicion", "detail", "score", "group"]
#: Every fourth point of the mesh tells a face's shape as well as all, in a quarter of the memory.
_POINTS = slice(None, None, 4)


def find_suspicions(
    selection: pd.DataFrame,
    faces: Iterable[Path],
    unlike: float,
    drawing: float,
    duplicate_distance: int,
    duplicate_correlation: float,
) -> pd.DataFrame:
    """Return COLUMNS for everything suspicious among the photographs of `selection`, in its order.

    `selection` has image_id, person, sha256, n_faces, phash and phash_mirrored; `faces` are the tables with the pixels.
    `unlike` and `drawing` are the scores from which a face is suspected; the other two as in `near_duplicates`. `group`
    numbers the photographs that are duplicates of each other.
    """
    scores = _scores(selection, faces)
    rows = [*_faceless(selection), *_looks(selection, scores, unlike, drawing)]
    rows += _duplicates(selection, scores, duplicate_distance, duplicate_correlation)
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"score": float, "group": "Int64"})
    order = pd.Series(np.arange(len(selection)), selection["image_id"])
    kinds = {kind: number for number, kind in enumerate(KINDS)}
    table["_order"] = list(zip(table["image_id"].map(order), table["suspicion"].map(kinds), strict=True))
    return table.sort_values("_order", ignore_index=True).drop(columns="_order")


def _scores(selection: pd.DataFrame, faces: Iterable[Path]) -> pd.DataFrame:
    """Return per photograph: drawing score and reason, landmarks [p, 3] and thumbnail bytes; NaN and None without."""
    parts = []
    for path in faces:
        for batch in iterate_table(path, ["image_id", "crop", "landmarks", "thumbnail"]):
            drawn = [drawing_score(_decode(crop)) if crop else (np.nan, None) for crop in batch["crop"]]
            batch["drawing"], batch["drawn_by"] = zip(*drawn, strict=True) if len(batch) else ((), ())
            batch["landmarks"] = [
                None if points is None else np.asarray(points, np.float32).reshape(-1, 3)[_POINTS]
                for points in batch["landmarks"]
            ]
            parts.append(batch.drop(columns="crop"))
    return pd.concat(parts).set_index("image_id").reindex(selection["image_id"])


def _faceless(selection: pd.DataFrame) -> Iterator[dict]:
    for row in selection[selection["n_faces"].notna() & (selection["n_faces"] != 1)].itertuples():
        kind, detail = ("no_face", None) if row.n_faces == 0 else ("several_faces", f"{int(row.n_faces)} faces")
        yield {
            "image_id": row.image_id,
            "person": row.person,
            "suspicion": kind,
            "detail": detail,
            "score": row.n_faces,
        }


def _looks(selection: pd.DataFrame, scores: pd.DataFrame, unlike: float, drawing: float) -> Iterator[dict]:
    measured = scores["landmarks"].notna().to_numpy()
    other = np.full(len(selection), np.nan)
    if measured.any():
        landmarks = np.stack(scores["landmarks"][measured].to_list())
        other[measured] = unlikeness(landmarks, selection["person"].to_numpy()[measured])
    columns = zip(selection["image_id"], selection["person"], scores["drawing"], scores["drawn_by"], other, strict=True)
    for image_id, person, drawn, by, apart in columns:
        about = {"image_id": image_id, "person": person}
        if drawn > drawing:
            yield about | {"suspicion": "drawing", "detail": by, "score": drawn}
        if apart > unlike:
            yield about | {
                "suspicion": "unlike",
                "detail": f"{apart:.0%} of the others are more like it",
                "score": apart,
            }


def _duplicates(selection: pd.DataFrame, scores: pd.DataFrame, distance: int, correlation: float) -> Iterator[dict]:
    """Every photograph but the first of a group is a duplicate; under another name, all of them are."""
    known = np.flatnonzero(
        selection["sha256"].notna() & selection["phash"].notna() & scores["thumbnail"].notna().to_numpy()
    )
    table = selection.iloc[known]
    same = pairs_of_equals(table["sha256"].to_numpy(str))
    near, mirrored = near_duplicates(
        _integers(table["phash"]),
        _integers(table["phash_mirrored"]),
        _thumbnails(scores["thumbnail"].iloc[known]),
        distance,
        correlation,
    )
    group = components(len(table), np.concatenate([same, near]))
    person, sha256, image_id = (table[name].to_numpy(object) for name in ("person", "sha256", "image_id"))
    only_turned = set(near[mirrored, 1]) - set(near[~mirrored, 1])
    for members in _groups(group):
        first = members[0]
        people = sorted(set(person[members]))
        for member in members:
            about = {"image_id": image_id[member], "person": person[member], "group": group[member]}
            if member != first:
                earlier = members[members < member]
                exact, flipped = sha256[member] in sha256[earlier], member in only_turned
                kind = "exact" if exact else "mirrored" if flipped else "near"
                yield about | {"suspicion": f"{kind}_duplicate", "detail": image_id[first]}
            if len(people) > 1:
                others = ", ".join(name for name in people if name != person[member])
                yield about | {"suspicion": "other_person", "detail": others}


def _groups(labels: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the members of each group of two or more, ascending."""
    order = np.argsort(labels, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        if len(members) > 1:
            yield members


def _integers(hashes: pd.Series) -> np.ndarray:
    return np.array([int(text, 16) for text in hashes], np.uint64)


def _thumbnails(column: pd.Series) -> np.ndarray:
    return np.frombuffer(b"".join(column), np.uint8).reshape(-1, THUMBNAIL, THUMBNAIL)


def _decode(jpeg: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
