"""The label vocabulary: FairFace's, as printed in its CSV files and in the order of its checkpoints."""

import re

RACES = ["White", "Black", "Latino_Hispanic", "East Asian", "Southeast Asian", "Indian", "Middle Eastern"]
GENDERS = ["Male", "Female"]
AGES = ["0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70"]

#: The two groups by their value of `looks`, named as in the source experiment.
GROUPS = {1: "good", 0: "normal"}

#: Spreadsheets read `3-9` and `10-19` as dates and save them as a day and a month, in either order.
_MANGLED = {frozenset(("3", "sep")): "3-9", frozenset(("9", "mar")): "3-9", frozenset(("19", "oct")): "10-19"}


def normalise_age(text: str) -> str:
    """Return the FairFace age bin that `text` stands for.

    Understands the bins themselves, `70+`, and what spreadsheets make of `3-9` and `10-19`
    (`9-Mar`, `03-Sep`, `19-Oct`, `Oct-19`).

    Raises ValueError where the text stands for no bin.
    """
    text = str(text).strip()
    if text in AGES:
        return text
    if text.lower() in ("70+", ">70", "70 and over"):
        return AGES[-1]
    parts = frozenset(part.lstrip("0").lower()[:3] for part in re.split(r"[-/ ]", text) if part)
    if parts in _MANGLED:
        return _MANGLED[parts]
    raise ValueError(f"age {text!r} is none of {', '.join(AGES)} and nothing a spreadsheet makes of them")


def age_bin(years: float) -> str:
    """Return the FairFace bin of an age in years (>= 0)."""
    uppers = [3, 10, 20, 30, 40, 50, 60, 70]
    return AGES[sum(years >= upper for upper in uppers)]
