"""The verdicts of all models: as a table, and as one card of plain words each."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

import pandas as pd

from beholder.audit.evidence import read_evidence
from beholder.audit.table import per_model
from beholder.audit.uncertainty import Interval
from beholder.audit.verdict import MAIN, NOT_ESTABLISHED, WORDS, Evidence, Judgement, judge
from beholder.config.audit import Verdict

MODEL = ["background", "model", "recipe"]


class Card(NamedTuple):
    """One model, background and recipe with its verdict and what led to it."""

    background: str
    model: str
    recipe: str
    evidence: Evidence
    judgement: Judgement


def judge_all(table: pd.DataFrame, config: Verdict) -> list[Card]:
    """Return one card per model, background and recipe of an audit table; see `table.per_model`."""
    cards = []
    for (background, model, recipe), rows in per_model(table):
        evidence, name = read_evidence(rows), f"{model}, {background} background"
        cards.append(Card(background, model, recipe, evidence, judge(evidence, config, name)))
    return cards


def verdict_table(cards: list[Card]) -> pd.DataFrame:
    """Return one row per card: the verdict, its reasons, and the numbers that led to it."""
    return pd.DataFrame([_line(card) for card in cards])


def as_json(cards: list[Card], config: Verdict) -> dict[str, Any]:
    """Return everything that a verdict rests on, for machines: numbers that do not exist are None."""
    return _without_nan(
        {
            "thresholds": config.model_dump(),
            "not_established": list(NOT_ESTABLISHED),
            "verdicts": [
                {
                    "background": card.background,
                    "model": card.model,
                    "recipe": card.recipe,
                    **asdict(card.judgement),
                    "evidence": asdict(card.evidence),
                }
                for card in cards
            ],
        }
    )


def _without_nan(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_nan(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_without_nan(inner) for inner in value]
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


def as_markdown(cards: list[Card]) -> str:
    """Return one card per model and, below them, what no verdict establishes."""
    return "\n".join(_markdown(cards))


def _markdown(cards: list[Card]) -> Iterator[str]:
    yield "# What the networks decide by\n"
    for card in cards:
        yield f"## {card.model}, {card.background} background, recipe {card.recipe}\n"
        yield f"**{WORDS[card.judgement.label].capitalize()}.** {card.judgement.headline}\n"
        for reason in card.judgement.reasons:
            yield f"- {reason}"
        yield "\n| other shortcut | |\n|---|---|"
        yield from (f"| {name} | {status} |" for name, status in card.judgement.qualifiers.items())
        yield ""
    yield "## What no verdict establishes\n"
    yield from (f"- {sentence}" for sentence in NOT_ESTABLISHED)
    yield ""


def _line(card: Card) -> dict[str, Any]:
    evidence, judgement = card.evidence, card.judgement
    nothing = Interval(float("nan"), float("nan"), float("nan"))
    numbers = {
        "background_reliance": evidence.reliance.get(MAIN, nothing),
        "conflict_accuracy": evidence.conflict_accuracy.get(MAIN, nothing),
        "balanced_accuracy": evidence.balanced_accuracy,
    }
    ends = {
        f"{name}{end}": value
        for name, interval in numbers.items()
        for end, value in zip(("", "_low", "_high"), interval, strict=True)
    }
    return {
        "background": card.background,
        "model": card.model,
        "recipe": card.recipe,
        "verdict": judgement.label,
        "leaning": judgement.leaning,
        "reasons": "; ".join(judgement.reasons),
        **ends,
        "self_paste": evidence.self_paste,
        "interaction_ratio": evidence.interaction_ratio,
        "clusters_per_class": evidence.clusters_per_class,
        "seeds": evidence.seeds,
        **{name.replace(" ", "_"): status for name, status in judgement.qualifiers.items()},
        "headline": judgement.headline,
    }
