"""FairFace's official layout."""

import pytest

from beholder.collect.fairface import list_photographs
from beholder.common.errors import BeholderError
from beholder.common.labels import AGES, RACES
from beholder.common.tables import read_table
from scripts.collect_fairface import main


@pytest.fixture
def fairface(tmp_path):
    header = "file,age,gender,race,service_test\n"
    train = [f"train/{i}.jpg,{age},Male,Black,TRUE\n" for i, age in enumerate(["20-29", "9-Mar", "Oct-19", "70+"], 1)]
    (tmp_path / "fairface_label_train.csv").write_text(header + "".join(train))
    (tmp_path / "fairface_label_val.csv").write_text(header + "val/1.jpg,0-2,Female,East Asian,False\n")
    return tmp_path


def test_each_image_is_a_person_of_its_part_and_ages_are_mended(fairface):
    table = list_photographs(fairface, ["train", "val"], None, 0)
    assert table["person"].tolist() == ["train/1", "train/2", "train/3", "train/4", "val/1"]
    assert table["part"].tolist() == ["train"] * 4 + ["val"]
    assert table["age"].tolist() == ["20-29", "3-9", "10-19", "more than 70", "0-2"]


def test_only_the_parts_asked_for_are_read(fairface):
    (fairface / "fairface_label_train.csv").unlink()
    assert list_photographs(fairface, ["val"], None, 0)["file"].tolist() == ["val/1.jpg"]


def test_the_limit_is_drawn_by_the_seed(fairface):
    drawn = [tuple(list_photographs(fairface, ["train", "val"], 3, seed)["file"]) for seed in range(8)]
    assert all(len(set(files)) == 3 for files in drawn)
    assert drawn[0] == tuple(list_photographs(fairface, ["train", "val"], 3, 0)["file"])
    assert len(set(drawn)) > 1


def test_a_missing_csv_says_what_to_put_there(fairface):
    (fairface / "fairface_label_val.csv").unlink()
    with pytest.raises(BeholderError, match=r"fairface_label_val\.csv does not exist.*train/"):
        list_photographs(fairface, ["train", "val"], None, 0)


def test_a_missing_column_is_named(fairface):
    (fairface / "fairface_label_val.csv").write_text("file,age,gender\nval/1.jpg,0-2,Male\n")
    with pytest.raises(BeholderError, match="no column `race`"):
        list_photographs(fairface, ["val"], None, 0)


def test_the_script_writes_a_manifest(fairface):
    (fairface / "val").mkdir()
    (fairface / "val" / "1.jpg").write_bytes(b"photograph")
    settings = {"name": "ff", "kind": "fairface", "looks": 0, "shards": 2, "path": str(fairface)}
    main(settings=settings | {"parts": ["val"], "limit": None, "seed": 0}, manifest=fairface / "manifest.parquet")
    table = read_table(fairface / "manifest.parquet")
    assert table[["image_id", "person", "part", "age"]].values.tolist() == [["ff/val/1", "ff/val/1", "val", "0-2"]]


def test_the_real_part_of_fairface(shared_data):
    table = list_photographs(shared_data / "fairface", ["train", "val"], None, 0)
    assert len(table) == 3200
    assert set(table["age"]) == set(AGES)
    assert set(table["race"]) == set(RACES)
    assert table["person"].is_unique
