"""Intervals for images that come in persons and networks that come in seeds.

Seeds and clusters (persons, or components of near-duplicates) are resampled together: all seeds see the same test
images, so the two are crossed and a draw weighs image n under seed s by `seeds[s] * clusters[cluster of n]` (the
pigeonhole bootstrap, Owen 2007). Drawing weights instead of rows makes every statistic a few matrix products.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy import sparse, stats


class Interval(NamedTuple):
    """An estimate and the ends of its confidence interval; NaN where there is none."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Resampling:
    """Weights of seeds and clusters: row 0 is the data, rows 1 to S the single seeds, the rest the draws.

    A statistic computed from `means` therefore holds its estimate, its value for every seed and its draws in one
    array along the last axis, whatever arithmetic combines several means; `interval` reads them from there.
    """

    seeds: np.ndarray
    """float32 [1 + S + draws, S]"""
    clusters: np.ndarray
    """float32 [1 + S + draws, G]"""
    codes: np.ndarray
    """int [N]: number of each image's cluster."""
    smallest: int
    """Clusters in the smaller class."""

    def subset(self, rows: np.ndarray) -> "Resampling":
        """Return the same draws for some images only; rows: bool [N]."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        return replace(self, clusters=np.ascontiguousarray(self.clusters[:, used]), codes=codes)

    def seedless(self) -> "Resampling":
        """Return the same draws for what is alike in all trainings: values [..., 1, N]."""
        return replace(self, seeds=np.ones((len(self.seeds), 1), np.float32))

    def means(self, values: np.ndarray) -> np.ndarray:
        """Return the mean [..., 1 + S + draws] of values [..., S, N]; NaN values are missing, not counted."""
        values = np.asarray(values, float)
        known = np.isfinite(values)
        if known.all():
            known = known[(0,) * (values.ndim - 2)]
        with np.errstate(invalid="ignore", divide="ignore"):
            return self._totals(np.where(known, values, 0)) / self._totals(known)

    def pair_means(self, values: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return the mean [..., 1 + S + draws] of values [..., S, P] over pairs of the images `first` and `second`.

        A pair weighs the product of its two clusters' weights.
        """
        weights = self.clusters[:, self.codes[first]] * self.clusters[:, self.codes[second]]
        known = np.isfinite(values)
        totals = np.einsum("...sp,bp->...sb", np.where(known, values, 0), weights, optimize=True)
        counts = np.einsum("...sp,bp->...sb", known.astype(np.float32), weights, optimize=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.einsum("...sb,bs->...b", totals, self.seeds) / np.einsum("...sb,bs->...b", counts, self.seeds)

    def auroc(self, scores: np.ndarray, positive: np.ndarray) -> np.ndarray:
        """Return the area under the ROC curve [1 + S + draws] of scores [S, N], averaged over seeds.

        positive: bool [N], or [S, N] where seeds have classes of their own.
        """
        classes = np.broadcast_to(positive, np.shape(scores))
        areas = np.stack([self._weighted_auroc(*seed) for seed in zip(scores, classes, strict=True)], axis=1)
        return (areas * self.seeds).sum(1) / self.seeds.sum(1)

    def interval(
        self, values: np.ndarray, level: float = 0.95, bounds: tuple[float, float] = (-np.inf, np.inf)
    ) -> Interval:
        """Return the estimate and the wider of two intervals: percentiles of the draws, and t over the seeds.

        Few units resampled vary too little, so the percentiles are moved outwards (Hesterberg 2015, "expanded
        percentile"), by the quantile of t with Satterthwaite's degrees of freedom for seeds and clusters together. Where
        seeds dominate, even that is bounded by the few seeds there are; therefore the t interval of S - 1 degrees of
        freedom, where there are at least two. An interval over one cluster per class is NaN. A share that is 0 or 1 in
        every draw, whose spread the draws cannot tell, has Jeffreys' interval (Brown, Cai and DasGupta 2001) for as many
        trials as the smaller class has clusters.
        """
        count = self.seeds.shape[1]
        estimate, per_seed, draws = values[0], values[1 : 1 + count], values[1 + count :]
        draws = draws[np.isfinite(draws)]
        if not np.isfinite(estimate) or self.smallest < 2 or len(draws) < 2:
            return Interval(float(estimate), np.nan, np.nan)
        seeds_known = count > 1 and np.isfinite(per_seed).all()
        seed_variance = per_seed.var(ddof=1) / count if seeds_known else 0.0
        reach = self._reach(float(draws.var()), float(seed_variance), level)
        low, high = np.quantile(draws, [stats.norm.cdf(-reach), stats.norm.cdf(reach)])
        if seeds_known:
            half = stats.t.ppf((1 + level) / 2, count - 1) * np.sqrt(seed_variance)
            low, high = min(low, estimate - half), max(high, estimate + half)
        if low == high and bounds == (0, 1) and estimate in bounds:
            end = float(stats.beta.ppf((1 + level) / 2, 0.5, self.smallest + 0.5))
            low, high = (0.0, end) if estimate == 0 else (1 - end, 1.0)
        return Interval(float(estimate), float(max(low, bounds[0])), float(min(high, bounds[1])))

    def p_value(self, values: np.ndarray) -> float:
        """Return the two-sided p of "the statistic is 0": one less the level of the widest interval that leaves 0 out.

        At least 1 / (1 + draws), which no bootstrap can go below; NaN without an interval.
        """
        least = 1 / (len(values) - self.seeds.shape[1])

        def excludes(p: float) -> bool:
            interval = self.interval(values, 1 - p)
            return interval.low > 0 or interval.high < 0

        if np.isnan(self.interval(values).low):
            return float("nan")
        if excludes(least):
            return least
        low, high = np.log(least), 0.0
        for _ in range(12):  # to a fiftieth of the p value, at worst
            middle = (low + high) / 2
            low, high = (low, middle) if excludes(float(np.exp(middle))) else (middle, high)
        return float(np.exp(high))

    def _reach(self, drawn: float, of_seeds: float, level: float) -> float:
        """Return how many standard deviations of the draws an interval reaches, from the variances' two parts."""
        count, clusters = self.seeds.shape[1], self.smallest
        of_clusters = max(drawn - of_seeds * (count - 1) / count, 0.0) * clusters / (clusters - 1)
        total = of_seeds + of_clusters
        if not total > 0 or not drawn > 0:
            return float(stats.norm.ppf((1 + level) / 2))
        freedom = total**2 / (of_seeds**2 / max(count - 1, 1) + of_clusters**2 / (clusters - 1))
        return float(stats.t.ppf((1 + level) / 2, freedom) * np.sqrt(total / drawn))

    def standard_error(self, values: np.ndarray) -> np.ndarray:
        """Return the standard deviation of the draws [...] of a statistic [..., 1 + S + draws]."""
        return np.nanstd(values[..., 1 + self.seeds.shape[1] :], axis=-1, ddof=1)

    def _totals(self, values: np.ndarray) -> np.ndarray:
        *lead, seeds, images = values.shape
        members = sparse.csr_matrix(
            (np.ones(images, np.float32), (self.codes, np.arange(images))), (self.clusters.shape[1], images)
        )
        per_cluster = members @ values.reshape(-1, images).astype(np.float64).T
        drawn = (self.clusters @ per_cluster.astype(np.float32)).reshape(len(self.seeds), -1, seeds)
        return np.einsum("bks,bs->kb", drawn, self.seeds).reshape(*lead, len(self.seeds))

    def _weighted_auroc(self, scores: np.ndarray, positive: np.ndarray) -> np.ndarray:
        known = np.flatnonzero(np.isfinite(scores))
        order = known[np.argsort(scores[known], kind="stable")]
        _, first, group = np.unique(scores[order], return_index=True, return_inverse=True)
        positive = np.asarray(positive, bool)[order]
        areas = []
        for rows in np.array_split(self.clusters, max(1, self.clusters.shape[0] // 256)):
            weights = rows[:, self.codes[order]].astype(np.float64)
            negatives = np.add.reduceat(np.where(positive, 0, weights), first, axis=1)
            below = np.cumsum(negatives, axis=1) - negatives / 2
            wins = (np.where(positive, weights, 0) * below[:, group]).sum(1)
            pairs = weights[:, positive].sum(1) * negatives.sum(1)
            areas.append(np.divide(wins, pairs, out=np.full(len(rows), np.nan), where=pairs > 0))
        return np.concatenate(areas)


def resample(clusters: np.ndarray, classes: np.ndarray, seeds: int, draws: int, seed: int) -> Resampling:
    """Draw `draws` bootstrap weights of `seeds` trainings and of the clusters within each class.

    clusters and classes have one entry per image; a cluster belongs to the class of its first image.
    """
    random = np.random.default_rng([seed, 2])
    _, start, codes = np.unique(clusters, return_index=True, return_inverse=True)
    classes_of_clusters = np.asarray(classes)[start]
    weights = np.ones((1 + seeds + draws, len(start)), np.float32)
    sizes = []
    for value in np.unique(classes_of_clusters):
        members = np.flatnonzero(classes_of_clusters == value)
        weights[1 + seeds :, members] = _multinomial(random, draws, len(members))
        sizes.append(len(members))
    of_seeds = np.concatenate([np.ones((1, seeds)), np.eye(seeds), _multinomial(random, draws, seeds)])
    return Resampling(of_seeds.astype(np.float32), weights, codes, min(sizes))


def intraclass_correlation(values: np.ndarray, clusters: np.ndarray) -> float:
    """Return the share of variance between clusters, by one-way analysis of variance, within [0, 1].

    values float [N], clusters [N]. NaN where no cluster has two images or there is only one cluster.
    """
    _, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    total, count = len(codes), len(sizes)
    if count < 2 or total == count:
        return float("nan")
    means = np.bincount(codes, values) / sizes
    between = (sizes * (means - np.mean(values)) ** 2).sum() / (count - 1)
    within = ((values - means[codes]) ** 2).sum() / (total - count)
    typical = (total - (sizes**2).sum() / total) / (count - 1)
    spread = between + (typical - 1) * within
    return float(np.clip((between - within) / spread, 0, 1)) if spread > 0 else float("nan")


def effective_n(clusters: np.ndarray, correlation: float) -> float:
    """Return the number of independent images that as many clustered ones are worth (Kish 1965)."""
    sizes = np.unique(clusters, return_counts=True)[1]
    return float(sizes.sum() / (1 + ((sizes**2).sum() / sizes.sum() - 1) * correlation))


def _multinomial(random: np.random.Generator, draws: int, groups: int) -> np.ndarray:
    picks = random.integers(groups, size=(draws, groups)) + groups * np.arange(draws)[:, None]
    return np.bincount(picks.ravel(), minlength=draws * groups).reshape(draws, groups).astype(np.float32)
