"""The table that all sources share."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder.collect.manifest import COLUMNS, assign_shards, build_manifest
from beholder.common.errors import BeholderError
from beholder.common.tables import read_table, write_table


def photographs(root, files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(file.encode())
    return pd.DataFrame({"file": files, "person": [file.split("/")[0] for file in files]})


def test_the_manifest_has_the_documented_columns_and_survives_the_disk(tmp_path):
    table = build_manifest(photographs(tmp_path, ["ada/1.jpg", "bob/1.jpg"]), tmp_path, "people", 1, 2)
    assert list(table.columns) == COLUMNS
    assert table["image_id"].tolist() == ["people/ada/1", "people/bob/1"]
    assert table["person"].tolist() == ["people/ada", "people/bob"]
    assert table["sha256"][0] == hashlib.sha256(b"ada/1.jpg").hexdigest()
    write_table(tmp_path / "manifest.parquet", table)
    pd.testing.assert_frame_equal(read_table(tmp_path / "manifest.parquet"), table)


def test_two_formats_of_one_name_keep_different_ids(tmp_path):
    table = build_manifest(photographs(tmp_path, ["ada/1.jpg", "ada/1.png", "ada/2.jpg"]), tmp_path, "people", 1, 1)
    assert table["image_id"].tolist() == ["people/ada/1.jpg", "people/ada/1.png", "people/ada/2"]


def test_paths_below_the_working_directory_are_relative_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    listed = photographs(tmp_path / "photographs", ["ada/1.jpg"])
    assert build_manifest(listed, tmp_path / "photographs", "s", 1, 1)["path"][0] == "photographs/ada/1.jpg"


def test_paths_given_relative_stay_relative(tmp_path, monkeypatch):
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")
    listed = photographs(tmp_path / "shared", ["ada/1.jpg"])
    assert build_manifest(listed, (tmp_path / "checkout" / "../shared").relative_to(tmp_path / "checkout"), "s", 1, 1)[
        "path"
    ].tolist() == ["../shared/ada/1.jpg"]


def test_a_missing_file_stays_a_row_and_is_named_in_the_log(tmp_path, caplog):
    listed = photographs(tmp_path, ["ada/1.jpg", "bob/1.jpg"])
    (tmp_path / "bob/1.jpg").unlink()
    with caplog.at_level("INFO", "beholder"):
        table = build_manifest(listed, tmp_path, "people", 1, 1)
    assert table["sha256"].isna().tolist() == [False, True]
    assert "bob/1.jpg" in caplog.text


def test_when_no_file_is_there_the_error_says_where_they_were_expected(tmp_path):
    with pytest.raises(BeholderError, match=r"none of the 1 photographs listed for `people`.*ada/1.jpg"):
        build_manifest(pd.DataFrame({"file": ["ada/1.jpg"], "person": ["ada"]}), tmp_path, "people", 1, 1)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(1, 8), st.randoms())
def test_shards_keep_persons_whole_are_balanced_and_blind_to_order(numbers, shards, random):
    persons = pd.Series([f"person {number}" for number in numbers])
    shard = assign_shards(persons, shards)
    assert shard.min() >= 0
    assert shard.max() < shards
    assert (pd.Series(shard).groupby(persons).nunique() == 1).all()
    largest = persons.value_counts().max()
    assert np.bincount(shard, minlength=shards).max() <= -(-len(persons) // shards) + largest - 1
    order = random.sample(range(len(persons)), len(persons))
    assert (assign_shards(persons.iloc[order], shards) == shard[order]).all()


def test_most_persons_keep_their_shard_when_one_joins():
    persons = pd.Series([f"person {number}" for number in range(1000)])
    before = assign_shards(persons, 4)
    after = assign_shards(pd.concat([persons, pd.Series(["newcomer"])]), 4)
    assert (before == after[:1000]).mean() > 0.9
