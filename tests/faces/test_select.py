"""Choice, funnel and manual rejections."""

import logging

import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from beholder.config.faces import Limits, Select
from beholder.faces.select import REASONS, choose, count_steps, read_rejections, require_both_groups

GOOD = {
    "reason": None, "n_faces": 1, "missing_area": 0.0, "yaw": 0.0, "pitch": 0.0, "roll": 0.0, "sharpness": 100.0,
    "mask_plausible": True, "looks": 1, "source": "stars",
}  # fmt: skip


def photographs(*changes: dict) -> pd.DataFrame:
    """A table with one usable photograph per entry, changed as the entry says."""
    rows = [{**GOOD, "image_id": f"stars/{n}", "sha256": f"{n}", **change} for n, change in enumerate(changes)]
    return pd.DataFrame(rows)


def reasons(table: pd.DataFrame, rejected: set[str] = frozenset(), **settings) -> list[str | None]:
    chosen = choose(table, Select(**settings), rejected)
    assert (chosen["kept"] == chosen["reason"].isna()).all()
    return chosen["reason"].tolist()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"reason": "no_face", "n_faces": 0, "yaw": float("nan"), "mask_plausible": None}, "no_face"),
        ({"n_faces": 2}, "several_faces"),
        ({"yaw": -20.1}, "yaw"),
        ({"yaw": 20.0}, None),
        ({"pitch": 26.0}, "pitch"),
        ({"roll": -31.0}, "roll"),
        ({"missing_area": 0.11}, "cut_off"),
        ({"mask_plausible": False}, None),
        ({"yaw": 40.0, "missing_area": 0.5}, "yaw"),
    ],
)
def test_reasons(change, reason):
    assert reasons(photographs(change)) == [reason]


def test_settings_decide():
    table = photographs({"n_faces": 2}, {"mask_plausible": False}, {"sharpness": 3.0})
    assert reasons(table, several_faces="largest", implausible_masks="reject", min_sharpness=5.0) == [
        None, "implausible_mask", "blurred",
    ]  # fmt: skip


def test_each_group_has_its_own_limits():
    table = photographs({"yaw": 24.0}, {"yaw": 26.0}, {"yaw": 80.0, "looks": 0})
    published = {"good": Limits(yaw=25.0, pitch=None, roll=None), "normal": Limits(yaw=None, pitch=None, roll=None)}
    assert reasons(table, **published) == [None, "yaw", None]


def test_of_equal_files_the_first_is_kept():
    assert reasons(photographs({"sha256": "a"}, {"sha256": "a"}, {"sha256": "b"})) == [None, "duplicate", None]


def test_files_that_are_missing_are_no_duplicates():
    missing = {"sha256": None, "reason": "missing"}
    assert reasons(photographs(missing, missing)) == ["missing", "missing"]


def test_a_file_in_both_groups_is_in_neither():
    assert reasons(photographs({"sha256": "a"}, {"sha256": "a", "looks": 0})) == ["both_groups", "both_groups"]


def test_a_rejection_by_hand_takes_the_copies_with_it():
    table = photographs({"sha256": "a"}, {"sha256": "a"}, {})
    assert reasons(table, {"stars/0"}) == ["by_hand", "by_hand", None]


def test_the_funnel_adds_up():
    table = photographs(
        {}, {"yaw": 90.0}, {"reason": "no_face"}, {"source": "folk", "looks": 0}, {"reason": "new_reason"}
    )
    steps = count_steps(choose(table, Select(), {"stars/0"}))
    by_source = {source: rows.set_index("step")["count"] for source, rows in steps.groupby("source")}
    for counts in by_source.values():
        assert counts["collected"] == counts.drop("collected").sum()
        assert counts.index[0] == "collected"
        assert counts.index[-1] == "kept"
        assert set(REASONS) <= set(counts.index)
    assert by_source["stars"][["by_hand", "yaw", "no_face", "new_reason", "kept"]].tolist() == [1, 1, 1, 1, 0]


def rejections(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"image_id": ids, "reason": "drawing"})


def test_unknown_rejections_are_listed(caplog):
    with caplog.at_level(logging.WARNING):
        listed = read_rejections(rejections("stars/0", "stars/typo"), "list.csv", pd.Series(["stars/0"]))
    assert "stars/0" in listed
    assert "stars/typo" in caplog.text


def test_a_list_of_unknown_rejections_is_an_error():
    with pytest.raises(BeholderError, match=r"list\.csv.*'0\.jpg'.*'stars/0'"):
        read_rejections(rejections("0.jpg"), "list.csv", pd.Series(["stars/0"]))


def test_an_empty_list_is_fine():
    assert read_rejections(rejections(), "list.csv", pd.Series(["stars/0"])) == set()


def test_a_list_without_reasons_is_an_error():
    with pytest.raises(BeholderError, match=r"list\.csv lacks the column reason"):
        read_rejections(pd.DataFrame({"image_id": ["a"]}), "list.csv", pd.Series(["a"]))


def test_an_empty_group_is_an_error_with_its_reasons():
    table = choose(photographs({}, {"looks": 0, "yaw": 70.0}, {"looks": 0, "yaw": 60.0}), Select(), set())
    with pytest.raises(BeholderError, match=r"`normal` .* left of 2: 2 yaw"):
        require_both_groups(table)
