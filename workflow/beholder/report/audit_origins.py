"""The page's answer to where the background of the averaged heatmaps comes from: a cascade per model, and the hypotheses."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd

from beholder.audit.hypotheses import PART_WORDS
from beholder.audit.hypothesis_tests import UNTESTED, lean
from beholder.audit.origins import PARTS
from beholder.audit.table import per_model
from beholder.report.audit_heatmaps import webp
from beholder.report.audit_plots import interval, number, run_name, ticks_of

_GROUP = "normal"
_SIDE = 96
_OUTLINE = (255, 255, 255)


class Step(NamedTuple):
    """One bar: a part of the whole, or the whole; places in per cent of the scale."""

    name: str
    kind: str
    """`up`, `down` or `whole`."""
    left: float
    width: float
    whisker: tuple[float, float]
    """Left end and width of the interval of where the bar ends."""
    text: str


class Origin(NamedTuple):
    """What is said of one model."""

    name: str
    sentence: str
    steps: Sequence[Step]
    tests: pd.DataFrame
    pictures: Sequence[tuple[str, str]]
    """Caption and data URI of the averages in the frame's and in the face's coordinates."""


class Origins(NamedTuple):
    """All models on one scale."""

    models: Sequence[Origin]
    causes: Mapping[str, str]
    """What each hypothesis says, by its name."""
    answers: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """Per model its name and, per hypothesis, answer and style."""
    ticks: Sequence[tuple[float, str]]
    zero: float


def origins(
    table: pd.DataFrame, tests: pd.DataFrame, averages: Mapping[tuple[str, str, str], Mapping[str, np.ndarray]]
) -> Origins:
    """Return what the page shows, from the audit's table, `hypotheses.csv` and each model's `origins.npz`.

    averages: by background, model and recipe.
    """
    mask = tests.loc[tests["metric"] == "heatmap_part", "detail"].iloc[0].split("/")[1]
    cascades = {key: _cascade(rows, mask) for key, rows in per_model(table)}
    ends = [value for parts in cascades.values() for part in parts.values() for value in part[3:]]
    low, high = min([*ends, 0.0]), max([*ends, 0.0])
    room = 0.04 * (high - low) or 0.5
    low, high = low - room, high + room

    def place(value: float) -> float:
        return float(100 * (value - low) / (high - low))

    models, answers = [], []
    for key, rows in per_model(table):
        background, model, recipe = key
        own = tests[(tests["background"] == background) & (tests["model"] == model) & (tests["recipe"] == recipe)]
        name = run_name(rows.iloc[0])
        steps = [_step(part, values, place) for part, values in cascades[key].items()]
        models.append(Origin(name, lean(rows, mask, _GROUP), steps, _shown(own), _pictures(averages.get(key, {}))))
        found = own.drop_duplicates("hypothesis").set_index("hypothesis")["answer"]
        answers.append((name, [(answer, _style(answer)) for answer in found]))
    causes = tests.drop_duplicates("hypothesis").set_index("hypothesis")["cause"].to_dict()
    ticks = [(place(value), number(value)) for value in ticks_of(low, high)]
    return Origins(models, causes, answers, ticks, place(0.0))


def _cascade(rows: pd.DataFrame, mask: str) -> dict[str, tuple[float, ...]]:
    """Return per part, and for the whole, its estimate, interval, and where its bar starts and ends."""
    own = rows[rows["group"] == _GROUP].set_index(["metric", "detail"])
    found: dict[str, tuple[float, ...]] = {}
    end = 0.0
    for part in PARTS:
        if ("heatmap_part", f"right/{mask}/{part}") in own.index:
            line = own.loc[("heatmap_part", f"right/{mask}/{part}")]
            start, end = end, end + line["estimate"]
            found[part] = (line["estimate"], line["low"], line["high"], start, end)
    if found:
        line = own.loc[("heatmap_asymmetry", f"right/{mask}")]
        found["whole"] = (line["estimate"], line["low"], line["high"], 0.0, line["estimate"])
    return found


def _step(part: str, values: Sequence[float], place) -> Step:
    estimate, low, high, start, end = values
    kind = "whole" if part == "whole" else "up" if estimate >= 0 else "down"
    left, right = sorted((place(start), place(end)))
    ends = (np.clip(place(start + low), 0, 100), np.clip(place(start + high), 0, 100)) if low == low else (0.0, 0.0)
    text = number(estimate) + (f" ({interval(low, high)})" if low == low else "")
    name = PART_WORDS.get(part, "as published")
    return Step(name, kind, left, right - left, (float(ends[0]), float(ends[1] - ends[0])), text)


def _shown(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the tests with their numbers as text, and each hypothesis named once."""
    shown = tests.assign(
        value=[number(row.estimate) for row in tests.itertuples()],
        ends=[interval(row.low, row.high) for row in tests.itertuples()],
        again=tests["hypothesis"].duplicated(),
        style=[_style(reading) for reading in tests["reading"]],
    )
    return shown[["hypothesis", "cause", "answer", "again", "question", "value", "ends", "limit", "reading", "style"]]


def _style(words: str) -> str:
    """Return the style of an answer or a reading: it holds, it does not, or nobody knows."""
    if words.startswith(("yes", "speaks for")):
        return "holds"
    return "unknown" if words in ("open", UNTESTED) else "fails"


def _pictures(averages: Mapping[str, np.ndarray]) -> list[tuple[str, str]]:
    captions = {"frame": "averaged in the frame", "face": "averaged on the mean face"}
    return [
        (caption, _picture(averages[f"map_{name}_{_GROUP}"], averages[f"oval_{name}_{_GROUP}"]))
        for name, caption in captions.items()
        if f"map_{name}_{_GROUP}" in averages
    ]


def _picture(heat: np.ndarray, oval: np.ndarray) -> str:
    """Return a mean map with the outline of the mean face as a data URI."""
    import matplotlib

    heat, oval = (cv2.resize(values, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR) for values in (heat, oval))
    colours = matplotlib.colormaps["jet"](heat / (heat.max() or 1.0))[..., :3] * 255
    picture = np.ascontiguousarray(colours.round().astype(np.uint8))
    outlines, _ = cv2.findContours((oval >= 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, outlines, -1, _OUTLINE, 1)
    return webp(picture)
