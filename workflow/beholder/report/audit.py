"""The audit's page: the verdict first, then every question with its picture and table, then the photographs."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from beholder.audit.inputs import read_estimates, read_partitions, read_people
from beholder.audit.verdict import WORDS
from beholder.common.labels import GROUPS
from beholder.common.tables import read_table
from beholder.config.audit import Composite
from beholder.explain.geometry import read_geometry
from beholder.figures.runs import model_name, plural
from beholder.report.audit_heatmaps import mean_maps
from beholder.report.audit_origins import origins
from beholder.report.audit_photographs import COLOURS, choose, network_data, pictures, suspicion, with_partners
from beholder.report.audit_plots import HEADER, Chart, chart, interval, number, text_rows
from beholder.report.audit_questions import QUESTIONS, Question
from beholder.report.audit_reliability import SIDE, reliability_curve
from beholder.report.page import made, page_template

_COUNTED = {
    "face": ("looks at the face", "look at the face"),
    "background": ("relies on the background", "rely on the background"),
    "processing": ("relies on processing", "rely on processing"),
    "undetermined": ("remains undetermined", "remain undetermined"),
}
_MAPS = ["image_id", "margin", "margin_map", "map0", "map1"]


class Network(NamedTuple):
    """The files of the training whose maps and margins the page shows: a model's first seed."""

    background: str
    model: str
    recipe: str
    seed: int
    maps: Path
    geometry: Path
    averages: Path
    measures: Path
    swaps: Path
    variants: Path
    reliability: Path
    """Of all seeds of the model."""
    origins: Path
    """Averages of all seeds of the model."""

    @property
    def name(self) -> str:
        """Model, background and recipe in words."""
        return f"{model_name(self.model)}, {self.background}, {self.recipe}"


class Scene(NamedTuple):
    """The files of a background."""

    background: str
    pixels: Path
    faces: Path


class Answer(NamedTuple):
    """A question with what answers it."""

    question: Question
    charts: Sequence[Chart]
    rows: Sequence[Sequence[str]]
    total: int
    """Rows that the full table has."""


def render(
    settings: Mapping[str, Any],
    table: Path,
    evidence: Path,
    tests: Path,
    test: Path,
    regions: Path,
    geometry: Path,
    networks: Sequence[Network],
    scenes: Sequence[Scene],
    template: Path,
    page: Path,
) -> str:
    """Return the page as HTML.

    `settings`: `title`, `command`, how many `photographs` per background and their `thumbnail` side, the `composite` of the
    swaps, and `made`: rule and inputs of the table.
    """
    rows = read_estimates(table)
    judged = json.loads(evidence.read_text(encoding="utf-8"))
    people = read_people(test)
    data = browser_data(settings, people, regions, geometry, networks, scenes)
    faces = {scene.background: dict(np.load(scene.faces)) for scene in scenes}
    heatmaps = [
        (
            network.name,
            network.seed,
            mean_maps(np.load(network.averages), read_geometry(network.geometry), faces[network.background]),
        )
        for network in networks
    ]
    averages = {(network.background, network.model, network.recipe): np.load(network.origins) for network in networks}
    return page_template(template).render(
        title=settings["title"],
        headline=headline(judged["verdicts"]),
        cards=[card(verdict) for verdict in judged["verdicts"]],
        not_established=judged["not_established"],
        thresholds=judged["thresholds"],
        answers=[found for question in QUESTIONS if (found := answer(question, rows, judged["thresholds"])).total],
        heatmaps=heatmaps,
        curves=[reliability_curve(network.name, network.reliability) for network in networks],
        side=SIDE,
        origins=origins(rows, read_estimates(tests), averages),
        header=HEADER,
        made=made(settings["made"], table, page, settings["command"]),
        colours=COLOURS,
        groups=GROUPS,
        words=WORDS,
        images=len(people),
        persons=people["cluster"].nunique(),
        data=json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"),
    )


def headline(verdicts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return how many networks got which verdict and, where none could be given, what stood in the way most often."""
    labels = Counter(verdict["label"] for verdict in verdicts)
    parts = [f"{labels[label]} {_COUNTED[label][labels[label] > 1]}" for label in WORDS if label in labels]
    sentences = [f"Of {plural(len(verdicts), 'network')}, {', '.join(parts)}."]
    reasons = Counter(
        reason.partition(" (")[0]  # the number differs between networks
        for verdict in verdicts
        if verdict["label"] == "undetermined"
        for reason in verdict["reasons"]
    )
    if reasons:
        counted = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(5))
        sentences.append(f"What stood in the way of a verdict, and for how many networks: {counted}.")
    return sentences


def card(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says of one model."""
    evidence = verdict["evidence"]

    def shown(values: Sequence[float] | None) -> str:
        estimate, low, high = (np.nan if value is None else value for value in values or (None, None, None))
        return number(estimate) + (f" ({interval(low, high)})" if low == low else "")

    return {
        "name": f"{model_name(verdict['model'])}, {verdict['background']} background",
        "recipe": verdict["recipe"],
        "label": verdict["label"],
        "leaning": verdict["leaning"],
        "reasons": verdict["reasons"],
        "qualifiers": verdict["qualifiers"],
        "headline": verdict["headline"],
        "reliance": shown(evidence["reliance"].get("main")),
        "conflict": shown(evidence["conflict_accuracy"].get("main")),
        "accuracy": shown(evidence["balanced_accuracy"]),
        "persons": f"{evidence['clusters_per_class']:,}",
        "seeds": str(evidence["seeds"]),
        "others": {key: shown(value) for key, value in evidence["reliance"].items() if key != "main"},
    }


def answer(question: Question, rows: pd.DataFrame, thresholds: Mapping[str, Any]) -> Answer:
    """Return a question's charts and the rows of its full table."""
    charts = [found for plot in question.plots if (found := chart(plot, rows, thresholds))]
    metrics = list(dict.fromkeys([*(plot.metric for plot in question.plots), *question.metrics]))
    return Answer(question, charts, *text_rows(rows, metrics))


def browser_data(
    settings: Mapping[str, Any],
    people: pd.DataFrame,
    regions: Path,
    geometry: Path,
    networks: Sequence[Network],
    scenes: Sequence[Scene],
) -> dict[str, Any]:
    """Return the photographs of every background and what every network says of them, for the page's script."""
    partitions, looks = read_partitions(regions, people), people["looks"].to_numpy()
    with np.load(geometry) as file:
        arrays = {name: file[name] for name in ("person", "face", "landmarks")}
    data: dict[str, Any] = {
        "regions": list(COLOURS),
        "colours": list(COLOURS.values()),
        "backgrounds": {},
        "networks": [],
    }
    for scene in scenes:
        own = [network for network in networks if network.background == scene.background]
        maps = [read_table(network.maps, _MAPS) for network in own]
        swaps = [read_table(network.swaps) for network in own]
        suspicions = [suspicion(read_table(network.variants), people["image_id"], looks) for network in own]
        margins = [table["margin"].to_numpy() for table in maps]
        rows = choose(margins, suspicions, looks, settings["photographs"])
        rows, pairs = with_partners(rows, swaps[0], settings["photographs"])
        position = {row: number for number, row in enumerate(rows.tolist())}
        seen = pictures(
            np.load(scene.pixels, mmap_mode="r")[rows],
            {name: values[rows] for name, values in arrays.items()},
            partitions[rows],
            Composite.model_validate(settings["composite"]),
            settings["thumbnail"],
        )
        about = people.iloc[rows]
        data["backgrounds"][scene.background] = [
            {"id": image_id, "looks": int(group), "person": person, **small}
            | ({"pair": [position[member] for member in pairs[row]]} if row in pairs else {})
            for image_id, group, person, small, row in zip(
                about["image_id"], about["looks"], about["person"], seen, rows.tolist(), strict=True
            )
        ]
        for network, table, swapped, suspect in zip(own, maps, swaps, suspicions, strict=True):
            measures, place = read_table(network.measures), read_geometry(network.geometry)
            data["networks"].append(
                {"name": network.name, "background": network.background, "seed": network.seed}
                | network_data(table, place, swapped, measures, suspect, rows, pairs)
            )
    return data
