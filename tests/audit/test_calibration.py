"""What was planted, what the audit found of it, and whether that is enough to believe it."""

import pandas as pd
import pytest

from audit.doses import CALIBRATION, dose_table, tables
from beholder.audit.calibration import MEASURES, calibration_table
from beholder.audit.evidence import read_evidence
from beholder.audit.planted import experiment_of, planted_config, shown
from beholder.audit.table import COLUMNS, pick, tidy
from beholder.config.load import load_config

CONFIG = load_config(
    {
        "name": "outer",
        "collect": {"sources": {"a": {"kind": "synthetic", "looks": 1}, "b": {"kind": "synthetic", "looks": 0}}},
        "faces": {"crop": {"margin": 0.25}},
        "splits": {"pack": {"input_size": 224}},
        "train": {
            "models": {"net": {"architecture": "resnet18"}},
            "recipes": {"short": {}},
            "runs": [{"recipe": "short"}],
        },
        "audit": {"calibration": CALIBRATION},
    }
)


def calibrated(found):
    return calibration_table(found, floor=0.02, ceiling=0.95)


def test_a_pipeline_that_finds_every_dose_passes():
    table = calibrated(tables())
    verdict = pick(table, metric="planted_dose")
    assert verdict["estimate"] == 1 and verdict["note"] == ""
    assert pick(table, metric="planted_spearman", detail="background")["estimate"] == pytest.approx(1)
    assert list(table) == COLUMNS
    assert not table.duplicated(["metric", "detail", "seed"]).any()
    half = pick(table, metric="planted_background_reliance", detail="background/0.5", seed="all")
    assert half["estimate"] == pytest.approx(0.15) and half["low"] < half["estimate"] < half["high"]
    assert {f"planted_{name}" for name in MEASURES} <= set(table["metric"])


def test_a_pipeline_that_misses_a_dose_says_which():
    flat = tables() | {("background", 0.8): dose_table(0.1), ("background", 1.0): dose_table(0.1)}
    verdict = pick(calibrated(flat), metric="planted_dose")
    assert verdict["estimate"] == 0
    assert "does not rise with every dose (0: 0.000, 0.2: 0.060" in verdict["note"]


def test_noise_against_the_planted_group_does_not_hide_a_low_dose():
    noisy = tables() | {("face", 1.0): dose_table(0.009, 0.0, sign=-1), ("background", 0.2): dose_table(0.008, 0.0)}
    noisy["background", 0.0] = noisy["face", 1.0]
    assert pick(calibrated(noisy), metric="planted_dose")["note"] == ""
    loud = noisy | {("background", 0.0): dose_table(0.05, 0.0, sign=-1)}
    assert "without a planted background is above" in pick(calibrated(loud), metric="planted_dose")["note"]


def test_a_facial_difference_that_reads_as_background_fails():
    fooled = tables() | {("face", 1.0): dose_table(0.3)}
    verdict = pick(calibrated(fooled), metric="planted_dose")
    assert verdict["estimate"] == 0 and "face alone (dose 1)" in verdict["note"]


def test_a_background_alone_that_reads_as_face_fails():
    fooled = tables() | {("background_alone", 1.0): dose_table(0.6)}
    verdict = pick(calibrated(fooled), metric="planted_dose")
    assert verdict["estimate"] == 0 and "background alone reads as face (reliance 0.600" in verdict["note"]


def test_networks_that_learnt_nothing_fail():
    nothing = {point: dose_table(float("nan")) for point in tables()}
    verdict = pick(calibrated(nothing), metric="planted_dose")
    assert verdict["estimate"] == 0 and "does not rise" in verdict["note"]


def test_a_single_training_is_its_own_mean():
    single = {point: table[table["seed"] == "all"] for point, table in tables().items()}
    assert pick(calibrated(single), metric="planted_dose")["estimate"] == 1


def test_the_verdict_reads_the_outcome():
    general = calibrated(tables())
    rows = [row for name in ("main",) for row in _needed(name)]
    evidence = read_evidence(pd.concat([tidy(rows), general[general["seed"] == "all"]], ignore_index=True))
    assert evidence.planted_dose is True
    assert list(evidence.reliance) == ["main"], "planted rows are no measures of the run's own networks"


def test_every_dose_but_none_keeps_the_faces_apart():
    points = shown(CONFIG["audit"]["calibration"])
    assert ("face", 0.0) not in points
    assert experiment_of("background", 0.0) == experiment_of("face", 1.0) == ("face", 1.0)
    for cue, dose in {experiment_of(*point) for point in points}:
        planted = planted_config(CONFIG, cue, dose)["collect"]["sources"]["planted"]["planted"]
        others = {} if cue == "background_alone" else {"face": 1.0}
        assert planted == others | {cue.removesuffix("_alone"): dose}


def test_an_experiment_is_a_config_of_its_own_with_the_measures_of_the_run():
    planted = load_config(planted_config(CONFIG, "tag", 0.5))
    assert planted["faces"]["crop"] == CONFIG["faces"]["crop"]
    assert planted["audit"]["swaps"]["pairs"] == CONFIG["audit"]["swaps"]["pairs"]
    assert planted["splits"]["pack"]["input_size"] == 56
    assert planted["audit"]["swaps"]["composite"]["feather"] == 1, "a quarter of the images' size, and of the 4 pixels"
    assert planted["collect"]["sources"]["plain"]["planted"]["tag"] == 0


def _needed(setting):
    """Return the rows that every verdict needs."""
    from beholder.audit.table import row

    return [
        row("background_reliance", 0.1, detail=setting),
        row("conflict_accuracy", 1.0, detail=setting),
        row("interaction_ratio", 0.0, detail=setting),
        row("self_paste", 0.0),
        row("balanced_accuracy", 1.0, detail="original"),
        *(row(name, 1.0) for name in ("mask_ok", "clusters_per_class", "seeds", "shared_persons")),
    ]
