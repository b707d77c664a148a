"""From weights and photographs to verdicts, by the programs of the rules, on networks whose truth is known."""

import numpy as np
import pytest

from audit.planted import IMAGES, SEEDS, SWAPS
from beholder.audit.inputs import read_estimates, read_margins, read_people, some_rows
from beholder.audit.interventions import settings_of
from beholder.audit.table import COLUMNS, pick
from beholder.common.errors import BeholderError
from beholder.common.tables import read_table
from beholder.config.audit import Swaps


@pytest.fixture(scope="module")
def table(audited):
    return read_estimates(audited.path("table.csv"))


def estimate(table, metric, detail="", model="face_reader", background="original", group="all", seed="all"):
    wanted = {
        "metric": metric,
        "detail": detail,
        "model": model,
        "background": background,
        "group": group,
        "seed": seed,
    }
    return pick(table, **wanted)


def test_the_verdict_names_what_each_network_reads(audited):
    verdicts = audited.verdicts()
    assert verdicts["original", "background_reader"]["leaning"] == "background"
    assert verdicts["original", "background_reader"]["label"] == "background", verdicts["original", "background_reader"]
    assert verdicts["original", "face_reader"]["leaning"] == "face", verdicts["original", "face_reader"]["headline"]
    text = audited.path("cards.md").read_text()
    assert text.count("\n## ") == 4 and "What no verdict establishes" in text
    lines = read_table(audited.path("verdicts.csv"))
    assert lines["background_reliance"].between(0, 1).all() and len(lines) == 3


def test_the_table_is_tidy_and_names_what_could_not_be_scored(table):
    assert list(table) == COLUMNS
    assert not table.duplicated(["metric", "detail", "model", "background", "recipe", "seed", "group"]).any()
    assert estimate(table, "mask_ok")["estimate"] == pytest.approx(1 - 2 / IMAGES)
    assert estimate(table, "energy_share", "registered/person")["missing"] >= 2
    assert estimate(table, "occlusion", "nose", group="all")["n"] <= SWAPS["occlusion_images"]


def test_single_seeds_stand_beside_the_estimate_over_seeds(table):
    over = estimate(table, "background_reliance", "main", "background_reader")["estimate"]
    single = [
        estimate(table, "background_reliance", "main", "background_reader", seed=str(s))["estimate"] for s in SEEDS
    ]
    assert min(single) - 0.02 <= over <= max(single) + 0.02


def test_the_background_alone_is_enough_for_the_one_that_reads_it(table):
    reader = estimate(table, "auroc", "background_only", "background_reader")
    assert reader["estimate"] > 0.95 and reader["low"] > 0.8
    assert estimate(table, "auroc", "mixed_opposite", "background_reader")["estimate"] < 0.2
    assert estimate(table, "auroc", "face_only")["estimate"] > 0.9


def test_processing_that_changes_nothing_is_equivalent(table):
    change = estimate(table, "accuracy_change", "against original", background="harmonised")
    assert abs(change["estimate"]) < 0.05
    dropped = table.loc[table["metric"] == "harmonise_drop"]
    assert set(dropped["background"]) == {"original"}, "it is their use of processing that the drop measures"
    assert (
        "within 0.01" in estimate(table, "accuracy_equivalence_p", "against original", background="harmonised")["note"]
    )


def test_models_are_compared_once_per_pair(table):
    rows = table[table["metric"] == "model_difference_p"]
    assert len(rows) == 1 and rows["detail"].iloc[0] == "against background_reader"


def test_controls_that_must_fail_are_there(table):
    shuffled = table[table["metric"] == "label_shuffle_auroc"]
    assert (shuffled["low"] < 0.6).all() and len(shuffled) == 4
    control = table[table["metric"] == "negative_control_auroc"]
    assert set(control["detail"]) == {"square against street"} or set(control["detail"]) == {"street against square"}


def test_what_two_sets_share_is_counted(table):
    rows = table[table["metric"] == "overlap"].set_index("detail")["estimate"]
    assert len(rows) == 12 and rows["train, val: exact"] == 4 and rows["train, test: exact"] == 0


def test_groups_of_people_have_their_own_reliance_and_maps(table):
    for model, low, high in (("background_reader", 0.5, 1), ("face_reader", 0, 0.4)):
        found = estimate(table, "subgroup_reliance", "gender=Male", model, group="normal")
        assert low <= found["estimate"] <= high and found["clusters"] >= 5
        assert 0 < estimate(table, "subgroup_face_share", "gender=Female", model, group="good")["estimate"] < 1


def test_gender_alone_does_not_tell_the_groups_apart(table):
    assert estimate(table, "probe_auroc", "demographics", model="")["low"] < 0.6


def test_random_weights_destroy_the_maps(table):
    rows = table[(table["metric"] == "random_weights") & (table["model"] == "background_reader")]
    assert len(rows) >= 4 and (rows["n"] == len(SEEDS)).all()
    assert rows["estimate"].iloc[-1] < 0.9


def test_the_answers_on_heatmaps_agree_with_what_each_network_reads(audited):
    tests = read_table(audited.path("hypotheses.csv"))
    answers = tests.drop_duplicates(["model", "background", "hypothesis"])
    answers = answers.set_index(["model", "background", "hypothesis"])["answer"]
    assert answers["background_reader", "original", "H5"].startswith("yes")
    assert answers["face_reader", "original", "H5"].startswith("no")
    assert "background_reader, original background" in audited.path("hypotheses.md").read_text()
    with np.load(audited.path("original", "face_reader", "origins.npz")) as averages:
        assert np.isfinite(averages["map_face_normal"]).all()


def test_parts_of_the_heatmaps_lean_add_up_over_seeds(table):
    whole = estimate(table, "heatmap_asymmetry", "right/face", group="normal")["estimate"]
    own = table[(table["model"] == "face_reader") & (table["background"] == "original") & (table["group"] == "normal")]
    parts = own[(own["metric"] == "heatmap_part") & own["detail"].str.startswith("right/face/")]
    assert parts["estimate"].sum() == pytest.approx(whole, abs=1e-6) and parts["low"].notna().all()


def test_ways_of_compositing_are_named_once():
    names = settings_of(Swaps.model_validate(SWAPS))
    assert list(names) == ["main", "placement=target", "fill=mean"]
    same = Swaps.model_validate({"robustness": {"masks": ["face"], "fills": [], "placements": [], "dilations": [0]}})
    assert list(settings_of(same)) == ["main"], "a value of the main way is no variation"


def test_files_of_other_images_are_refused(audited, tmp_path):
    maps = read_table(audited.of(audited.models[0], "maps.parquet")[0])
    maps.iloc[::-1].to_parquet(tmp_path / "maps.parquet")
    with pytest.raises(BeholderError, match=r"maps\.parquet is not of the images of the test set"):
        read_margins([tmp_path / "maps.parquet"], read_people(audited.path("test.csv")))


def test_some_rows_are_the_same_every_time():
    assert np.array_equal(some_rows(100, 10, 3), some_rows(100, 10, 3)) and len(some_rows(5, 10, 0)) == 5
