"""Reading the CSV files that users supply."""

import pandas as pd
import pytest

from beholder.collect.listing import normalise_labels, read_listing, require_files_inside
from beholder.common.errors import BeholderError


def listing(folder, text, encoding="utf-8"):
    path = folder / "people.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_cells_are_text_and_the_index_is_the_line_of_the_file(tmp_path):
    table = read_listing(listing(tmp_path, "file,person\n001.jpg, 007 \n2.jpg,NA\n"), ["file"], "a list")
    assert table["person"].to_dict() == {2: "007", 3: "NA"}


def test_a_file_saved_by_a_spreadsheet_with_byte_order_mark_is_read(tmp_path):
    path = listing(tmp_path, "file,person\n1.jpg,Zoë\n", encoding="utf-8-sig")
    assert read_listing(path, ["file"], "a list")["person"].tolist() == ["Zoë"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("file,person\n", "lists no photographs"),
        ("file,persons\n1.jpg,Ada\n", "no column `person`.*`persons` meant"),
        ("file;person\n1.jpg;Ada\n", "separated by commas"),
        ("file,person\n1.jpg,Lovelace, Ada\n", "cannot be read"),
        ("file,person\n1.jpg,Ada\n2.jpg,Lovelace, Ada\n", "line 3"),
    ],
)
def test_a_malformed_file_is_an_error_that_names_it_and_what_it_is_for(tmp_path, text, message):
    with pytest.raises(BeholderError, match=message) as caught:
        read_listing(listing(tmp_path, text), ["file", "person"], "the list of people")
    assert "people.csv" in str(caught.value)
    assert "the list of people" in str(caught.value)


def test_another_encoding_is_an_error_and_not_wrong_letters(tmp_path):
    with pytest.raises(BeholderError, match="UTF-8"):
        read_listing(listing(tmp_path, "file,person\n1.jpg,Zoë\n", encoding="latin-1"), ["file"], "a list")


def test_labels_become_the_fairface_vocabulary(tmp_path):
    table = pd.DataFrame(
        {
            "age": ["3-9", "9-Mar", "Oct-19", "70+", "34", "0.5", None],
            "gender": ["male", "Female", None, "FEMALE", "Male", "Male", "Male"],
            "race": ["east asian", "Latino Hispanic", None, "White", "White", "White", "White"],
        }
    )
    labels = normalise_labels(table, tmp_path)
    assert labels["age"].tolist() == ["3-9", "3-9", "10-19", "more than 70", "30-39", "0-2", None]
    assert labels["gender"].tolist()[:4] == ["Male", "Female", None, "Female"]
    assert labels["race"].tolist()[:3] == ["East Asian", "Latino_Hispanic", None]


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [("gender", "M", "Male, Female"), ("race", "White (Latino mix)", "Middle Eastern"), ("age", "adult", "20-29")],
)
def test_an_unknown_label_is_an_error_with_line_value_and_what_is_allowed(tmp_path, column, value, allowed):
    table = pd.DataFrame({column: [None, value]}, index=[2, 3])
    with pytest.raises(BeholderError) as caught:
        normalise_labels(table, tmp_path / "people.csv")
    for part in ("people.csv, line 3", repr(value), allowed):
        assert part in str(caught.value)


@pytest.mark.parametrize("file", ["../secret.jpg", "/etc/passwd", "a/../../b.jpg", None])
def test_files_outside_the_folder_are_refused(tmp_path, file):
    with pytest.raises(BeholderError, match="line 2"):
        require_files_inside(pd.DataFrame({"file": [file]}, index=[2]), tmp_path)


def test_a_file_listed_twice_is_refused(tmp_path):
    with pytest.raises(BeholderError, match=r"line 4: `1.jpg` is listed a second time"):
        require_files_inside(pd.DataFrame({"file": ["1.jpg", "2.jpg", "1.jpg"]}, index=[2, 3, 4]), tmp_path)
