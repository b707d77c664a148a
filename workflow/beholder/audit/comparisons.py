"""Tests between models and between arms: differences, their number, and the absence of a difference."""

from typing import NamedTuple

import numpy as np
from scipy import stats


class Equivalence(NamedTuple):
    """Result of two one-sided tests."""

    p: float
    equivalent: bool


def sign_flip(differences: np.ndarray, flips: int = 10_000, seed: int = 0) -> float:
    """Return the two-sided p of "the mean difference is zero" for paired models.

    differences [G] holds one mean difference per cluster (margins, Brier scores). All 2^G sign patterns for at most 20
    clusters, else `flips` random ones. NaN below 6 clusters: even all alike cannot reach .05 then.
    """
    values = np.asarray(differences, float)
    values = values[np.isfinite(values)]
    if len(values) < 6:
        return float("nan")
    observed = abs(values.mean())
    if len(values) <= 20:
        bits = np.arange(2 ** (len(values) - 1))[:, None] >> np.arange(len(values) - 1) & 1
        means = np.abs(values[0] + (1.0 - 2 * bits) @ values[1:]) / len(values)
        return float(np.mean(means >= observed * (1 - 1e-6)))
    signs = np.random.default_rng([seed, 3]).choice(np.array([-1, 1], np.int8), size=(flips, len(values)))
    means = np.abs(signs @ values) / len(values)
    return float((1 + np.sum(means >= observed * (1 - 1e-6))) / (1 + flips))


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p of McNemar's test from the two discordant counts; NaN without any.

    Ignores clusters: print it only beside `sign_flip`.
    """
    total = only_first + only_second
    return float(stats.binomtest(only_first, total).pvalue) if total else float("nan")


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return p values [K] adjusted for their number after Holm (1979); NaN stay NaN and do not count."""
    return _adjust(p_values, lambda p: np.minimum(np.maximum.accumulate(np.sort(p) * np.arange(len(p), 0, -1)), 1))


def benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    """Return p values [K] adjusted for the false discovery rate (1995); NaN stay NaN and do not count."""
    return _adjust(p_values, lambda p: np.sort(stats.false_discovery_control(p)))


def equivalence(estimate: float, standard_error: float, bound: float, level: float = 0.95) -> Equivalence:
    """Return Schuirmann's two one-sided tests (1987) of |difference| < bound."""
    if not np.isfinite(estimate) or not standard_error > 0:
        return Equivalence(float("nan"), False)
    p = float(stats.norm.sf((bound - abs(estimate)) / standard_error))
    return Equivalence(p, p < 1 - level)


def _adjust(p_values, sorted_adjustment) -> np.ndarray:
    p = np.asarray(p_values, float)
    known = np.flatnonzero(np.isfinite(p))
    adjusted = np.full(p.shape, np.nan)
    if len(known):
        adjusted[known[np.argsort(p[known], kind="stable")]] = sorted_adjustment(p[known])
    return adjusted
