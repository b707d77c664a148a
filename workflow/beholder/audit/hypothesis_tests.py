"""Puts the hypotheses about averaged heatmaps to the test: what the audit's numbers say of each, in words.

Whole interval beyond the limit: a test speaks for its hypothesis; whole interval within: against; otherwise it is open. A part
of the heatmap's lean that pulls away from that lean does not explain it, nor does a value of the other sign than predicted.
Primary tests decide the answer; where others disagree, it says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args

import pandas as pd

from beholder.audit.hypotheses import HYPOTHESES, PART_WORDS, Prediction
from beholder.audit.origins import PARTS
from beholder.audit.table import COLUMNS, per_model
from beholder.audit.verdict import MAIN
from beholder.config.audit import Flags, Hypotheses

Reading = Literal["speaks for it", "speaks against it", "works the other way", "open", "not tested"]
FOR, AGAINST, OTHER_WAY, OPEN, UNTESTED = get_args(Reading)


def limits(config: Hypotheses, flags: Flags, reliance: float) -> dict[str, float]:
    """Return all limits by name; `reliance` is the highest background reliance of a network that looks at the face."""
    own = {name: value for name, value in config.model_dump().items() if name != "mask"}
    return {**flags.model_dump(), **own, "reliance": reliance}


def put_to_test(table: pd.DataFrame, bounds: Mapping[str, float], mask: str) -> pd.DataFrame:
    """Return one row per model and test: the audit table's columns, hypothesis, cause, question, primary, limit, reading, answer.

    table: an audit table of all models. A test whose row is missing has the reading `not tested`.
    """
    lines = []
    for (background, model, recipe), rows in per_model(table):
        run = {"background": background, "model": model, "recipe": recipe, "seed": "all"}
        for hypothesis in HYPOTHESES:
            found = [_test(test, rows, bounds, mask) | run for test in hypothesis.tests]
            about = {"hypothesis": hypothesis.name, "cause": hypothesis.cause, "answer": conclude(found)}
            lines += [about | line for line in found]
    names = ["hypothesis", "cause", "answer", "question", "primary", "limit", "reading"]
    return pd.DataFrame(lines, columns=[*names, *COLUMNS])


def read(low: float, high: float, limit: float, small: bool = False) -> Reading:
    """Return what an interval says of a hypothesis that predicts a value beyond a limit, or (`small`) within it."""
    if low > limit or high < -limit:
        return AGAINST if small else FOR
    if -limit <= low and high <= limit:
        return FOR if small else AGAINST
    return OPEN


def conclude(tests: Sequence[Mapping[str, object]]) -> str:
    """Return the answer of a hypothesis' tests, each with `primary` and `reading`."""
    readings = {test["reading"] for test in tests} - {UNTESTED}
    primary = {test["reading"] for test in tests if test["primary"]} - {UNTESTED}
    disagreeing = ", but not all tests agree"
    if not primary:
        return "not tested"
    if FOR in primary:
        return "yes" + disagreeing * bool(readings & {AGAINST, OTHER_WAY})
    if OPEN in primary:
        return "open"
    return "no" + ": it works the other way" * (OTHER_WAY in primary) + disagreeing * (FOR in readings)


def as_markdown(tests: pd.DataFrame, table: pd.DataFrame, mask: str) -> str:
    """Return the answers in words: per model how much of the heatmap's lean each cause accounts for, then every test."""
    return "\n".join(_markdown(tests, table, mask))


def lean(rows: pd.DataFrame, mask: str, group: str = "normal") -> str:
    """Return in a sentence how far a model's averaged heatmap leans to a side."""
    own = rows[rows["group"] == group].set_index(["metric", "detail"])
    name = f"right/{mask}"
    if ("heatmap_asymmetry", name) not in own.index:
        return "Not measured."
    whole = own.loc[("heatmap_asymmetry", name)]
    side = "right" if whole["low"] > 0 else "left" if whole["high"] < 0 else "to neither side for certain"
    return (
        f"Outside the {mask}, the averaged heatmap of the group {group} leans {side}: right less left is {_signed(whole)} of "
        f"its heat there ({int(whole['n'])} photographs, {int(whole['clusters'])} persons)."
    )


def _parts(rows: pd.DataFrame, mask: str, group: str = "normal") -> str:
    """Return in a sentence of what a model's lean is made."""
    own = rows[(rows["metric"] == "heatmap_part") & (rows["group"] == group)].set_index("detail")
    found = {part: f"right/{mask}/{part}" for part in PARTS}
    words = [f"{PART_WORDS[part]} {_signed(own.loc[detail])}" for part, detail in found.items() if detail in own.index]
    return f" Its parts: {'; '.join(words)}." if words else ""


def _test(test: Prediction, rows: pd.DataFrame, bounds: Mapping[str, float], mask: str) -> dict[str, object]:
    detail, limit = test.detail.format(mask=mask), float(bounds[test.limit])
    question = test.question.format(mask=mask)
    candidates = rows[(rows["metric"] == test.metric) & (rows["group"] == test.group)]
    if detail == MAIN and (candidates["detail"] == f"mask={mask}").any():
        detail = f"mask={mask}"  # of the swaps, those that cut out what the maps are compared with
        question += f", {mask} cut out"
    about = {"question": question, "primary": test.primary, "limit": limit}
    match = candidates[(candidates["detail"] == detail) & candidates["estimate"].notna()]
    if match.empty:
        blank = {"metric": test.metric, "detail": detail, "group": test.group, "note": ""}
        return {**about, **blank, "reading": UNTESTED}
    found = match.iloc[0]
    ends = (found["low"], found["high"]) if found["low"] == found["low"] else (found["estimate"], found["estimate"])
    reading = read(*ends, limit, test.small)
    sign = 1.0 if test.positive else _leaning(test.metric, detail, test.group, rows, mask)
    if reading == FOR and found["estimate"] * sign < 0:
        reading = OTHER_WAY
    return {**found.to_dict(), **about, "reading": reading}


def _leaning(metric: str, detail: str, group: str, rows: pd.DataFrame, mask: str) -> float:
    """Return the sign that a part of a heatmap's lean must have to explain it; 0: any, where there is no lean to explain.

    What is asked of background less person is why there is heat on the background at all: the sign is positive.
    """
    if metric not in ("heatmap_part", "frame_prior"):
        return 0.0
    if detail.startswith("outside"):
        return 1.0
    explained = f"right/{mask}" if metric == "frame_prior" else detail.rsplit("/", 1)[0]
    whole = rows[(rows["metric"] == "heatmap_asymmetry") & (rows["detail"] == explained) & (rows["group"] == group)]
    return float((whole["low"] > 0).any()) - float((whole["high"] < 0).any())


def _markdown(tests: pd.DataFrame, table: pd.DataFrame, mask: str) -> Iterator[str]:
    yield "# Where the background of the averaged heatmaps comes from\n"
    for (background, model, recipe), rows in per_model(table):
        own = tests[(tests["background"] == background) & (tests["model"] == model) & (tests["recipe"] == recipe)]
        yield f"## {model}, {background} background, recipe {recipe}\n"
        yield lean(rows, mask) + _parts(rows, mask) + "\n"
        yield "| | cause | answer | test | value | |\n|---|---|---|---|---|---|"
        for name, of_hypothesis in own.groupby("hypothesis", sort=False):
            for number, line in enumerate(of_hypothesis.itertuples()):
                first = (name, line.cause, line.answer) if number == 0 else ("", "", "")
                value = _signed(line._asdict()) if line.estimate == line.estimate else "–"
                yield "| " + " | ".join([*first, line.question, value, line.reading]) + " |"
        yield ""


def _signed(row: Mapping[str, float]) -> str:
    ends = f" ({row['low']:+.2f} to {row['high']:+.2f})" if row["low"] == row["low"] else ""
    return f"{row['estimate']:+.2f}{ends}".replace("-", "\u2212")
