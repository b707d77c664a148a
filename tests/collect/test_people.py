"""The list of people is read whole or refused with every fault named."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.collect.people import age_label, person_id, read_people
from beholder.common.errors import BeholderError
from collect.servers.lists import HEADER, line

EXAMPLE = Path(__file__).resolve().parents[2] / "resources/people/example.tsv"


def write(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_example_is_a_valid_list_of_both_groups():
    assert {person.group for person in read_people(EXAMPLE)} == {"good", "normal"}
    assert all(person.group == "good" for person in read_people(EXAMPLE, looks=1))


def test_cells_become_values_and_empty_ones_none(tmp_path):
    header = HEADER + "\tquery"
    full = line("Ada Lovelace", birthday="1815-12-10") + "\tAda Lovelace mathematician"
    bare = "Grace Hopper\tnormal\t\t\t\t\t\tAnother list\thttps://example.org/2\t2025-07-02\t"
    ada, grace = read_people(write(tmp_path / "people.tsv", full, bare, header=header))
    assert (ada.rank, ada.gender, ada.birthday) == (1, "Female", date(1815, 12, 10))
    assert ada.query == "Ada Lovelace mathematician"
    assert (grace.rank, grace.gender, grace.birthday, grace.race, grace.query) == (
        None,
        None,
        None,
        None,
        "Grace Hopper",
    )


def test_every_wrong_cell_is_named_with_its_line_and_what_is_allowed(tmp_path):
    wrong = "\tGood\t0\tfemale\tUK?\t29.02.1980\tAsian\t\twww.example.org\t2025-02-30"
    with pytest.raises(BeholderError) as error:
        read_people(write(tmp_path / "people.tsv", line("Ada Lovelace"), wrong))
    message = str(error.value)
    for column in HEADER.split("\t"):
        assert f"line 3, `{column}`:" in message
    assert "Allowed: good, normal" in message
    assert "East Asian, Southeast Asian" in message


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("birthday", "birth_day"), "`birth_day` is unknown, is `birthday` meant?"),
        (HEADER.replace("\t", ","), "`name` is missing"),
        (HEADER + "\trank", "stands twice"),
    ],
)
def test_a_wrong_header_is_explained(tmp_path, header, said):
    with pytest.raises(BeholderError, match=said.replace("?", r"\?")):
        read_people(write(tmp_path / "people.tsv", line("Ada Lovelace"), header=header))


def test_a_name_twice_is_refused_whatever_its_spelling(tmp_path):
    with pytest.raises(BeholderError, match="stands twice"):
        read_people(write(tmp_path / "people.tsv", line("Ada Lovelace"), line("ada  lovelace")))
    with pytest.raises(BeholderError, match="stands twice"):
        read_people(write(tmp_path / "people.tsv", line("Zoe\u0301"), line("Zo\u00e9")))


def test_a_row_with_a_cell_too_few_is_refused(tmp_path):
    with pytest.raises(BeholderError, match=r"people\.tsv, line 2: has 9 cells, the header 10"):
        read_people(write(tmp_path / "people.tsv", line("Ada Lovelace").rsplit("\t", 1)[0]))


def test_a_list_without_the_group_is_refused(tmp_path):
    with pytest.raises(BeholderError, match="lists nobody of the group `normal`"):
        read_people(write(tmp_path / "people.tsv", line("Ada Lovelace")), looks=0)


def test_quotes_are_letters_and_a_byte_order_mark_is_none(tmp_path):
    path = tmp_path / "people.tsv"
    path.write_text(f"{HEADER}\n{line(chr(34) + 'Weird' + chr(34) + ' Al')}\n", encoding="utf-8-sig")
    assert read_people(path)[0].name == '"Weird" Al'


@given(st.text(min_size=1), st.text(min_size=1))
def test_person_ids_are_safe_parts_of_a_path_and_differ_for_different_names(first, second):
    first, second = (" ".join(name.split()) for name in (first, second))
    if first != second:
        assert person_id(first) != person_id(second)
    identity = person_id(first)
    assert identity
    assert "/" not in identity
    assert "." not in identity
    assert not identity.startswith("-")


@pytest.mark.parametrize(
    ("captured", "label"),
    [
        (date(2000, 2, 28), ("10-19", "capture")),
        (date(2000, 2, 29), ("20-29", "capture")),
        (None, ("40-49", "collection")),
        (date(1970, 1, 1), ("40-49", "collection")),
    ],
)
def test_age_is_that_at_capture_where_the_day_is_known(captured, label):
    assert age_label(date(1980, 2, 29), captured, date(2025, 7, 1)) == label
    assert age_label(None, captured, date(2025, 7, 1)) == (None, None)
