"""Background reliance: the known answers of the audit's reference."""

import numpy as np
import pytest

from beholder.audit.reliance import conflict_wins, effects, measure_reliance, pooled_reliance, relative_change
from beholder.audit.scores import accuracy_draws, flip_rate
from beholder.audit.uncertainty import resample

F, B = np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0])


@pytest.mark.parametrize(
    ("margins", "expected", "reliance"),
    [
        (3 * F + B, (3, 1, 0), 0.25),
        (F & B, (0.5, 0.5, 1), 0.5),
        (F ^ B, (0, 0, -2), np.nan),
        (F * 0, (0, 0, 0), np.nan),
    ],
    ids=["additive", "and", "xor", "constant"],
)
def test_effects(margins, expected, reliance):
    face, background, interaction = effects(margins.astype(float))
    assert (face, background, interaction) == expected
    assert pooled_reliance(face, background) == pytest.approx(reliance, nan_ok=True)


def pairs(count=200, seeds=3):
    draws = resample(np.arange(2 * count), np.repeat([1, 0], count), seeds, 500, seed=0)
    return np.arange(count), np.arange(count, 2 * count), draws


def test_pooled_reliance_is_unbiased_where_the_mean_of_ratios_is_not():
    first, second, draws = pairs(2000, 1)
    noise = np.random.default_rng(0).normal(size=(1, 2000, 4))
    measured = measure_reliance(3.0 * F + noise, first, second, draws)
    assert measured.per_pair == pytest.approx(0.21, abs=0.01)
    assert measured.reliance.estimate < 0.02
    assert measured.reliance.high < 0.03


def test_interval_holds_the_truth():
    first, second, draws = pairs()
    noise = np.random.default_rng(1).normal(size=(3, 200, 4))
    measured = measure_reliance(3.0 * F + 1.0 * B + noise, first, second, draws)
    assert measured.reliance.low < 0.25 < measured.reliance.high
    assert measured.reliance.high - measured.reliance.low < 0.2
    assert measured.interaction_ratio < 0.1 and not measured.no_effect


@pytest.mark.parametrize("margins", [F ^ B, F * 0], ids=["xor", "constant"])
def test_without_main_effects_there_is_no_reliance(margins):
    first, second, draws = pairs()
    noise = 0.01 * np.random.default_rng(2).normal(size=(3, 200, 4)) * margins.any()
    measured = measure_reliance(margins + noise, first, second, draws)
    assert measured.no_effect and np.isnan(measured.reliance.estimate)


def test_a_missing_margin_drops_its_pair():
    first, second, draws = pairs(20, 1)
    margins = np.tile(3.0 * F + B, (1, 20, 1))
    margins[0, 0] = [np.nan, 100, 100, 100]
    assert measure_reliance(margins, first, second, draws).reliance.estimate == pytest.approx(0.25)


def test_conflicts():
    assert conflict_wins(
        np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, 1, 1, -1], [1, np.nan, 0, 0]])
    ) == pytest.approx([1, 0, 0.5, np.nan], nan_ok=True)


def test_constant_predictor_is_balanced_at_chance():
    looks = np.repeat([1, 0], [5, 20])
    draws = resample(np.arange(25), looks, 1, 50, seed=0)
    scores = accuracy_draws(np.full((1, 25), -1.0), looks, draws)
    assert scores["balanced_accuracy"][0] == 0.5 and scores["auroc"][0] == 0.5
    assert scores["recall_good"][0] == 0 and scores["recall_normal"][0] == 1


def test_a_missing_class_has_no_balanced_accuracy():
    draws = resample(np.arange(4), np.ones(4), 1, 10, seed=0)
    scores = accuracy_draws(np.ones((1, 4)), np.ones(4), draws)
    assert np.isnan(scores["balanced_accuracy"][0]) and np.isnan(scores["auroc"][0]) and scores["recall_good"][0] == 1


def test_flip_rate_and_relative_change():
    original = np.array([[1.0, -1, 1]])
    assert flip_rate(original, np.array([[[1.0, 1, np.nan]], [[2, -1, 1]]])) == pytest.approx(
        np.array([[0, 1, np.nan]]), nan_ok=True
    )
    assert relative_change(original + 0.5, original)[0].mean() == pytest.approx(0.5 / np.std([1, -1, 1]))
    assert np.isnan(relative_change(np.ones((1, 3)), np.ones((1, 3)))).all()
