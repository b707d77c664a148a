"""What features give away: probes scored on persons they have not seen, and whether the network uses it.

A probe that tells the groups apart shows that a shortcut exists; dependence of the margin on it within a group shows
that the network may take it.
"""

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from beholder.audit.uncertainty import Resampling

Kind = Literal["logistic", "boosting"]

#: Fewer effective photographs than this make a matched accuracy meaningless.
_LEAST_MATCHED = 50
_RIDGE = 1.0


def probe_scores(
    features: pd.DataFrame, looks: np.ndarray, clusters: np.ndarray, kind: Kind, folds: int = 5, seed: int = 0
) -> np.ndarray:
    """Return out-of-fold probabilities [N] of looks 1; no person is on both sides of a fold.

    Missing values: median and an indicator. NaN in folds whose training part has one class only, or no value at all.
    """
    values, looks = features.to_numpy(float), np.asarray(looks)
    scores = np.full(len(looks), np.nan)
    for train, test in _folds(looks, clusters, folds, seed):
        known = np.isfinite(values[train]).any(0)  # boosting cannot bin a feature without a value
        if len(np.unique(looks[train])) == 2 and known.any():
            model = _model(kind, seed).fit(values[train][:, known], looks[train])
            scores[test] = model.predict_proba(values[test][:, known])[:, 1]
    return scores


def permutation_p(
    features: pd.DataFrame,
    looks: np.ndarray,
    clusters: np.ndarray,
    *,
    permutations: int = 999,
    selections: int = 20,
    folds: int = 5,
    seed: int = 0,
) -> float:
    """Return p of "the features do not tell the groups apart", by relabelling persons.

    The statistic is the out-of-fold AUROC of a ridge probe on one image per person, averaged over random choices of the
    image: the number of images of a person is confounded with the group, so labels of images cannot be exchanged. The
    probe is linear in the labels, hence all permutations are one matrix product. NaN with fewer than `folds` persons in
    a group.
    """
    random = np.random.default_rng([seed, 6])
    persons, start, codes = np.unique(clusters, return_index=True, return_inverse=True)
    labels = np.asarray(looks)[start].astype(np.float32)
    if min(labels.sum(), len(labels) - labels.sum()) < folds:
        return float("nan")
    labellings = np.stack([labels, *(random.permutation(labels) for _ in range(permutations))], axis=1)
    fold = random.permutation(np.arange(len(persons)) % folds)
    values = _imputed(features)
    total = np.zeros(1 + permutations)
    for _ in range(selections):
        order = random.permutation(len(codes))
        chosen = order[np.unique(codes[order], return_index=True)[1]]
        total += _column_aurocs(_ridge_scores(values[chosen], labellings, fold), labellings)
    return float((1 + np.sum(total[1:] >= total[0] - 1e-9)) / (1 + permutations))


def within_class_correlation(
    margins: np.ndarray, probe: np.ndarray, looks: np.ndarray, draws: Resampling
) -> np.ndarray:
    """Return Pearson's r [1 + S + draws] of margin [S, N] and probe score [N], each less its class mean.

    The class means are those of the data in all draws. NaN for zero variance.
    """
    known = np.isfinite(probe) & np.isfinite(margins).all(0)
    left = np.where(known, margins, np.nan)
    right = np.broadcast_to(np.where(known, probe, np.nan), left.shape)
    for member in (looks == label for label in np.unique(looks[known])):
        left = np.where(member, left - np.nanmean(left[:, member], axis=1, keepdims=True), left)
        right = np.where(member, right - np.nanmean(right[:, member], axis=1, keepdims=True), right)
    product, first, second = draws.means(np.stack([left * right, left**2, right**2]))
    spread = np.sqrt(first * second)
    return np.divide(product, spread, out=np.full_like(spread, np.nan), where=spread > 1e-12)


def matched_accuracy(correct: np.ndarray, probe: np.ndarray, looks: np.ndarray) -> tuple[float, float]:
    """Return the accuracy over photographs that the probe cannot tell apart, and their effective number.

    correct [N] 0..1; overlap weights (Li et al. 2018) 1 - e for looks 1 and e for looks 0, with e the probe's
    probability. Balanced over classes. NaN below 50 effective photographs.
    """
    known = np.isfinite(correct) & np.isfinite(probe)
    correct, probe, good = np.asarray(correct)[known], np.asarray(probe)[known], np.asarray(looks)[known] == 1
    weights = np.where(good, 1 - probe, probe)
    effective = weights.sum() ** 2 / max((weights**2).sum(), 1e-12)
    if effective < _LEAST_MATCHED or not good.any() or good.all():
        return float("nan"), float(effective)
    recalls = [np.average(correct[part], weights=weights[part] + 1e-12) for part in (good, ~good)]
    return float(np.mean(recalls)), float(effective)


def random_labels(clusters: np.ndarray, seed: int) -> np.ndarray:
    """Return labels 0/1 [N] drawn per person: the negative control that must come out at chance."""
    persons, codes = np.unique(clusters, return_inverse=True)
    return np.random.default_rng([seed, 7]).permutation(np.arange(len(persons)) % 2)[codes]


def _folds(looks, clusters, folds: int, seed: int):
    """Yield train and test rows of `GroupKFold` over persons, dealt out at random."""
    persons, codes = np.unique(clusters, return_inverse=True)
    if len(persons) < folds:
        return
    shuffled = np.random.default_rng([seed, 8]).permutation(len(persons))[codes]
    yield from GroupKFold(folds).split(shuffled[:, None], looks, shuffled)


def _model(kind: Kind, seed: int):
    if kind == "boosting":
        return HistGradientBoostingClassifier(max_iter=100, learning_rate=0.1, random_state=seed)
    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    )


def _imputed(features: pd.DataFrame) -> np.ndarray:
    fill = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return StandardScaler().fit_transform(fill.fit_transform(features.to_numpy(float)))


def _ridge_scores(values: np.ndarray, labellings: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return out-of-fold ridge scores [n, B] for B labellings [n, B] of the same rows [n, p]."""
    scores = np.empty(labellings.shape)
    for k in np.unique(fold):
        train, test = values[fold != k], values[fold == k]
        centre = train.mean(0)
        gram = (train - centre).T @ (train - centre) + _RIDGE * np.eye(train.shape[1])
        scores[fold == k] = (test - centre) @ np.linalg.solve(gram, (train - centre).T @ labellings[fold != k])
    return scores


def _column_aurocs(scores: np.ndarray, labellings: np.ndarray) -> np.ndarray:
    ranks = stats.rankdata(scores, axis=0)
    count = labellings.sum(0)
    return ((ranks * labellings).sum(0) - count * (count + 1) / 2) / (count * (len(ranks) - count))
