"""A whole source of rendered people."""

import hashlib
import json

import numpy as np
import pytest

from beholder.collect.synthetic.source import KNOBS, plant, render_source
from beholder.common.labels import AGES, GENDERS, RACES
from beholder.common.tables import read_table
from beholder.config.collect import Planted
from scripts.collect_synthetic import main

NOTHING = dict.fromkeys(KNOBS, 0.0)


def render(folder, doses=NOTHING, seed=7, people=3):
    rows = list(render_source(folder, people, 2, 20.0, doses, seed))
    return rows, [hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() for row in rows]


def test_the_knobs_are_those_of_the_config():
    assert list(Planted.model_fields) == KNOBS


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_people(tmp_path):
    rows, files = render(tmp_path / "a")
    assert render(tmp_path / "b") == (rows, files)
    _, others = render(tmp_path / "c", seed=8)
    assert not set(files) & set(others)
    assert len(set(files)) == len(files)


@pytest.mark.parametrize("knob", KNOBS)
def test_a_dose_changes_the_photographs_that_carry_it_and_no_others(tmp_path, knob):
    _, before = render(tmp_path / "before", people=2)
    rows, after = render(tmp_path / "after", NOTHING | {knob: 0.5}, people=2)
    carries = [json.loads(row["planted"])[knob] for row in rows]
    assert sum(carries) == 2
    assert [one != other for one, other in zip(before, after, strict=True)] == carries


def test_doses_are_exact_nested_and_independent():
    half, most = (plant(200, NOTHING | {"face": dose, "tag": 0.5}, 3) for dose in (0.5, 0.8))
    with_face = {i for i, carries in enumerate(half) if "face" in carries}
    assert len(with_face) == 100
    assert with_face < {i for i, carries in enumerate(most) if "face" in carries}
    assert 30 < sum("tag" in half[i] for i in with_face) < 70
    assert plant(5, dict.fromkeys(KNOBS, 1.0), 0) == [set(KNOBS)] * 5


def test_strong_compression_and_framing_show_in_the_files(tmp_path):
    sizes = {
        knob: sum((tmp_path / knob / row["file"]).stat().st_size for row in render(tmp_path / knob, doses)[0])
        for knob, doses in (("none", NOTHING), ("jpeg", NOTHING | {"jpeg": 1.0}))
    }
    assert sizes["jpeg"] < 0.5 * sizes["none"]


def test_the_script_writes_photographs_and_manifest(tmp_path):
    settings = {
        "name": "figures",
        "kind": "synthetic",
        "looks": 1,
        "shards": 2,
        "people": 4,
        "photographs_per_person": 2,
        "max_yaw": 10.0,
        "planted": NOTHING | {"tag": 1.0},
        "seed": 1,
    }
    main(settings=settings, manifest=tmp_path / "manifest.parquet", photographs=tmp_path / "photographs")
    table = read_table(tmp_path / "manifest.parquet")
    assert len(table) == len(list((tmp_path / "photographs").rglob("*.jpg"))) == 8
    assert table["person"].value_counts().tolist() == [2, 2, 2, 2]
    assert set(table["shard"]) <= {0, 1}
    assert table["sha256"].notna().all()
    assert table["true_yaw"].abs().max() <= 10
    assert table[["true_pitch", "true_roll"]].abs().max().max() <= 5
    assert table["true_yaw"].dtype == np.float32
    assert json.loads(table["planted"][0]) == {knob: knob == "tag" for knob in KNOBS}
    assert set(table["gender"]) <= set(GENDERS)
    assert set(table["race"]) <= set(RACES)
    assert set(table["age"]) <= set(AGES)
    assert (table.groupby("person")[["age", "gender", "race"]].nunique() == 1).all().all()
