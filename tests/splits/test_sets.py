"""No leak between the sets, no difference between the groups but the one that is studied."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder.common.errors import BeholderError
from beholder.config.splits import Split
from beholder.splits.sets import make_sets
from splits.photographs import selection

SETS = ["train", "val", "test"]


def crowd(looks: int, people: int, images: int = 1, **labels) -> list[dict]:
    return [{"looks": looks, "images": images, **labels} for _ in range(people)]


@st.composite
def crowds(draw):
    """Two groups of at least 12 people in both genders, some with many photographs, some near-duplicates."""
    people = []
    for looks in (0, 1):
        for gender in ("Male", "Female"):
            sizes = draw(st.lists(st.integers(1, 12), min_size=6, max_size=20))
            people += [{"looks": looks, "gender": gender, "images": size} for size in sizes]
    table = selection(people)
    number = table["cluster"].nunique()
    joined = draw(st.lists(st.tuples(st.integers(0, number - 1), st.integers(0, number - 1)), max_size=3))
    looks = table.groupby("cluster")["looks"].first()
    for one, other in joined:
        if looks[one] == looks[other]:
            table.loc[table["cluster"] == other, "cluster"] = one
    return table


@settings(max_examples=40, deadline=None)
@given(crowds(), st.integers(0, 3))
def test_sets_share_no_person_and_groups_are_alike(table, seed):
    try:
        sets = make_sets(table, Split(seed=seed))
    except BeholderError as error:
        assert "too few images" in str(error)  # all of a gender may be one cluster
        return
    clusters = [set(sets[name]["cluster"]) for name in SETS]
    assert not (clusters[0] & clusters[1] or clusters[0] & clusters[2] or clusters[1] & clusters[2])
    for name in SETS:
        mix = pd.crosstab(sets[name]["gender"], sets[name]["looks"])
        assert (mix[0] == mix[1]).all()
        assert not sets[name].duplicated(["image_id", "flip"]).any()
    assert not sets["val"]["flip"].any() and not sets["test"]["flip"].any()
    train = sets["train"]
    assert train.loc[train["flip"] == 1, "image_id"].isin(train.loc[train["flip"] == 0, "image_id"]).all()
    assert train.loc[train["flip"] == 1, "looks"].nunique() <= 1


@settings(max_examples=15, deadline=None)
@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_of_the_selection_does_not_matter(table, random):
    order = list(table.index)
    random.shuffle(order)
    relabelled = table.loc[order].assign(cluster=lambda rows: 1000 - rows["cluster"])
    for by in ("person", "image"):
        try:
            sets = make_sets(table, Split(by=by))
        except BeholderError:
            return
        for name, rows in make_sets(relabelled, Split(by=by)).items():
            pd.testing.assert_frame_equal(rows.drop(columns="cluster"), sets[name].drop(columns="cluster"))


def test_seeds_draw_differently():
    table = selection(crowd(0, 100) + crowd(1, 100))
    assert not make_sets(table, Split(seed=1))["test"].equals(make_sets(table, Split(seed=2))["test"])


def test_few_people_with_many_photographs_against_many_with_one():
    sets = make_sets(selection(crowd(1, 10, images=50) + crowd(0, 500)), Split())
    good = [sets[name].query("looks == 1")["person"].nunique() for name in SETS]
    assert good in ([7, 2, 1], [7, 1, 2])
    assert [len(sets[name]) // 2 for name in SETS] in ([350, 75, 50], [350, 50, 75])
    assert sets["train"].query("looks == 0")["flip"].sum() == 0


def test_one_person_with_most_photographs_trains():
    sets = make_sets(selection(crowd(1, 1, images=500) + crowd(1, 100) + crowd(0, 600)), Split())
    assert "good/0" in set(sets["train"]["person"])
    assert min(len(sets["val"]), len(sets["test"])) >= 90


def test_the_smaller_group_is_mirrored_in_training_up_to_the_larger():
    table = selection(crowd(1, 100) + crowd(0, 160))
    train = make_sets(table, Split())["train"]
    assert train.groupby("looks").size().tolist() == [112, 112]
    assert train.groupby("looks")["flip"].sum().tolist() == [0, 42]
    unmirrored = make_sets(table, Split(flip_smaller=False))["train"]
    assert unmirrored.groupby("looks").size().tolist() == [70, 70] and not unmirrored["flip"].any()


def test_counts_are_met_exactly_and_a_smaller_count_takes_some_of_the_larger():
    table = selection([{"looks": i % 2, "images": 1, "gender": ("Male", "Female")[i % 3 == 0]} for i in range(600)])
    sets = {count: make_sets(table, Split(counts={"train": 2 * count, "test": count}))["test"] for count in (20, 37)}
    for count, test in sets.items():
        assert test.groupby("looks").size().tolist() == [count, count]
        assert (
            test.query("looks == 0")["gender"].value_counts().equals(test.query("looks == 1")["gender"].value_counts())
        )
    assert set(sets[20]["image_id"]) < set(sets[37]["image_id"])


def test_too_high_a_count_says_what_there_is_and_which_keys_to_change():
    with pytest.raises(BeholderError) as error:
        make_sets(selection(crowd(0, 100) + crowd(1, 60)), Split(counts={"test": 31}))
    for part in ("test set", "asks for 31", "9 are left", "good has 9 images of 9 people", "normal has 15 images",
                 "splits.split.counts.test", "splits.split.fractions.test"):  # fmt: skip
        assert part in str(error.value)


def test_an_empty_group_is_named():
    table = selection(crowd(0, 10) + crowd(1, 10))
    table["kept"] = table["looks"] == 0
    with pytest.raises(BeholderError, match="good has 0 images of 0 people"):
        make_sets(table, Split())


def test_too_few_people_for_three_sets_is_an_error_and_no_leak():
    with pytest.raises(BeholderError, match="test set: at least 1 is needed per group, and 0 are left"):
        make_sets(selection(crowd(1, 2, images=50) + crowd(0, 100)), Split())


def test_a_person_of_both_groups_counts_as_good_and_is_reported(caplog):
    table = selection(crowd(0, 40) + crowd(1, 40))
    table.loc[table["image_id"] == "normal/3/0", "cluster"] = 50
    sets = make_sets(table, Split())
    assert not any("normal/3/0" in set(rows["image_id"]) for rows in sets.values())
    assert "1 photographs of the group normal are left out" in caplog.text and "normal/3/0" in caplog.text


def test_a_label_that_one_group_lacks_is_not_balanced_and_said_so(caplog):
    people = [{"looks": i % 2, "images": 1, "race": "White" if i % 2 else None} for i in range(100)]
    sets = make_sets(selection(people), Split(stratify=["gender", "race"]))
    assert len(sets["train"]) == 70
    assert "the mix of race cannot be made equal" in caplog.text


def test_all_labels_together_are_balanced():
    people = [
        {"looks": i % 2, "images": 1, "gender": "Male" if i % 5 else "Female", "race": "White" if i % 7 else "Indian"}
        for i in range(700)
    ]
    sets = make_sets(selection(people), Split(stratify=["gender", "race"]))
    for name in SETS:
        mix = pd.crosstab([sets[name]["gender"], sets[name]["race"]], sets[name]["looks"])
        assert len(mix) == 4 and (mix[0] == mix[1]).all()


def test_official_parts_are_respected():
    people = crowd(0, 80, part="train") + crowd(0, 20, part="val") + crowd(1, 100)
    sets = make_sets(selection(people), Split(official_parts=True))
    normal = {name: set(sets[name].query("looks == 0")["person"]) for name in SETS}
    official_val = {f"normal/{number}" for number in range(80, 100)}
    assert normal["train"].isdisjoint(official_val)
    assert normal["val"] | normal["test"] <= official_val
    assert len(normal["val"]) == len(normal["test"]) == 10


def test_pretraining_sees_every_labelled_image_that_is_not_held_out():
    people = [{"looks": i % 2, "images": 2, "race": "White", "age": "20-29"} for i in range(60)]
    people[4]["age"] = None
    sets = make_sets(selection(people), Split())
    held_out = set(sets["val"]["cluster"]) | set(sets["test"]["cluster"])
    expected = [number for number in range(60) if number not in held_out | {4}]
    assert sorted(set(sets["pretrain"]["cluster"])) == expected
    assert len(sets["pretrain"]) == 2 * len(expected)


def test_the_published_split_doubles_first_and_draws_single_images():
    published = Split(
        by="image", fractions={"train": 0.8, "val": 0.0, "test": 0.2}, counts={"train": 310, "test": 78},
        stratify=[], validate_on_test=True,
    )  # fmt: skip
    sets = make_sets(selection(crowd(1, 4, images=50) + crowd(0, 900)), published)
    assert len(sets["train"]) == 620 and len(sets["test"]) == 156
    assert sets["val"].equals(sets["test"])
    assert set(sets["train"]["person"]) & set(sets["test"]["person"])
    good = sets["test"].query("looks == 1")
    assert good["flip"].any() and not sets["test"].query("looks == 0")["flip"].any()


def test_columns_are_the_source_experiments_and_ours():
    columns = make_sets(selection(crowd(0, 20) + crowd(1, 20)), Split())["train"].columns.tolist()
    assert columns == [
        "file_name", "age", "gender", "race", "looks", "image_id", "person", "cluster", "source", "flip",
    ]  # fmt: skip
