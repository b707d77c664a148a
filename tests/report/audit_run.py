"""A fabricated audit of any size, to write the page from: tables as the audit's rules leave them, noise for content."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd

from audit.faces import face
from beholder.audit.cards import as_json, judge_all
from beholder.audit.face_average import SIDE
from beholder.audit.hypothesis_tests import limits, put_to_test
from beholder.audit.localisation import MASKS
from beholder.audit.origins import PARTS
from beholder.audit.regions import REGIONS, reduced_partition
from beholder.audit.table import COLUMNS, row, tidy
from beholder.audit.uncertainty import Interval
from beholder.common.tables import write_arrays, write_table, write_text
from beholder.config.audit import Flags, Hypotheses, Verdict
from beholder.explain.geometry import Geometry, write_geometry
from beholder.report.audit_questions import QUESTIONS, VARIANTS

CELLS = 7
VARIANT_COLUMNS = ["original", "self_paste", "face_only", "background_only", "mixed_same", "mixed_opposite"]


def fabricate(folder: Path, backbones: list[str], backgrounds: list[str], images: int, size: int = 96) -> dict:
    """Write all files below `folder` and return the arguments of `write_audit.main`, but for settings, template and page."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    looks = np.arange(images) % 2
    people = pd.DataFrame(
        {
            "image_id": [f"source/person{i // 4}/<{i}>" for i in range(images)],
            "looks": looks,
            "source": "source",
            "person": [f"source/person{i // 4}" for i in range(images)],
            "cluster": np.arange(images) // 4 * 2 + looks,
            **{"gender": "Female", "race": "White", "age": "20-29"},
        }
    )
    write_table(folder / "test.csv", people)
    _geometry(folder, people, size)
    runs = [
        {"background": background, "backbone": model, "recipe": "sound", "seed": 0}
        for background in backgrounds
        for model in backbones
    ]
    paths = {name: [] for name in _PER_NETWORK}
    for run in runs:
        own = folder / run["background"] / run["backbone"]
        own.mkdir(parents=True, exist_ok=True)
        for name, path in _network(own, people, size, random).items():
            paths[name].append(path)
    scenes = {"pixels": [], "faces": []}
    pixels = (
        random.integers(0, 256, (min(images, 400), 12, 12, 3), np.uint8).repeat(size // 12, 1).repeat(size // 12, 2)
    )
    for background in backgrounds:
        scenes["pixels"].append(folder / f"{background}.npy")
        np.save(scenes["pixels"][-1], np.resize(pixels, (images, size, size, 3)))
        scenes["faces"].append(folder / f"{background}.npz")
        write_arrays(
            scenes["faces"][-1], {f"face_{g}": np.full((size, size, 3), 120, np.uint8) for g in ("good", "normal")}
        )
    table = estimates(runs, images)
    write_table(folder / "table.csv", table)
    config = Verdict.model_validate({"gates": {"planted_dose": "optional", "min_seeds": 1}})
    write_text(folder / "verdicts.json", json.dumps(as_json(judge_all(table, config), config)))
    write_table(folder / "hypotheses.csv", put_to_test(table, limits(Hypotheses(), Flags(), 0.15), "person"))
    files = {name: folder / file for name, file in _SINGLE.items()}
    return {"runs": runs, "backgrounds": backgrounds, "files": {**files, **paths, **scenes}}


_PER_NETWORK = ("maps", "geometries", "averages", "measures", "swaps", "variants", "reliability", "origins")
_SINGLE = {
    "table": "table.csv",
    "evidence": "verdicts.json",
    "tests": "hypotheses.csv",
    "test": "test.csv",
    "regions": "regions.npz",
    "geometry": "geometry.npz",
}


def estimates(runs: list[dict], images: int) -> pd.DataFrame:
    """Return an audit table: the first model reads the background, the second the face, the others something between."""
    tables = [
        tidy([row("probe_auroc", Interval(0.7, 0.6, 0.8), detail="pixels")], background=background)
        for background in dict.fromkeys(run["background"] for run in runs)
    ]
    for number, run in enumerate(runs):
        reliance = [0.8, 0.05][number] if number < 2 else 0.3
        rows = [
            row("background_reliance", Interval(reliance, reliance - 0.04, reliance + 0.04), detail="main"),
            row("conflict_accuracy", Interval(1 - reliance, 0.96 - reliance, min(1, 1.04 - reliance)), detail="main"),
            *(row(name, value) for name, value in _BOOKKEEPING.items()),
            row("interaction_ratio", 0.1, detail="main"),
            row("balanced_accuracy", Interval(0.95, 0.9, 0.99), detail="original"),
        ]
        if number == 1:
            rows[1] = row("conflict_accuracy", Interval(0.99, 0.97, 1), detail="main")
        filled = {(found["metric"], found["detail"]) for found in rows}
        for question in QUESTIONS:
            for plot in question.plots:
                for detail in plot.details:
                    if (plot.metric, detail) not in filled and plot.metric != "probe_auroc":
                        rows += [row(plot.metric, Interval(0.2, 0.1, 0.3), detail=detail, group=g) for g in plot.groups]
        rows += [
            row("heatmap_part", Interval(0.2 / len(PARTS), 0.01, 0.04), detail=f"right/person/{part}", group="normal")
            for part in PARTS
        ]
        rows += [row("auroc", Interval(0.6, 0.5, 0.7), detail=f"extra_{name}") for name in VARIANTS]
        tables.append(tidy(rows, model=run["backbone"], background=run["background"], recipe=run["recipe"]))
    return pd.concat(tables, ignore_index=True)[COLUMNS].assign(n=images, clusters=images // 4)


_BOOKKEEPING = {"mask_ok": 1.0, "clusters_per_class": 40, "seeds": 3, "shared_persons": 0, "self_paste": 0.05}


def _geometry(folder: Path, people: pd.DataFrame, size: int) -> None:
    landmarks, oval, person = face(size)
    count, ids = len(people), people["image_id"].to_numpy(str)
    partition = np.repeat(reduced_partition(landmarks, oval, person)[None], count, axis=0)
    partition[0] = 0  # one without a mask
    write_arrays(folder / "regions.npz", {"image_id": ids, "partition": partition})
    masks = {name: np.broadcast_to(mask, (count, size, size)) for name, mask in (("face", oval), ("person", person))}
    landmarks = np.broadcast_to(landmarks, (count, 478, 2))
    write_arrays(folder / "geometry.npz", {"image_id": ids, **masks, "landmarks": landmarks})


def _network(folder: Path, people: pd.DataFrame, size: int, random: np.random.Generator) -> dict[str, Path]:
    count, looks = len(people), people["looks"].to_numpy()
    maps = random.normal(size=(2, count, CELLS * CELLS)).astype(np.float32)
    margins = 4.0 * looks - 2 + random.normal(size=count)
    columns = {"margin_map": maps[1] - maps[0], "map0": maps[0], "map1": maps[1]}
    table = people[["image_id"]].assign(margin=margins, **{name: list(values) for name, values in columns.items()})
    write_table(folder / "maps.parquet", table)
    place = Geometry(size, CELLS, CELLS, 0.0, size / CELLS, "formula", 0.0, 0.0, 0.9, [0.0, 0.0], "closed_form")
    write_geometry(folder / "geometry.json", dataclasses.replace(place))
    means = {f"{kind}_{g}": random.normal(size=(CELLS, CELLS)) for kind in ("margin",) for g in ("good", "normal")}
    means |= {f"stock_{g}": random.random((size, size)) for g in ("good", "normal")}
    means |= {f"n_{g}": np.array(count // 2) for g in ("good", "normal")}
    write_arrays(folder / "averages.npz", means)
    shares = {f"region_share/{name}": np.full(count, 1 / len(REGIONS)) for name in REGIONS}
    shares |= {f"energy_share/{name}": np.full(count, 0.5) for name in MASKS}
    measures = people[["image_id"]].assign(drawing="registered", **shares)
    write_table(folder / "localisation.parquet", measures)
    first, second = np.arange(3, min(count, 600), 2), np.arange(2, min(count, 600) - 1, 2)
    cells = dict(zip(("m11", "m10", "m01", "m00"), random.normal(size=(4, len(first))), strict=True))
    write_table(folder / "swaps.parquet", pd.DataFrame({"setting": "main", "first": first, "second": second, **cells}))
    some = people[["image_id"]].iloc[: min(count, 2000)]
    variants = {name: margins[: len(some)] + random.normal(size=len(some)) for name in VARIANT_COLUMNS}
    write_table(folder / "variants.parquet", some.assign(**variants))
    bins = np.arange(10)
    curve = {"bin": bins, "probability": bins / 10 + 0.05, "outcome": (bins / 9) ** 2, "n": np.abs(bins - 4.5) ** 3}
    write_table(folder / "reliability.csv", pd.DataFrame(curve).astype({"n": int}))
    names = [
        f"{kind}_{place}_{g}" for kind in ("map", "oval") for place in ("frame", "face") for g in ("good", "normal")
    ]
    write_arrays(folder / "origins.npz", {name: random.random((SIDE, SIDE), np.float32) for name in names})
    files = (
        "maps.parquet",
        "geometry.json",
        "averages.npz",
        "localisation.parquet",
        "swaps.parquet",
        "variants.parquet",
        "reliability.csv",
        "origins.npz",
    )
    return {name: folder / file for name, file in zip(_PER_NETWORK, files, strict=True)}
