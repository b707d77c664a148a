"""Intervals: known answers, agreement with the plain resampling of rows, and coverage by simulation."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from beholder.audit.uncertainty import Interval, Resampling, effective_n, intraclass_correlation, resample


def clustered(random, repeats, clusters, size, correlation):
    """Values [repeats, 1, clusters * size] of mean 0 and variance 1 with the given intraclass correlation."""
    shared = random.normal(size=(repeats, clusters, 1)) * np.sqrt(correlation)
    own = random.normal(size=(repeats, clusters, size)) * np.sqrt(1 - correlation)
    return (shared + own).reshape(repeats, 1, -1)


def covered(draws: Resampling, values) -> float:
    """Share of repeats whose 95 % interval holds the true mean, 0."""
    intervals = [draws.interval(row) for row in draws.means(values)]
    return float(np.mean([low <= 0 <= high for _, low, high in intervals]))


def test_intervals_over_clusters_cover_and_naive_ones_do_not():
    random = np.random.default_rng(0)
    values = clustered(random, 2000, 30, 20, 0.3)
    persons = np.repeat(np.arange(30), 20)
    assert 0.93 <= covered(resample(persons, np.zeros(600), 1, 1000, seed=1), values) <= 0.97
    naive = resample(np.arange(600), np.zeros(600), 1, 400, seed=1)
    assert covered(naive, values[:500]) < 0.65


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.3], ids=["clusters alone", "both", "mostly seeds"])
@pytest.mark.parametrize("seeds", [5, 10])
def test_intervals_over_seeds_and_clusters_cover(seeds, spread):
    random = np.random.default_rng(1)
    persons, repeats = np.repeat(np.arange(40), 10), 2000
    of_images = clustered(random, repeats, 40, 10, 0.3) * 0.3
    of_seeds = random.normal(size=(repeats, seeds, 1)) * spread
    draws = resample(persons, np.zeros(400), seeds, 1000, seed=2)
    assert 0.93 <= covered(draws, of_images + of_seeds) <= 0.97


def test_bounded_interval_of_few_clusters_is_wide_and_of_one_is_missing():
    values = np.linspace(0, 1, 12)[None]
    few = resample(np.repeat([0, 1, 2], 4), np.zeros(12), 1, 500, seed=0)
    many = resample(np.arange(12), np.zeros(12), 1, 500, seed=0)
    width = lambda draws: np.diff(draws.interval(draws.means(values))[1:])[0]  # noqa: E731
    assert width(few) > width(many)
    assert few.interval(few.means(values), bounds=(0.2, 0.6))[1:] == (0.2, 0.6)
    one = resample(np.zeros(12), np.zeros(12), 1, 500, seed=0)
    assert np.isnan(one.interval(one.means(values)).low)


def test_a_share_that_no_draw_changes_is_not_certain():
    """20 persons who are all judged right: the chance that 0.86 is too high for their like is one in twenty."""
    draws = resample(np.arange(40), np.arange(40) % 2, 1, 200, seed=0)
    always = draws.interval(draws.means(np.ones((1, 40))), 0.95, (0, 1))
    assert (always.estimate, always.high) == (1, 1) and always.low == pytest.approx(0.882, abs=0.002)
    never = draws.interval(draws.means(np.zeros((1, 40))), 0.95, (0, 1))
    assert never.high == pytest.approx(1 - always.low) and never.low == 0
    assert draws.interval(draws.means(np.ones((1, 40)))) == (1, 1, 1), "no share: nothing is known of its ends"


def test_p_values_agree_with_intervals_and_are_honest():
    random = np.random.default_rng(5)
    values, persons = clustered(random, 400, 30, 5, 0.3), np.repeat(np.arange(30), 5)
    draws = resample(persons, np.zeros(150), 1, 1000, seed=1)
    means = draws.means(values)
    p = np.array([draws.p_value(row) for row in means])
    assert 0.02 < np.mean(p < 0.05) < 0.08 and 0.4 < np.mean(p < 0.5) < 0.6
    outside = [not low <= 0 <= high for _, low, high in (draws.interval(row) for row in means)]
    assert np.array_equal(p < 0.05, outside)
    assert draws.p_value(means[0] + 5) == 1 / 1001 == draws.p_value(means[0] - 5)
    assert np.isnan(resample(np.zeros(150), np.zeros(150), 1, 50, seed=0).p_value(means[0][:52]))


def test_weights_equal_resampled_rows():
    random = np.random.default_rng(3)
    persons = random.integers(0, 9, 50)
    labels = persons % 2
    scores = random.normal(size=(2, 50)).round(1)
    draws = resample(persons, labels, 2, 5, seed=0)
    means, areas = draws.means(scores), draws.auroc(scores, labels)
    for b in range(len(means)):
        rows = np.repeat(np.arange(50), draws.clusters[b, draws.codes].astype(int))
        weights = draws.seeds[b] / draws.seeds[b].sum()
        assert means[b] == pytest.approx(scores[:, rows].mean(1) @ weights, abs=1e-5)
        expected = [roc_auc_score(labels[rows], scores[s, rows]) for s in (0, 1)]
        assert areas[b] == pytest.approx(np.dot(expected, weights), abs=1e-5)


def test_pairs_weigh_both_clusters():
    persons = np.array([0, 0, 1, 2, 2, 3])
    draws = resample(persons, np.array([1, 1, 1, 0, 0, 0]), 1, 20, seed=0)
    values, first, second = np.array([[1.0, 2.0, 4.0]]), np.array([0, 1, 2]), np.array([3, 5, 5])
    weights = draws.clusters[:, [0, 0, 1]] * draws.clusters[:, [2, 3, 3]]
    with np.errstate(invalid="ignore"):
        assert draws.pair_means(values, first, second) == pytest.approx(
            (weights @ values[0]) / weights.sum(1), nan_ok=True
        )


def test_missing_values_are_not_counted():
    draws = resample(np.arange(4), np.zeros(4), 1, 10, seed=0)
    assert draws.means(np.array([[1.0, np.nan, 3.0, np.nan]]))[0] == 2
    assert np.isnan(draws.means(np.full((1, 4), np.nan))[0])
    assert draws.interval(np.full(12, np.nan)) == pytest.approx(Interval(np.nan, np.nan, np.nan), nan_ok=True)


def test_classes_keep_their_number_of_clusters():
    labels = np.repeat([0, 1], [30, 5])
    draws = resample(np.arange(35), labels, 1, 100, seed=0)
    assert draws.smallest == 5
    assert (draws.clusters[2:, :30].sum(1) == 30).all() and (draws.clusters[2:, 30:].sum(1) == 5).all()


def test_the_interval_agrees_with_scipy_for_independent_images():
    random = np.random.default_rng(5)
    values = random.exponential(size=400)
    draws = resample(np.arange(400), np.zeros(400), 1, 4000, seed=0)
    ours = draws.interval(draws.means(values[None]))
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", random_state=0)
    assert ours[1:] == pytest.approx(tuple(theirs.confidence_interval), abs=0.01)


@pytest.mark.parametrize(("correlation", "expected"), [(1, 10), (0.1, 91.743)])
def test_effective_n(correlation, expected):
    assert effective_n(np.repeat(np.arange(10), 100), correlation) == pytest.approx(expected, abs=1e-3)


def test_intraclass_correlation():
    random = np.random.default_rng(0)
    values = clustered(random, 1, 400, 10, 0.3)[0, 0]
    persons = np.repeat(np.arange(400), 10)
    assert intraclass_correlation(values, persons) == pytest.approx(0.3, abs=0.05)
    assert intraclass_correlation(np.repeat(np.arange(5.0), 2), np.repeat(np.arange(5), 2)) == 1
    assert np.isnan(intraclass_correlation(values[:5], np.arange(5)))


def test_some_images_are_drawn_as_among_all():
    random = np.random.default_rng(4)
    clusters, classes = np.arange(40) // 4, np.arange(40) // 20
    draws = resample(clusters, classes, 3, 200, 0)
    values, some = random.normal(size=(2, 3, 40)), random.random(40) < 0.5
    expected = draws.means(np.where(some, values, np.nan))
    assert draws.subset(some).means(values[..., some]) == pytest.approx(expected, rel=1e-4, abs=1e-5, nan_ok=True)
    alike = np.broadcast_to(values[:, :1], values.shape)
    assert draws.seedless().means(values[:, :1]) == pytest.approx(draws.means(alike), rel=1e-4, abs=1e-5)
