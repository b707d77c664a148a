"""Photographs on disk."""

import pytest

from beholder.collect.folder import list_photographs, listing
from beholder.common.errors import BeholderError
from beholder.common.tables import read_table
from scripts.collect_folder import main


def touch(root, *files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(b"photograph")


def test_each_folder_is_a_person_at_any_depth(tmp_path):
    touch(tmp_path, "Ada Lovelace/1.jpg", "Ada Lovelace/old/2.PNG", "Bob/1.webp")
    table = list_photographs(tmp_path, None, "CC0")
    assert table["file"].tolist() == ["Ada Lovelace/1.jpg", "Ada Lovelace/old/2.PNG", "Bob/1.webp"]
    assert table["person"].tolist() == ["Ada Lovelace", "Ada Lovelace", "Bob"]
    assert table["licence"].tolist() == ["CC0"] * 3


def test_what_is_no_photograph_is_counted_in_the_log(tmp_path, caplog):
    touch(tmp_path, "ada/1.jpg", "ada/notes.txt", "ada/todo.txt", "ada/._1.jpg", "stray.jpg")
    with caplog.at_level("INFO", "beholder"):
        table = list_photographs(tmp_path, None, "CC0")
    assert table["file"].tolist() == ["ada/1.jpg"]
    assert "2 files .txt" in caplog.text
    assert "1 files beside the persons' folders" in caplog.text


def test_a_source_depends_on_its_photographs_alone(tmp_path):
    touch(tmp_path / "people", "ada/1.jpg", "stray.jpg")
    before = listing(tmp_path / "people", None)
    assert before == [("ada/1.jpg", 10)]
    touch(tmp_path / "people", ".DS_Store", "README.md", "ada/.DS_Store", "ada/notes.txt")
    assert listing(tmp_path / "people", None) == before
    touch(tmp_path / "elsewhere", "1.jpg")
    (tmp_path / "people/bob").symlink_to(tmp_path / "elsewhere")
    assert [file for file, _ in listing(tmp_path / "people", None)] == ["ada/1.jpg", "bob/1.jpg"]
    assert [file for file, _ in listing(tmp_path / "people", "people.csv")] == ["ada/1.jpg", "bob/1.jpg", "stray.jpg"]
    assert listing(tmp_path / "missing", None) == []


def test_a_table_brings_labels_and_provenance(tmp_path):
    (tmp_path / "people.csv").write_text(
        "file,person,gender,age,source,licence,shoe size\na.jpg,Ada,female,36,Science Museum,CC BY 4.0,37\nb.jpg,Bob,,,,,\n"
    )
    table = list_photographs(tmp_path, "people.csv", "unknown").reset_index(drop=True)
    assert table["gender"].tolist() == ["Female", None]
    assert table["age"].tolist() == ["30-39", None]
    assert table["attribution"].tolist() == ["Science Museum", None]
    assert table["licence"].tolist() == ["CC BY 4.0", "unknown"]
    assert "shoe size" not in table


def test_a_birthday_alone_gives_no_age_and_says_so(tmp_path, caplog):
    (tmp_path / "people.csv").write_text("file,person,birthday\na.jpg,Ada,1815-12-10\n")
    with caplog.at_level("INFO", "beholder"):
        assert "age" not in list_photographs(tmp_path, "people.csv", "unknown")
    assert "birthday" in caplog.text


def test_a_row_without_person_is_refused(tmp_path):
    (tmp_path / "people.csv").write_text("file,person\na.jpg,Ada\nb.jpg,\n")
    with pytest.raises(BeholderError, match="line 3: `person` is empty"):
        list_photographs(tmp_path, "people.csv", "unknown")


@pytest.mark.parametrize("content", [None, [], ["stray.jpg"], ["ada/notes.txt"]])
def test_a_folder_without_photographs_is_an_error_that_shows_the_layout(tmp_path, content):
    root = tmp_path / "photographs"
    if content is not None:
        root.mkdir()
        touch(root, *content)
    with pytest.raises(BeholderError, match=r"photographs.*one folder per person"):
        list_photographs(root, None, "unknown")


def test_a_missing_table_is_an_error_that_names_it(tmp_path):
    with pytest.raises(BeholderError, match=r"people\.csv does not exist.*`file`.*`person`"):
        list_photographs(tmp_path, "people.csv", "unknown")


def test_the_script_writes_a_manifest_that_keeps_missing_files(tmp_path):
    touch(tmp_path, "a.jpg")
    (tmp_path / "people.csv").write_text("file,person,gender\na.jpg,Ada,Female\nb.jpg,Bob,Male\n")
    settings = {"name": "people", "kind": "folder", "looks": 1, "shards": 2, "path": str(tmp_path)}
    main(settings=settings | {"table": "people.csv", "licence": "CC0"}, manifest=tmp_path / "manifest.parquet")
    table = read_table(tmp_path / "manifest.parquet")
    assert table["image_id"].tolist() == ["people/a", "people/b"]
    assert table["sha256"].isna().tolist() == [False, True]
    assert table["looks"].tolist() == [1, 1]


def test_real_portraits(shared_data):
    table = list_photographs(shared_data / "portraits", "portraits.csv", "unknown")
    assert len(table) == 372
    assert set(table["gender"]) == {"Male", "Female"}
    assert set(table["licence"]) == {"Public domain"}
