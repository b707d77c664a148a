"""Both groups of real photographs: found alike, framed alike, not taken for duplicates."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from beholder.config.faces import Select
from beholder.faces.cluster import clusters


@pytest.fixture(scope="module")
def measured(shared_data, reader) -> dict[str, pd.DataFrame]:
    """Some rows of each group."""

    def rows(folder: str, step: int) -> pd.DataFrame:
        paths = sorted((shared_data / folder).glob("*.jpg"))[::step]
        return pd.DataFrame([{"path": str(path), **reader.read(Path(path))} for path in paths])

    return {"portraits": rows("portraits/images", 8), "fairface": rows("fairface/val", 10)}


def frontal(rows: pd.DataFrame) -> pd.DataFrame:
    usable = rows["reason"].isna() & (rows["yaw"].abs() < 20) & (rows["pitch"].abs() < 25)
    return rows[usable & (rows["missing_area"] <= 0.1)]


def test_faces_are_found(measured):
    found = {group: rows["reason"].isna().mean() for group, rows in measured.items()}
    assert found["portraits"] == 1
    assert found["fairface"] > 0.85  # the rest are profiles
    assert (measured["fairface"]["reason"] != "no_face").mean() > 0.95


def test_frontal_faces_of_both_groups_are_framed_alike(measured):
    """Eyes at the same height and distance, in crop pixels."""
    irises = {}
    for group, rows in measured.items():
        points = np.stack([np.reshape(each, (478, 3)) for each in frontal(rows)["landmarks"]])
        irises[group] = points[:, [468, 473], :2]
    height = {group: np.median(points[..., 1]) for group, points in irises.items()}
    distance = {group: np.median(points[:, 1, 0] - points[:, 0, 0]) for group, points in irises.items()}
    assert abs(height["portraits"] - height["fairface"]) < 8
    assert abs(distance["portraits"] - distance["fairface"]) < 10


def test_most_masks_are_plausible(measured):
    for rows in measured.values():
        assert frontal(rows)["mask_plausible"].mean() > 0.85


def test_different_people_are_not_merged(measured):
    rows = pd.concat(measured.values(), ignore_index=True)
    rows = rows.assign(person=rows["path"], sha256=rows["path"], image_id=rows["path"], looks=0)
    assert len(set(clusters(rows, rows["thumbnail"], Select()))) == len(rows)
