"""Files appear whole or not at all."""

import errno

import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from beholder.common.labels import AGES, age_bin, normalise_age
from beholder.common.tables import (
    atomic,
    iterate_table,
    read_table,
    read_tables,
    remove_leftovers,
    write_table,
)


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_leftovers_of_killed_attempts_are_removed_and_nothing_else(tmp_path):
    for name in (".12.best.pt", ".13.best.pt", "best.pt", ".14.last.pt", ".old.best.pt"):
        (tmp_path / name).write_text("")
    remove_leftovers(tmp_path / "best.pt")
    assert {path.name for path in tmp_path.iterdir()} == {"best.pt", ".14.last.pt", ".old.best.pt"}


def test_a_full_disk_is_a_clear_error_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "packed.npy"
    path.write_text("old")
    with pytest.raises(BeholderError, match=r"packed\.npy .* disk is full"), atomic(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.read_text() == "old"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_comes_back_as_it_went(tmp_path, ending):
    table = pd.DataFrame({"image_id": ["007", "b"], "yaw": [1.5, float("nan")], "n": [1, 2]})
    path = tmp_path / f"table.{ending}"
    write_table(path, table)
    pd.testing.assert_frame_equal(read_table(path), table)
    assert read_table(path, ["n"]).columns.tolist() == ["n"]
    assert len(read_tables([path, path])) == 4


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = pd.DataFrame({"a": range(1000), "b": [b"x" * 9] * 1000})
    for name in "12":
        write_table(tmp_path / f"{name}.parquet", table)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


def test_iterating_gives_all_rows_in_order(tmp_path):
    write_table(tmp_path / "t.parquet", pd.DataFrame({"a": range(1300), "b": 0}))
    parts = list(iterate_table(tmp_path / "t.parquet", ["a"], rows=512))
    assert [len(part) for part in parts] == [512, 512, 276]
    assert pd.concat(parts)["a"].tolist() == list(range(1300))


def test_a_missing_or_damaged_table_names_the_file(tmp_path):
    with pytest.raises(BeholderError, match=r"none\.parquet does not exist"):
        read_table(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_text("no parquet")
    with pytest.raises(BeholderError, match=r"bad\.parquet cannot be read"):
        read_table(tmp_path / "bad.parquet")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3-Sep", "3-9"),
        ("9-Mar", "3-9"),
        ("03-Sep", "3-9"),
        ("19-Oct", "10-19"),
        ("Oct-19", "10-19"),
        ("70+", AGES[-1]),
    ],
)
def test_ages_mangled_by_spreadsheets_are_normalised(text, expected):
    assert normalise_age(text) == expected


def test_an_unknown_age_is_an_error():
    with pytest.raises(ValueError, match="27"):
        normalise_age("27")


def test_ages_in_years_fall_into_their_bins():
    assert [age_bin(years) for years in (0, 2.9, 3, 9, 10, 69, 70, 99)] == [
        "0-2", "0-2", "3-9", "3-9", "10-19", "60-69", "more than 70", "more than 70",
    ]  # fmt: skip
