"""Whether the audit can be believed: each measure against the dose of a planted difference.

The design follows "Right for the Wrong Reason" (MICCAI 2023): sets that differ by a known cue on a known share of one
class, trained on and audited like the real ones.
"""

from collections.abc import Mapping

import numpy as np
from scipy.stats import spearmanr

from beholder.audit.uncertainty import Interval


def failures(
    reliance: Mapping[float, np.ndarray],
    background_at_half: Interval | None = None,
    face_only: Mapping[float, Interval] | None = None,
    background_only: Interval | None = None,
    *,
    floor: float,
    ceiling: float,
) -> list[str]:
    """Return in words what a pipeline fails to show; empty if it found the planted background at every dose.

    reliance: background reliance [seeds] by dose (0..1) of a planted background, 0 among them; negative where the
    background speaks for the other group. Noise does so half the time, the planted cue never: sizes alone, to which noise
    only adds, would hide a low dose. background_at_half: the background effect's interval at dose .5, which must exclude
    0. face_only: the reliance by dose of a difference in the face alone, which must stay at the floor. Below dose 1 that
    is a matter of the interval's lower end: where part of a group has nothing to be told by, the face's effect is small,
    and noise alone makes a large share of it; a network that learnt nothing there (NaN) blames nothing. background_only:
    the reliance where the faces tell nothing, at least `ceiling`.
    """
    doses = sorted(reliance)
    means = [float(np.mean(reliance[dose])) for dose in doses]
    found = []
    if len(doses) < 3 or not spearmanr(doses, means).statistic > 1 - 1e-9:
        pairs = ", ".join(f"{dose:g}: {mean:.3f}" for dose, mean in zip(doses, means, strict=True))
        found.append(f"background reliance does not rise with every dose ({pairs})")
    if not doses or not np.abs(reliance[doses[0]]).mean() <= floor:
        found.append(f"background reliance without a planted background is above {floor:g}")
    if background_at_half is not None and not (background_at_half.low > 0 or background_at_half.high < 0):
        found.append("the background effect at dose 0.5 cannot be told from 0")
    for dose, interval in (face_only or {}).items():
        if interval.low > floor or (dose == 1 and not interval.estimate <= floor):
            found.append(
                f"a difference in the face alone (dose {dose:g}) reads as background ({interval.estimate:.3f})"
            )
    if background_only is not None and not background_only.estimate >= ceiling:
        found.append(f"a difference in the background alone reads as face (reliance {background_only.estimate:.3f})")
    return found
