"""Probes: what leaks through identity, what a permutation of images gets wrong, decodability against use."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, cross_val_predict

from beholder.audit.probes import (
    matched_accuracy,
    permutation_p,
    probe_scores,
    random_labels,
    within_class_correlation,
)
from beholder.audit.uncertainty import resample


def table(*columns):
    return pd.DataFrame({str(k): column for k, column in enumerate(columns)})


def test_identity_is_no_evidence():
    """A feature constant per person tells persons, not groups: folds by image are fooled, folds by person are not."""
    areas, fooled = [], []
    for seed in range(4):
        random = np.random.default_rng(seed)
        persons = np.repeat(np.arange(60), 20)
        looks, features = persons % 2, table(random.normal(size=60)[persons])
        areas.append(roc_auc_score(looks, probe_scores(features, looks, persons, "boosting", seed=seed)))
        model = HistGradientBoostingClassifier(min_samples_leaf=5)
        scores = cross_val_predict(
            model, features, looks, cv=KFold(5, shuffle=True, random_state=0), method="predict_proba"
        )
        fooled.append(roc_auc_score(looks, scores[:, 1]))
    assert min(fooled) > 0.95
    assert np.mean(areas) == pytest.approx(0.47, abs=0.1)


def test_an_exclusive_or_needs_boosting():
    """Univariate scores, such as cleanlab's spurious-correlation score, call both features noise."""
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 2000))
    looks, persons = ((a > 0) ^ (b > 0)).astype(int), np.arange(2000)
    area = lambda features, kind: roc_auc_score(looks, probe_scores(features, looks, persons, kind))  # noqa: E731
    assert area(table(a), "boosting") < 0.56 and area(table(b), "boosting") < 0.56
    assert area(table(a, b), "logistic") < 0.56
    assert area(table(a, b), "boosting") > 0.98


def cleanlab_score(labels, accuracy):
    """cleanlab 2.9.0's score of a property, whose baseline takes the index of the largest class for its size."""
    baseline = np.bincount(labels).argmax() / len(labels)
    return min(1, (1 - accuracy) / (1 - baseline))


def test_cleanlabs_baseline_calls_an_unrelated_property_spurious():
    random = np.random.default_rng(0)
    looks = (random.random(2000) < 0.1).astype(int)
    unrelated, persons = table(random.normal(size=2000)), np.arange(2000)
    assert cleanlab_score(looks, accuracy=0.9) == pytest.approx(0.1, abs=0.02)  # documented: 1.0, not spurious
    assert roc_auc_score(looks, probe_scores(unrelated, looks, persons, "logistic")) == pytest.approx(0.5, abs=0.06)


def test_missing_values_and_single_class_folds():
    looks, persons = np.repeat([0, 1], 50), np.arange(100)
    values = looks + 0.1
    values[::3] = np.nan
    scores = probe_scores(table(values, np.full(100, np.nan)), looks, persons, "logistic")
    assert np.isfinite(scores).all() and roc_auc_score(looks, scores) > 0.85
    assert np.isnan(probe_scores(table(values), np.zeros(100), persons, "logistic")).all()
    assert np.isnan(probe_scores(table(values), looks, np.zeros(100), "logistic")).all()


def celebrities_and_singletons(seed):
    """10 persons of 50 images against 500 of one; a feature of the person that tells nothing."""
    random = np.random.default_rng(seed)
    persons = np.r_[np.repeat(np.arange(10), 50), 10 + np.arange(500)]
    return table(random.normal(size=510)[persons]), (persons < 10).astype(int), persons


def test_permutation_null_is_valid_where_exchanging_images_is_not():
    ours, naive = [], []
    for seed in range(40):
        features, looks, persons = celebrities_and_singletons(seed)
        ours.append(permutation_p(features, looks, persons, permutations=99, selections=1, seed=seed) <= 0.05)
        observed = abs(roc_auc_score(looks, features["0"]) - 0.5)
        random = np.random.default_rng(seed)
        null = [abs(roc_auc_score(random.permutation(looks), features["0"]) - 0.5) for _ in range(39)]
        naive.append(np.mean(np.array(null) >= observed) <= 0.05)
    assert np.mean(naive) > 0.5
    assert np.mean(ours) <= 0.15


def test_permutation_null_has_power_and_needs_persons():
    random = np.random.default_rng(0)
    looks, persons = np.repeat([0, 1], 40), np.arange(80)
    assert permutation_p(table(looks + random.normal(size=80)), looks, persons, permutations=199, selections=2) < 0.02
    assert np.isnan(permutation_p(table(random.normal(size=80)), looks, persons // 20))


def test_decodable_is_not_used():
    random = np.random.default_rng(0)
    looks = random.integers(0, 2, 4000)
    confounder = 2 * looks + random.normal(size=4000)
    ignoring = 3 * looks + random.normal(size=4000)
    using = 3 * looks + confounder
    assert np.corrcoef(ignoring, confounder)[0, 1] == pytest.approx(0.59, abs=0.03)
    draws = resample(np.arange(4000), looks, 2, 200, seed=0)

    def correlation(margins):
        return draws.interval(within_class_correlation(np.stack([margins, margins]), confounder, looks, draws))

    assert abs(correlation(ignoring).estimate) < 0.05 and correlation(ignoring).low < 0 < correlation(ignoring).high
    assert correlation(using).estimate == pytest.approx(1)
    assert np.isnan(correlation(3.0 * looks).estimate)


def test_matched_accuracy_looks_where_the_probe_is_unsure():
    random = np.random.default_rng(0)
    looks = np.repeat([1, 0], 2000)
    feature = np.where(random.random(4000) < 0.8, looks, 1 - looks)
    probe = np.where(feature == 1, 0.8, 0.2)
    accuracy, effective = matched_accuracy(feature == looks, probe, looks)
    assert np.mean(feature == looks) == pytest.approx(0.8, abs=0.02)
    assert accuracy == pytest.approx(0.5, abs=0.03) and effective > 1000
    assert np.isnan(matched_accuracy(np.ones(40), np.full(40, 0.5), np.repeat([0, 1], 20))[0])


def test_random_labels_are_per_person_and_balanced():
    persons = np.repeat(np.arange(20), 5)
    labels = random_labels(persons, seed=0)
    assert labels.mean() == 0.5
    assert all(len(set(labels[persons == p])) == 1 for p in range(20))
