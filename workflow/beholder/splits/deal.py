"""Dealing whole groups of images (a person with near-duplicates) to the sets in given shares.

Groups differ in size: one celebrity may have 200 photographs, an ordinary person one. So groups are dealt largest
first, at random in proportion to the room that each set has left, and the small ones fill what the large ones leave.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def deal(group: pd.Series, stratum: pd.Series, shares: Mapping[str, float], rng: np.random.Generator) -> pd.Series:
    """Return the set of every image, so that no group is in two sets.

    Arguments
        group: one value per image; images of one value stay together.
        stratum: one value per image, e.g. the gender; a group counts as what most of its images are.
        shares: share of the images by name of the set, adding up to 1; sets with share 0 receive nothing.

    Every set receives its share of each stratum as nearly as the sizes of the groups allow. A set that is due at
    least one image of a stratum gets a group of it while there are enough groups.
    """
    groups = _groups(group, stratum)
    names = [name for name, share in shares.items() if share > 0]
    share = [shares[name] for name in names]
    room = [0.0] * len(names)
    dealt = {}
    for _, members in sorted(groups.groupby("stratum"), key=lambda item: (-len(item[1]), item[0])):
        shuffled = members.iloc[rng.permutation(len(members))].sort_values("size", ascending=False, kind="stable")
        due = [part * int(members["size"].sum()) for part in share]
        room = [left + images for left, images in zip(room, due, strict=True)]
        waiting = {index for index, images in enumerate(due) if images >= 1}
        draws = rng.random(len(shuffled))
        for position, (key, size) in enumerate(shuffled["size"].items()):
            forced = waiting if len(shuffled) - position <= len(waiting) else set()
            index = _choose(room, size, forced, draws[position])
            room[index] -= size
            waiting.discard(index)
            dealt[key] = names[index]
    return group.map(dealt)


def _groups(group: pd.Series, stratum: pd.Series) -> pd.DataFrame:
    """Return size and most frequent stratum of every group, in the order of the groups."""
    pairs = pd.DataFrame({"group": group, "stratum": stratum}).value_counts(sort=False).reset_index(name="images")
    majority = pairs.sort_values(["group", "images"], ascending=[True, False], kind="stable").drop_duplicates("group")
    sizes = pairs.groupby("group")["images"].sum()
    return pd.DataFrame({"size": sizes, "stratum": majority.set_index("group")["stratum"]})


def _choose(room: list[float], size: int, forced: set[int], draw: float) -> int:
    """Return a set at random in proportion to its room, among those where `size` fits; else the roomiest."""
    open_sets = sorted(forced) or range(len(room))
    fitting = [index for index in open_sets if room[index] >= size]
    if not fitting:
        return max(open_sets, key=lambda index: room[index])
    aim = draw * sum(room[index] for index in fitting)
    for index in fitting:
        aim -= room[index]
        if aim < 0:
            return index
    return fitting[-1]
