"""Accuracy by groups of people, and whether probabilities mean what they say.

FairFace's labels cover its own photographs; where the other group has none, demographics are confounded with the label
and only error rates within one group can be compared.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from beholder.audit.reliance import reliance_draws
from beholder.audit.uncertainty import Interval, Resampling

#: Of fewer images in a bin the noise is more than can be taken off: of 66 in 10 bins, a quarter of calibrated networks
#: would be called otherwise, of 66 in 2 bins one in 60.
_IMAGES_PER_BIN = 30


class Subgroup(NamedTuple):
    """One value of a label within one class, with the mean of a measure over it."""

    label: str
    value: str
    looks: int
    mean: np.ndarray
    """[1 + S + draws]; all NaN in groups that are too small."""
    images: int
    """Scored under all seeds."""
    clusters: int
    missing: int
    enough: bool
    """Whether the group is large enough to be measured."""

    def interval(self, draws: Resampling, level: float, bounds: tuple[float, float] = (0, 1)) -> Interval:
        """Return the mean with an interval that knows how few persons there are."""
        return replace(draws, smallest=self.clusters).interval(self.mean, level, bounds)


def subgroup_means(
    values: np.ndarray,
    people: pd.DataFrame,
    labels: list[str],
    draws: Resampling,
    min_images: int = 30,
    min_clusters: int = 10,
) -> list[Subgroup]:
    """Return the mean of values [S, N] over every group of people [N] with looks, cluster and the label columns."""
    groups = []
    for label in labels:
        for (value, looks), rows in people.groupby([label, "looks"], observed=True).indices.items():
            scored = rows[np.isfinite(values[:, rows]).all(0)]
            member = np.zeros(len(people), bool)
            member[scored] = True
            clusters = people["cluster"].iloc[scored].nunique()
            enough = len(scored) >= min_images and clusters >= min_clusters
            mean = draws.means(np.where(member & enough, values, np.nan))
            missing = len(rows) - len(scored)
            groups.append(Subgroup(label, str(value), int(looks), mean, len(scored), int(clusters), missing, enough))
    return groups


def correct(margins: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """Return whether margins [S, N] are right; NaN where missing.

    For looks 0 one minus the mean is the false-positive rate, for looks 1 the false-negative rate.
    """
    return np.where(np.isfinite(margins), (margins > 0) == (looks == 1), np.nan)


def subgroup_reliances(
    margins: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    people: pd.DataFrame,
    labels: list[str],
    draws: Resampling,
    min_pairs: int = 30,
    min_clusters: int = 10,
) -> list[Subgroup]:
    """Return the background reliance of swaps in which one member belongs to the group: margins [S, P, 4] of the pairs.

    first and second [P]: positions in people of the images with looks 1 and 0. `images` counts the pairs.
    """
    groups = []
    for label in labels:
        for looks, member in ((1, first), (0, second)):
            values = people[label].to_numpy()[member]
            for value in sorted(set(values[pd.notna(values)])):
                of_group = values == value
                pairs = of_group & np.isfinite(margins).all((0, 2))
                clusters = people["cluster"].to_numpy()[member[pairs]]
                count = len(np.unique(clusters))
                enough = bool(pairs.sum() >= min_pairs and count >= min_clusters)
                own = (margins[:, pairs], first[pairs], second[pairs])
                reliance = reliance_draws(*own, draws) if enough else np.full(len(draws.seeds), np.nan)
                groups.append(
                    Subgroup(
                        label,
                        str(value),
                        looks,
                        reliance,
                        int(pairs.sum()),
                        count,
                        int((of_group & ~pairs).sum()),
                        enough,
                    )
                )
    return groups


class Gap(NamedTuple):
    """What lies between the groups with the highest and the lowest mean."""

    best: Subgroup
    worst: Subgroup
    interval: Interval
    pairs: int
    """As many gaps could have been the largest, and the interval holds for all of them."""


def largest_gap(groups: list[Subgroup], draws: Resampling, level: float = 0.95) -> Gap | None:
    """Return the gap between the best and the worst of the groups that are large enough; None for fewer than two.

    Best and worst are chosen on the data, so that each interval has Bonferroni's level for the number of pairs. The gap's
    comes from those of the two means (Newcombe 1998, method 10), which know how few persons either group has.
    """
    known = sorted((group for group in groups if np.isfinite(group.mean[0])), key=lambda group: group.mean[0])
    if len(known) < 2:
        return None
    pairs = len(known) * (len(known) - 1) // 2
    best, worst = known[-1], known[0]
    above, below = (group.interval(draws, 1 - (1 - level) / pairs) for group in (best, worst))
    gap = above.estimate - below.estimate
    low = gap - np.hypot(above.estimate - above.low, below.high - below.estimate)
    high = gap + np.hypot(above.high - above.estimate, below.estimate - below.low)
    return Gap(best, worst, Interval(gap, float(low), float(high)), pairs)


def calibration_draws(
    margins: np.ndarray, looks: np.ndarray, draws: Resampling, bins: int = 10
) -> dict[str, np.ndarray]:
    """Return Brier score, log-loss and expected calibration error, each [1 + S + draws], of margins [S, N].

    The probability of looks 1 is the logistic function of the margin; the errors pool the seeds, over bins of equal width
    and over bins that hold equally many predictions, of fewer images fewer bins.
    """
    margins, looks = np.asarray(margins, float), np.asarray(looks)
    probability = expit(margins)
    full = max(2, min(bins, len(looks) // _IMAGES_PER_BIN))

    def error(number: np.ndarray) -> np.ndarray:
        per_bin = draws.means(np.stack([np.where(number == b, probability - looks, 0) for b in range(bins)]))
        return np.abs(per_bin).sum(0)

    return {
        "brier": draws.means((probability - looks) ** 2),
        "log_loss": draws.means(np.logaddexp(0, np.where(looks == 1, -margins, margins))),
        "calibration_error": error(bin_numbers(probability, bins)),
        "calibration_error_equal_mass": error(mass_numbers(probability, full)),
    }


def debiased(values: np.ndarray, seeds: int) -> np.ndarray:
    """Return a statistic that cannot be negative, [1 + S + draws], less what noise adds to it, as its draws show; at least 0.

    An error of calibration is an absolute value in every bin, so that it is above 0 for a calibrated network too. Drawing
    persons again adds as much noise as drawing them first did, so that draws hold it twice.
    """
    noise = values[1 + seeds :].mean() - values[0]
    times = np.where(np.arange(len(values)) < 1 + seeds, 1, 2)
    return np.maximum(values - times * noise, 0)


def reliability(probability: np.ndarray, outcome: np.ndarray, bins: int = 10) -> pd.DataFrame:
    """Return the reliability curve: mean probability, share of outcome 1 and number per non-empty bin.

    Bins of equal width, closed on the right, with 0 in the first: a probability of 1 belongs to the last bin
    (torchmetrics 1.9.0 gives it a bin of its own).
    """
    number = bin_numbers(np.asarray(probability), bins)
    table = pd.DataFrame({"bin": number, "probability": probability, "outcome": np.asarray(outcome, float)})
    curve = table.groupby("bin").agg(
        probability=("probability", "mean"), outcome=("outcome", "mean"), n=("bin", "size")
    )
    return curve.reset_index()


def bin_numbers(probability: np.ndarray, bins: int) -> np.ndarray:
    """Return the number of the bin, closed on the right, of every probability."""
    return np.clip(np.ceil(probability * bins).astype(int) - 1, 0, bins - 1)


def mass_numbers(probability: np.ndarray, bins: int) -> np.ndarray:
    """Return the number of the bin of every probability, bins being closed on the right and holding equally many."""
    return np.searchsorted(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]), probability)


def recalibration(margins: np.ndarray, looks: np.ndarray) -> tuple[float, float]:
    """Return intercept and slope of the log-odds of looks 1 on the margin [N]; calibrated are 0 and 1.

    NaN for separable classes, where the slope has no finite value.
    """
    lowest_good, highest_normal = margins[looks == 1].min(initial=np.inf), margins[looks == 0].max(initial=-np.inf)
    highest_good, lowest_normal = margins[looks == 1].max(initial=-np.inf), margins[looks == 0].min(initial=np.inf)
    if lowest_good >= highest_normal or highest_good <= lowest_normal:
        return float("nan"), float("nan")
    model = LogisticRegression(C=np.inf).fit(margins[:, None], looks)
    return float(model.intercept_[0]), float(model.coef_[0, 0])
