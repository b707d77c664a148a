"""Which photographs are used, and why the others are not."""

import logging

import numpy as np
import pandas as pd

from beholder.common.errors import BeholderError
from beholder.common.labels import GROUPS
from beholder.config.faces import Limits, Select

log = logging.getLogger("beholder")

#: Why a photograph is not used, in the order of asking: each counts once, under the first that holds.
MEASURED = ["missing", "altered", "unreadable", "too_large", "no_face", "too_small", "no_landmarks"]
REASONS = [
    *MEASURED, "by_hand", "both_groups", "duplicate", "several_faces", "yaw", "pitch", "roll", "cut_off", "blurred",
    "implausible_mask",
]  # fmt: skip


def choose(photographs: pd.DataFrame, settings: Select, rejected: set[str]) -> pd.DataFrame:
    """Return `photographs` with `kept` (bool) and `reason` (one of REASONS, null where kept).

    `photographs`: the columns of manifest and faces tables, with what `crop_faces` gave as `reason`. `rejected`: image_ids
    rejected by hand; every file with the same content goes with them. Of files with the same content the first is kept,
    and none where they are in both groups.
    """
    content = photographs["sha256"].fillna(photographs["image_id"])
    grouped = photographs.groupby(content)
    by_hand = photographs["image_id"].isin(rejected)
    rejections = {
        "by_hand": by_hand.groupby(content).transform("any"),
        "both_groups": grouped["looks"].transform("nunique") > 1,
        "duplicate": content.duplicated(),
        "several_faces": (photographs["n_faces"] > 1) & (settings.several_faces == "reject"),
        **_poses(photographs, {1: settings.good, 0: settings.normal}),
        "cut_off": photographs["missing_area"] > settings.max_missing_area,
        "blurred": photographs["sharpness"] < settings.min_sharpness,
        "implausible_mask": (photographs["mask_plausible"] == False) & (settings.implausible_masks == "reject"),  # noqa: E712 (null is neither)
    }
    reason = photographs["reason"].astype(object).where(photographs["reason"].notna(), None)
    for name, holds in rejections.items():
        reason = reason.mask(reason.isna() & holds.astype(bool), name)
    return photographs.assign(reason=reason, kept=reason.isna())


def _poses(photographs: pd.DataFrame, limits: dict[int, Limits]) -> dict[str, pd.Series]:
    """Return by angle whether it is beyond the limit of the photograph's group; never where there is no limit."""
    beyond = {}
    for angle in ("yaw", "pitch", "roll"):
        largest = {looks: getattr(limit, angle) for looks, limit in limits.items()}
        largest = {looks: np.inf if value is None else value for looks, value in largest.items()}
        beyond[angle] = photographs[angle].abs() > photographs["looks"].map(largest)
    return beyond


def count_steps(selection: pd.DataFrame) -> pd.DataFrame:
    """Return looks, source, step, count: `collected`, every reason and `kept` of every source; the counts add up."""
    tables = []
    for (looks, source), rows in selection.groupby(["looks", "source"], sort=False):
        reasons = rows["reason"].value_counts()
        steps = [*REASONS, *sorted(set(reasons.index) - set(REASONS))]
        counts = {"collected": len(rows), **{step: reasons.get(step, 0) for step in steps}, "kept": rows["kept"].sum()}
        tables.append(pd.DataFrame({"looks": looks, "source": source, "step": counts.keys(), "count": counts.values()}))
    table = pd.concat(tables, ignore_index=True)
    return table.astype({"looks": np.int8, "count": np.int64})


def read_rejections(table: pd.DataFrame, name: str, known: pd.Series) -> set[str]:
    """Return the image_ids of a table of manual rejections; what it lists beyond the photographs of this run is logged.

    One list may serve several experiments, so ids of no photograph are no error as long as some are of one.

    Raises BeholderError where a column is missing or no id is known.
    """
    if lacking := {"image_id", "reason"} - set(table.columns):
        raise BeholderError(
            f"{name} lacks the column {' and '.join(sorted(lacking))}. A list of rejections has the columns image_id and reason."
        )
    listed = set(table["image_id"].dropna())
    unknown = sorted(listed - set(known))
    example = f"An image_id reads like {known.iloc[0]!r}." if len(known) else ""
    if listed and len(unknown) == len(listed):
        raise BeholderError(
            f"{name}: none of its {len(listed)} image_ids is one of this run, such as {unknown[0]!r}. {example}"
        )
    if unknown:
        log.warning("%s: %d image_ids are none of this run: %s", name, len(unknown), ", ".join(unknown[:20]))
    return listed


def require_both_groups(selection: pd.DataFrame) -> None:
    """Raise BeholderError where nothing of a group is left, saying why its photographs were rejected."""
    for looks, group in GROUPS.items():
        rows = selection[selection["looks"] == looks]
        if not rows["kept"].any():
            reasons = ", ".join(f"{count} {reason}" for reason, count in rows["reason"].value_counts().items())
            raise BeholderError(
                f"no photograph of the group `{group}` (looks {looks}) is left of {len(rows)}: {reasons or 'none collected'}. "
                "Widen the limits in `faces.select`, or collect others."
            )
