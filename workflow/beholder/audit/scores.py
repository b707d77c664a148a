"""Accuracy of margins, with draws: the numbers that variants, leakage, subgroups and arms are compared by."""

import numpy as np

from beholder.audit.uncertainty import Resampling


def accuracy_draws(margins: np.ndarray, looks: np.ndarray, draws: Resampling) -> dict[str, np.ndarray]:
    """Return balanced accuracy, both recalls and the AUROC of margins [S, N], each [1 + S + draws].

    looks: [N], or [S, N] where seeds have labels of their own. Decided by the sign of the margin; a margin of 0 is ordinary. NaN margins are left out; without images of a class
    everything but the other class' recall is NaN.
    """
    margins, looks = np.asarray(margins, float), np.asarray(looks)
    right = np.where(np.isfinite(margins), (margins > 0) == (looks == 1), np.nan)
    good, normal = (draws.means(np.where(looks == label, right, np.nan)) for label in (1, 0))
    return {
        "balanced_accuracy": (good + normal) / 2,
        "recall_good": good,
        "recall_normal": normal,
        "auroc": draws.auroc(margins, looks == 1),
    }


def flip_rate(original: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Return whether [S, N] any of K changed margins [K, S, N] has another sign than the original [S, N]; NaN unscored."""
    known = np.isfinite(original) & np.isfinite(changed).all(0)
    flipped = ((changed > 0) != (original > 0)).any(0)
    return np.where(known, flipped, np.nan)
