"""Rows of the audit table, from measurements to a verdict."""

import numpy as np
import pandas as pd
import pytest

from beholder.audit.evidence import read_evidence
from beholder.audit.occlusion import SIDES
from beholder.audit.regions import REGIONS
from beholder.audit.summary import (
    accuracy_rows,
    bookkeeping_rows,
    localisation_rows,
    occlusion_rows,
    placement_rows,
    swap_rows,
    variant_rows,
)
from beholder.audit.summary_people import dependence_rows, leakage_rows, probe_rows, subgroup_rows
from beholder.audit.table import COLUMNS, FLAT_BACKGROUND, pick, row, tidy
from beholder.audit.uncertainty import Interval, resample
from beholder.audit.verdict import judge
from beholder.config.audit import Confounders, Gates, Subgroups, Thresholds, Verdict

N, SEEDS = 120, 3


@pytest.fixture(scope="module")
def people():
    number = np.arange(N)
    return pd.DataFrame(
        {
            "looks": number % 2,
            "cluster": number // 4 * 2 + number % 2,
            "gender": np.where(number % 4 < 2, "Male", "Female"),
        }
    )


@pytest.fixture(scope="module")
def draws(people):
    return resample(people["cluster"].to_numpy(), people["looks"].to_numpy(), SEEDS, 300, seed=0)


@pytest.fixture(scope="module")
def margins(people):
    return 6.0 * people["looks"].to_numpy() - 3 + np.random.default_rng(0).normal(size=(SEEDS, N))


def swaps(face=3.0, background=0.1):
    random = np.random.default_rng(1)
    first, second = np.arange(1, N, 2), np.arange(0, N, 2)
    f, b = np.array([1, 1, 0, 0]) - 0.5, np.array([1, 0, 1, 0]) - 0.5
    tables = []
    for _ in range(SEEDS):
        parts = []
        for setting, shift in (("main", 0.0), ("placement=target", 0.5)):
            values = face * 2 * f + (background + shift) * b + 0.3 * random.normal(size=(len(first), 4))
            cells = pd.DataFrame(values, columns=["m11", "m10", "m01", "m00"])
            parts.append(cells.assign(setting=setting, first=first, second=second))
        tables.append(pd.concat(parts, ignore_index=True))
    return tables


def variants(margins):
    names = ["original", "self_paste", "face_only", "background_only", "box_black", "box_tiled"]
    names += ["mixed_same", "mixed_opposite", "mixed_random_0", "mixed_random_1", "mixed_random_2"]
    tables = []
    for seed in margins:
        table = pd.DataFrame(dict.fromkeys(names, seed + 0.05)).assign(original=seed, background_only=0.0)
        table.loc[:3, "face_only"] = np.nan
        tables.append(table)
    return tables


def test_localisation_rows_average_by_group(people, draws):
    random = np.random.default_rng(0)
    share = 0.3 + 0.4 * people["looks"].to_numpy() + 0.01 * random.normal(size=(SEEDS, N))
    tables = [pd.DataFrame({"evidence": np.ones(N), "energy_share/face": values}) for values in share]
    tables[0].loc[0, "energy_share/face"] = np.nan
    tables[1].loc[:11, "evidence"] = 0.0
    table = tidy(localisation_rows(tables, people, draws, "registered"), model="resnet18")
    good = pick(table, metric="energy_share", group="good")
    normal = pick(table, metric="energy_share", group="normal")
    assert good["detail"] == "registered/face" and good["low"] < 0.7 < good["high"]
    assert (normal["n"], normal["missing"], normal["clusters"]) == (N // 2 - 1, 1, 30)
    assert pick(table, metric="empty_maps", group="all")["estimate"] == pytest.approx(0.1 / 3)
    assert list(table) == COLUMNS and set(table["model"]) == {"resnet18"} and set(table["seed"]) == {"all"}


def test_swap_rows_and_the_placement_contrast(draws):
    table = tidy(swap_rows(swaps(), draws, verdict_level=0.99))
    main = pick(table, metric="background_reliance", detail="main")
    assert main["low"] < 0.1 / 6.1 + 0.02 and main["high"] < 0.1 and main["n"] == 60 and not main["note"]
    assert pick(table, metric="conflict_accuracy", detail="main")["estimate"] == 1
    contrast = pick(tidy(placement_rows(swaps(), draws)), metric="placement_contrast")
    assert contrast["estimate"] == pytest.approx(0.6 / 6.6 - 0.1 / 6.1, abs=0.03) and contrast["low"] > 0


def test_a_flat_background_is_said_to_leave_little_to_swap(draws):
    table = tidy(swap_rows(swaps(), draws, flat=True))
    assert pick(table, metric="background_reliance", detail="main")["note"] == FLAT_BACKGROUND


def test_the_accuracy_of_photographs_as_they_are_is_that_of_the_whole_test_set(people, draws, margins):
    table = tidy(accuracy_rows(margins, people, draws))
    looks = people["looks"].to_numpy() == 1
    right = (margins > 0) == looks
    expected = (right[:, looks].mean() + right[:, ~looks].mean()) / 2
    found = pick(table, metric="balanced_accuracy", detail="original")
    assert found["estimate"] == pytest.approx(expected) and found["n"] == N


def test_variant_rows(people, draws, margins):
    table = tidy(variant_rows(variants(margins), people, draws))
    assert "original" not in set(table["detail"]), "scored on the whole test set, by `accuracy_rows`"
    assert pick(table, metric="auroc", detail="background_only")["estimate"] == 0.5
    assert pick(table, metric="balanced_accuracy", detail="mixed_random")["estimate"] > 0.95
    assert pick(table, metric="background_gap")["estimate"] == 0
    assert pick(table, metric="self_paste")["estimate"] == pytest.approx(0.05 / margins.std(1).mean(), rel=0.05)
    assert pick(table, metric="balanced_accuracy", detail="face_only")["missing"] == 4


def test_occlusion_rows(people, draws):
    names = [*REGIONS, *(f"side_{side}" for side in SIDES)]
    tables = [pd.DataFrame({name: np.full(N, float(k)) for k, name in enumerate(names)})] * SEEDS
    found = tidy(occlusion_rows(tables, people, draws))
    assert pick(found, metric="occlusion", detail="nose", group="good")["estimate"] == 2
    assert pick(found, metric="occlusion_p", detail="nose", group="good")["estimate"] < 0.01
    assert pick(found, metric="occlusion_p", detail="eyes", group="good")["estimate"] == 1, (
        "covering them changes nothing"
    )


def test_probe_leakage_and_subgroup_rows(people, draws, margins):
    random = np.random.default_rng(2)
    looks = people["looks"].to_numpy()
    pixels = pd.DataFrame({"sharpness": -looks + random.normal(size=N), "noise": random.normal(size=N)})
    one = resample(people["cluster"].to_numpy(), looks, 1, 200, seed=0)
    config = Confounders(permutations=99, selections=2)
    rows, scores = probe_rows({"pixels": pixels}, people, one, config)
    table = tidy(rows)
    assert pick(table, metric="probe_auroc", detail="pixels")["low"] > 0.5
    assert pick(table, metric="feature_auroc", detail="pixels/sharpness")["estimate"] > 0.65
    assert pick(table, metric="probe_p")["estimate"] < 0.05
    dependent = tidy(dependence_rows(margins + 2 * scores["pixels"].to_numpy(), scores, people, draws))
    assert pick(dependent, metric="within_class_r", detail="pixels")["low"] > 0

    touched = pd.DataFrame({kind: np.arange(N) < 5 for kind in ("exact", "near", "mirrored", "person")})
    leaks = tidy(leakage_rows(margins, touched, people, draws))
    assert pick(leaks, metric="touched", detail="near")["estimate"] == 5
    assert pick(leaks, metric="balanced_accuracy_untouched")["n"] == N - 5

    groups = tidy(subgroup_rows(margins, people, draws, Subgroups(min_images=20, min_persons=5)))
    assert len(groups[groups["metric"] == "subgroup_accuracy"]) == 4
    assert pick(groups, metric="subgroup_gap", group="good")["estimate"] < 0.1
    assert pick(groups, metric="brier")["estimate"] < 0.1


def test_the_table_leads_to_a_verdict(people, draws, margins):
    rows = swap_rows(swaps(), draws) + placement_rows(swaps(), draws) + variant_rows(variants(margins), people, draws)
    rows += accuracy_rows(margins, people, draws)
    rows += bookkeeping_rows(margins, people, np.ones(N, bool), shared_persons=0)
    rows += [row("planted_dose", 1.0), row("probe_auroc", Interval(0.9, 0.85, 0.95), detail="pixels")]
    config = Verdict(gates=Gates(min_seeds=3), thresholds=Thresholds(conflict_face_min=0.85))  # few persons
    verdict = judge(read_evidence(tidy(rows)), config)
    assert verdict.label == "face", verdict.headline
    assert verdict.qualifiers["processing"] == "found" and verdict.qualifiers["surroundings of the face"] == "not found"
    stored = tidy(rows).replace({"note": {"": None}})
    assert judge(read_evidence(stored), config).label == "face"
    dependent = [r for r in rows if r["metric"] != "background_reliance"] + [
        r for r in swap_rows(swaps(face=0.3, background=3.0), draws) if r["metric"] == "background_reliance"
    ]
    assert judge(read_evidence(tidy(dependent)), config).label == "background"


def test_effective_n_shrinks_with_the_likeness_of_a_persons_images(people):
    alike = np.random.default_rng(0).normal(size=60)[people["cluster"].to_numpy()][None]
    table = tidy(bookkeeping_rows(alike, people, np.ones(N, bool), shared_persons=0))
    found = pick(table, metric="effective_n", group="good")
    assert (found["n"], found["clusters"]) == (60, 30) and found["estimate"] == pytest.approx(30)


def test_a_missing_number_is_named():
    with pytest.raises(KeyError, match="background_reliance"):
        read_evidence(tidy([row("seeds", 3)]))


def test_a_row_without_interval():
    table = tidy([row("seeds", 3, note="x")], seed=4)
    assert table.loc[0, "seed"] == "4" and np.isnan(table.loc[0, "low"]) and table.loc[0, "note"] == "x"
    assert list(tidy([])) == COLUMNS
