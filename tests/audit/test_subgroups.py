"""Groups of people and calibration: known answers and edge cases."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from beholder.audit.subgroups import (
    calibration_draws,
    correct,
    debiased,
    largest_gap,
    mass_numbers,
    recalibration,
    reliability,
    subgroup_means,
    subgroup_reliances,
)
from beholder.audit.uncertainty import resample


def people(count=200):
    gender = np.where(np.arange(count) % 2, "Male", "Female")
    age = np.where(np.arange(count) < 10, "0-2", "20-29")
    return pd.DataFrame({"looks": 0, "cluster": np.arange(count), "gender": gender, "age": age})


def test_error_rates_by_group():
    table = people()
    margins = np.where((table["gender"] == "Male") & (np.arange(200) % 10 == 1), 1.0, -1.0)[None]
    draws = resample(table["cluster"], table["looks"], 1, 200, seed=0)
    groups = subgroup_means(correct(margins, table["looks"].to_numpy()), table, ["gender", "age"], draws)
    found = {group.value: group for group in groups}
    assert found["Female"].mean[0] == 1 and found["Male"].mean[0] == pytest.approx(0.8)
    assert found["0-2"].images == 10 and np.isnan(found["0-2"].mean).all()
    gap = largest_gap([found["Female"], found["Male"], found["0-2"]], draws)
    assert (gap.best.value, gap.worst.value, gap.pairs) == ("Female", "Male", 1)
    assert gap.interval.estimate == pytest.approx(0.2) and 0 < gap.interval.low < 0.2 < gap.interval.high
    assert largest_gap([found["Male"], found["0-2"]], draws) is None


def test_the_widest_of_many_gaps_is_not_found_where_there_is_none():
    """Followed through the draws as if chosen beforehand, it would be called larger than 0.05 in a fifth of the sets."""
    random, called = np.random.default_rng(0), 0
    table = pd.DataFrame({"looks": 0, "cluster": np.arange(280), "age": np.arange(280) % 7})
    for _ in range(60):
        draws = resample(table["cluster"], table["looks"], 1, 200, seed=0)
        right = (random.random((1, 280)) < 0.9).astype(float)
        called += largest_gap(subgroup_means(right, table, ["age"], draws), draws).interval.low > 0.05
    assert called <= 4


def test_groups_of_few_persons_and_missing_labels_have_no_estimate():
    table = people()
    table["cluster"] = 0
    table.loc[table["gender"] == "Male", "gender"] = None
    draws = resample(np.arange(200), table["looks"], 1, 20, seed=0)
    groups = subgroup_means(np.ones((1, 200)), table, ["gender"], draws)
    assert [group.value for group in groups] == ["Female"] and np.isnan(groups[0].mean[0])


def test_background_reliance_by_group():
    """Of women the background decides a quarter, of men nothing."""
    table = people(240).assign(looks=np.arange(240) // 2 % 2)
    first, second = (np.resize(np.flatnonzero(table["looks"] == looks), 400) for looks in (1, 0))
    background = np.where(table["gender"].to_numpy()[second] == "Female", 1.0, 0.0)
    face, behind = np.array([1, 1, -1, -1]) * 1.5, np.array([1, -1, 1, -1]) * 0.5
    margins = (face + behind * background[:, None])[None] + np.random.default_rng(0).normal(0, 0.01, (1, 400, 4))
    draws = resample(table["cluster"], table["looks"], 1, 200, seed=0)
    groups = {
        (group.value, group.looks): group
        for group in subgroup_reliances(margins, first, second, table, ["gender", "age"], draws)
    }
    assert groups["Female", 0].mean[0] == pytest.approx(0.25, abs=0.01)
    assert groups["Male", 0].mean[0] < 0.01 and groups["Male", 0].images == 200
    assert np.isnan(groups["0-2", 0].mean[0]) and groups["0-2", 0].clusters < 10


def test_few_persons_widen_the_interval():
    table = people(60).assign(cluster=np.arange(60) // 2, gender=np.where(np.arange(60) < 24, "Male", "Female"))
    values = np.random.default_rng(0).random((1, 60))
    draws = resample(table["cluster"], table["looks"], 1, 400, seed=0)
    male = next(g for g in subgroup_means(values, table, ["gender"], draws, 10, 10) if g.value == "Male")
    own, naive = male.interval(draws, 0.95), draws.interval(male.mean)
    assert male.clusters == 12 and own.high - own.low > naive.high - naive.low


def calibrated(margins, looks, bins=10):
    draws = resample(np.arange(len(looks)), np.zeros(len(looks)), 1, 5, seed=0)
    measured = calibration_draws(np.asarray(margins)[None], np.asarray(looks), draws, bins)
    return {name: values[0] for name, values in measured.items()}


def test_brier_and_log_loss():
    measured = calibrated(logit(np.array([0.9, 0.8])), [1, 0])
    assert measured["brier"] == pytest.approx(0.325) and measured["log_loss"] == pytest.approx(0.857, abs=1e-3)


def test_scores_agree_with_scikit_learn():
    random = np.random.default_rng(0)
    margins, looks = random.normal(size=100), random.integers(0, 2, 100)
    measured = calibrated(margins, looks)
    assert measured["brier"] == pytest.approx(brier_score_loss(looks, expit(margins)), rel=1e-5)
    assert measured["log_loss"] == pytest.approx(log_loss(looks, expit(margins)), rel=1e-5)
    shares, means = calibration_curve(looks, expit(margins), n_bins=10)
    curve = reliability(expit(margins), looks)
    assert curve["outcome"].to_numpy() == pytest.approx(shares) and curve["probability"].to_numpy() == pytest.approx(
        means
    )


def test_certainty_belongs_to_the_last_bin():
    """Confidence 1.0 wrong and .95 right: torchmetrics 1.9.0 says .525, with an extra bin for 1.0."""
    confidence, right = np.array([1.0, 0.95]), np.array([0, 1])
    assert calibrated([1e3, logit(0.95)], right)["calibration_error"] == pytest.approx(0.475)
    bins_of_torchmetrics = np.digitize(confidence, np.linspace(0, 1, 11)) - 1
    gaps = [abs((confidence - right)[bins_of_torchmetrics == b].sum()) for b in np.unique(bins_of_torchmetrics)]
    assert sum(gaps) / 2 == pytest.approx(0.525)


def test_bins_are_closed_on_the_right():
    assert reliability(np.array([0.0, 0.1, 0.100001, 1.0]), np.zeros(4))["bin"].tolist() == [0, 1, 9]


def test_bins_of_equal_mass_hold_equally_many():
    probability = expit(np.random.default_rng(0).normal(5, 2, (2, 500)))
    assert np.bincount(mass_numbers(probability, 10).ravel()).tolist() == [100] * 10
    assert mass_numbers(np.ones(5), 10).tolist() == [0] * 5


def test_noise_is_taken_off_the_error_of_calibration():
    random = np.random.default_rng(1)
    margins = random.normal(0, 2, (1, 600))
    looks = (random.random(600) < expit(margins[0])).astype(int)
    draws = resample(np.arange(600), looks, 1, 400, seed=0)
    error = calibration_draws(margins, looks, draws)["calibration_error_equal_mass"]
    assert error[0] > 0.02 > debiased(error, 1)[0], "calibrated"
    error = calibration_draws(3 * margins, looks, draws)["calibration_error_equal_mass"]
    assert debiased(error, 1)[0] == pytest.approx(error[0], abs=0.02), "not calibrated"


def test_a_calibrated_network_is_not_called_otherwise():
    random, called = np.random.default_rng(0), {1: 0, 3: 0}
    for images in (66, 186) * 20:
        margins = random.normal(0, 2, (1, images))
        looks = (random.random(images) < expit(margins[0])).astype(int)
        draws = resample(np.arange(images) // 2, looks, 1, 200, seed=0)
        for slope in called:
            error = calibration_draws(slope * margins, looks, draws)["calibration_error_equal_mass"]
            called[slope] += draws.interval(debiased(error, 1)).low > 0.05
    assert called[1] <= 3 and called[3] >= 20


def test_doubled_logits_have_half_the_slope():
    random = np.random.default_rng(0)
    margins = random.normal(0, 2, 20000)
    looks = (random.random(20000) < expit(margins)).astype(int)
    assert recalibration(margins, looks) == pytest.approx((0, 1), abs=0.05)
    assert recalibration(2 * margins, looks)[1] == pytest.approx(0.5, abs=0.03)
    assert calibrated(margins, looks)["calibration_error"] < 0.02
    assert calibrated(2 * margins, looks)["calibration_error"] > 0.05


def test_separable_classes_have_no_slope():
    assert np.isnan(recalibration(np.array([-2.0, -1, 1, 2]), np.array([0, 0, 1, 1]))).all()
    assert np.isnan(recalibration(np.array([1.0, 2]), np.array([1, 1]))).all()
