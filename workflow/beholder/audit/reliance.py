"""What face and background each contribute to the margin, from the margins of swapped pairs.

With m_fb the margin of face f on background b (1 celebrity, 0 ordinary):
Face = (m11 + m10 - m01 - m00) / 2, BG = (m11 + m01 - m10 - m00) / 2, interaction I = m11 - m10 - m01 + m00, and the
background reliance BRI = |mean BG| / (|mean BG| + |mean Face|), pooled over pairs.
"""

from dataclasses import dataclass

import numpy as np

from beholder.audit.uncertainty import Interval, Resampling

#: Weights of m11, m10, m01, m00.
FACE_EFFECT = np.array([0.5, 0.5, -0.5, -0.5])
BACKGROUND_EFFECT = np.array([0.5, -0.5, 0.5, -0.5])
INTERACTION = np.array([1.0, -1.0, -1.0, 1.0])

#: Effects smaller than this many standard errors are none.
_NO_EFFECT = 3


@dataclass(frozen=True)
class Reliance:
    """The outcome of a set of swaps; every interval over seeds and clusters, in logits or as a share."""

    face: Interval
    background: Interval
    background_p: float
    """Of no background effect; not adjusted for the number of models."""
    interaction: Interval
    reliance: Interval
    """BRI in 0..1; NaN without an effect."""
    interaction_ratio: float
    """|I| / (|Face| + |BG|); large ones make the reliance meaningless."""
    conflict_accuracy: Interval
    """How often the face wins when face and background disagree."""
    per_pair: float
    """Mean of the pairs' own |BG| / (|BG| + |Face|): biased upwards by noise, to be read beside `same_class` only."""
    no_effect: bool
    """Neither face nor background moves the margin by 3 standard errors."""


def effects(margins: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return face effect, background effect and interaction [...] of margins [..., 4]."""
    return margins @ FACE_EFFECT, margins @ BACKGROUND_EFFECT, margins @ INTERACTION


def pooled_reliance(face: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Return BRI from mean effects; NaN where both are zero."""
    face, background = np.abs(face), np.abs(background)
    with np.errstate(invalid="ignore", divide="ignore"):
        return background / (background + face)


def measure_reliance(
    margins: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    draws: Resampling,
    level: float = 0.95,
    verdict_level: float | None = None,
) -> Reliance:
    """Measure the reliance from margins [S, P, 4] of the pairs of images `first` (looks 1) and `second` (looks 0) [P].

    A pair with a missing margin is left out. `draws` resamples the images that the positions point to. The reliance and
    the conflict accuracy have intervals of `verdict_level`, if given (see `verdict.level_for`).
    """
    margins = np.where(np.isfinite(margins).all(-1, keepdims=True), margins, np.nan)
    face, background, interaction, wins, per_pair = draws.pair_means(
        np.stack([*effects(margins), conflict_wins(margins), pooled_reliance(*effects(margins)[:2])]), first, second
    )
    no_effect = _no_effect(face, background, draws)
    reliance = np.full_like(face, np.nan) if no_effect else pooled_reliance(face, background)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = abs(interaction[0]) / (abs(face[0]) + abs(background[0]))
    return Reliance(
        face=draws.interval(face, level),
        background=draws.interval(background, level),
        background_p=draws.p_value(background),
        interaction=draws.interval(interaction, level),
        reliance=draws.interval(reliance, verdict_level or level, (0, 1)),
        interaction_ratio=float(ratio),
        conflict_accuracy=draws.interval(wins, verdict_level or level, (0, 1)),
        per_pair=float(per_pair[0]),
        no_effect=no_effect,
    )


def reliance_draws(margins: np.ndarray, first: np.ndarray, second: np.ndarray, draws: Resampling) -> np.ndarray:
    """Return BRI [1 + S + draws] alone, for differences between settings; all NaN without an effect."""
    margins = np.where(np.isfinite(margins).all(-1, keepdims=True), margins, np.nan)
    face, background = draws.pair_means(np.stack(effects(margins)[:2]), first, second)
    without = _no_effect(face, background, draws)
    return np.full_like(face, np.nan) if without else pooled_reliance(face, background)


def _no_effect(face: np.ndarray, background: np.ndarray, draws: Resampling) -> bool:
    errors = draws.standard_error(np.stack([face, background]))
    return not (abs(face[0]) > _NO_EFFECT * errors[0] or abs(background[0]) > _NO_EFFECT * errors[1])


def conflict_wins(margins: np.ndarray) -> np.ndarray:
    """Return the mean of [m10 > 0] and [m01 <= 0] for margins [..., 4]; NaN where one is missing."""
    wins = (margins[..., 1] > 0).astype(float) / 2 + (margins[..., 2] <= 0) / 2
    return np.where(np.isfinite(margins).all(-1), wins, np.nan)


def relative_change(changed: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Return |change of the margin| over the spread of the original margins, for margins [S, N] of the same images.

    Mean over images of the controls: self-paste (own face on own plate) and same-class swap. NaN for a constant margin.
    """
    spread = np.nanstd(original, axis=-1, keepdims=True)
    return np.abs(changed - original) / np.where(spread > 0, spread, np.nan)
