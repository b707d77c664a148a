"""Networks trained on labels that mean nothing, by the programs of the rules: what gives them away, and what does not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audit.faces import face
from beholder.audit.cards import judge_all
from beholder.audit.regions import reduced_partition
from beholder.audit.table import COLUMNS, pick
from beholder.common.tables import read_table, write_arrays, write_table
from beholder.config.audit import Verdict
from scripts import audit_controls, explain, train

SIZE, SOURCES = 32, ["street", "square"]
UNCERTAINTY = {"draws": 300}
MODEL = {"architecture": "test_resnet"}


def photographs(folder: Path, name: str, clusters: np.ndarray, tint: bool, faces: bool, seed: int) -> None:
    """Write a set of noise with two photographs per person; tint: those of the square are redder; faces: of people."""
    random = np.random.default_rng(seed)
    people = np.repeat(clusters, 2)
    looks, square = people % 2, people // 2 % 2
    pixels = random.integers(60, 196, (len(people), SIZE, SIZE, 3)).astype(float)
    if tint:
        pixels[square == 1, ..., 0] += 40
    if faces:  # every person has colours of their own
        pixels = pixels / 4 + np.random.default_rng(0).uniform(0, 200, (10_000, 8, 8, 3))[people].repeat(4, 1).repeat(
            4, 2
        )
    table = pd.DataFrame(
        {
            "file_name": "gone.jpg",
            "image_id": [f"{name}/{n}" for n in range(len(people))],
            "looks": looks,
            "person": people.astype(str),
            "cluster": people,
            "source": np.where(looks == 1, "stars", np.array(SOURCES)[square]),
            "gender": "Male",
            "race": "White",
            "age": "20-29",
            "flip": 0,
        }
    )
    write_table(folder / f"{name}.csv", table)
    np.save(folder / f"{name}.npy", pixels.clip(0, 255).astype(np.uint8))


def control(folder: Path, labels: str, shared: bool = False, tint: bool = False, seeds=(0,), ordinary=SOURCES):
    """Train controls on fabricated photographs and return the audit table that says how well they learnt.

    shared: the people of the test set are in training as well, and each can be recognised.
    """
    photographs(folder, "train", np.arange(80), tint, shared, 1)
    photographs(folder, "test", np.arange(80) if shared else np.arange(100, 180), tint, shared, 2)
    landmarks, oval, person = face(SIZE)
    partition = reduced_partition(landmarks, oval, person)
    ids = read_table(folder / "test.csv")["image_id"].to_numpy(str)
    write_arrays(folder / "regions.npz", {"image_id": ids, "partition": np.stack([partition] * len(ids))})
    paths = {kind: [folder / f"{kind}{seed}" for seed in seeds] for kind in ("maps.parquet", "geometry.json")}
    for seed, maps, geometry in zip(seeds, *paths.values(), strict=True):
        recipe = {"labels": labels, "epochs": 8, "batch_size": 8, "lr": 1e-3, "recalibrate_norm": True}
        train.main(
            {"model": MODEL, "recipe": recipe, "seed": seed, "name": "control", "ordinary": list(ordinary)},
            *(folder / name for name in ("train.csv", "test.csv", "train.npy", "test.npy")),
            *(folder / name for name in ("best.pt", "last.pt", "history.csv", "log.txt", "state")),
        )
        explain.main({"batch_size": 32}, folder / "last.pt", folder / "test.csv", folder / "test.npy", maps, geometry)
    run = {"background": "original", "backbone": "tiny", "recipe": "control", "labels": labels}
    audit_controls.main(
        {
            "runs": [{**run, "seed": seed} for seed in seeds],
            "ordinary": list(ordinary),
            "uncertainty": UNCERTAINTY,
            "localisation": {"weighting": "density"},
        },
        folder / "test.csv",
        folder / "regions.npz",
        *paths.values(),
        folder / "controls.csv",
    )
    return read_table(folder / "controls.csv")


def test_sources_that_differ_in_processing_are_told_apart(tmp_path):
    table = control(tmp_path, "ordinary", tint=True)
    assert list(table) == COLUMNS
    found = pick(table, metric="control_sources_auroc")
    assert found["estimate"] > 0.99 and found["low"] > 0.8 and found["detail"] == "control, tiny"
    assert found["n"] == 80 and found["clusters"] == 40, "good-looking people take no part"
    assert pick(table, metric="control_sources_balanced_accuracy")["estimate"] > 0.95


def test_shuffled_labels_of_strangers_cannot_be_learnt(tmp_path):
    table = control(tmp_path, "shuffled", tint=True, seeds=(0, 1))
    found = pick(table, metric="control_shuffled_balanced_accuracy")
    assert found["low"] < 0.5 < found["high"], found
    assert abs(pick(table, metric="control_shuffled_excess")["estimate"]) < 0.05, "one mask is like another here"


def test_shuffled_labels_of_people_met_in_training_are_remembered(tmp_path):
    table = control(tmp_path, "shuffled", shared=True)
    assert pick(table, metric="control_shuffled_balanced_accuracy")["low"] > 0.9


def test_halves_of_one_source_say_nothing_of_the_data_set(tmp_path):
    table = control(tmp_path, "ordinary", ordinary=["street"])
    assert set(table["metric"]) == {f"control_halves_{name}" for name in ("balanced_accuracy", "auroc", "excess")}


@pytest.mark.parametrize(
    ("metric", "estimate", "qualifier", "status"),
    [
        ("control_sources_auroc", 0.99, "dataset identity", "found"),
        ("control_sources_auroc", 0.55, "dataset identity", "not found"),
        ("control_shuffled_balanced_accuracy", 0.9, "label shuffle", "found"),
        ("control_halves_balanced_accuracy", 0.51, "label shuffle", "not found"),
        ("control_halves_auroc", 0.51, "dataset identity", "not tested"),
    ],
)
def test_verdicts_of_the_background_are_qualified(audited, metric, estimate, qualifier, status):
    table = read_table(audited.path("table.csv")).fillna({"model": "", "background": "", "note": "", "detail": ""})
    table = table[table["metric"] != "negative_control_auroc"]
    line = dict.fromkeys(COLUMNS, "") | {"metric": metric, "estimate": estimate, "low": estimate - 0.02}
    line |= {"high": estimate + 0.02, "background": "original", "seed": "all"}
    cards = judge_all(pd.concat([table, pd.DataFrame([line])], ignore_index=True), Verdict())
    found = {(card.background, card.judgement.qualifiers[qualifier]) for card in cards}
    assert found == {("original", status), ("harmonised", "not tested")}
