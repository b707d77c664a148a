"""What must hold between keys, checked before any job: every name that is referred to exists."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from beholder.config.model import Config

#: Known without importing timm, which takes seconds; any other name is looked up there.
_COMMON_ARCHITECTURES = {"resnet18", "resnet34", "resnet50", "efficientnet_b0", "convnext_tiny", "tf_efficientnet_b0"}


def problems_between_sections(config: Config) -> list[str]:
    """Return one message per broken reference or impossible combination; an empty list when all is well."""
    checks = (_sources, _models, _calibration, _runs, _controls, _pose, _pretrained)
    return [problem for check in checks for problem in check(config)]


def remarks(config: Mapping[str, Any]) -> Iterable[str]:
    """Yield what a valid config makes impossible all the same."""
    train, gates = config["train"], config["audit"]["verdict"]["gates"]
    most = max(len(run["seeds"] or train["seeds"]) for run in train["runs"])
    if most < gates["min_seeds"]:
        yield (
            f"every verdict of the audit will be `undetermined`: `audit.verdict.gates.min_seeds` is {gates['min_seeds']}, and "
            f"no network is trained with more than {most} of them. Extend `train.seeds`, or lower it."
        )


def _sources(config: Config) -> Iterable[str]:
    groups = {source.looks for source in config.collect.sources.values()}
    for missing in {0, 1} - groups:
        yield f"collect.sources: no source has `looks: {missing}`. Both groups need at least one."


def _models(config: Config) -> Iterable[str]:
    train = config.train
    for name in sorted({"scratch", "imagenet", "fairface"} & set(train.files)):
        yield f"train.files.{name}: is the name of an initialisation of its own. Give the file another, and name that as `initialisation`."
    initialisations = ["scratch", "imagenet", "fairface", *train.files]
    for name, model in train.models.items():
        key = f"train.models.{name}"
        if model.initialisation not in initialisations:
            yield _unknown(f"{key}.initialisation", model.initialisation, initialisations)
        yield from _architecture(f"{key}.architecture", model.architecture)
        if model.initialisation == "fairface" and train.fairface and model.architecture != "resnet34":
            yield f"{key}: the published FairFace weights are a resnet34, not {model.architecture}."


def _calibration(config: Config) -> Iterable[str]:
    yield from _architecture("audit.calibration.architecture", config.audit.calibration.architecture)


def _architecture(key: str, name: str) -> Iterable[str]:
    if name not in _COMMON_ARCHITECTURES:
        from timm import list_models

        if name not in (known := list_models()):
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f" Did you mean `{near[0]}`? Near: {', '.join(near)}." if near else ""
            yield f"{key}: {name!r} is no timm architecture.{hint}"


def _controls(config: Config) -> Iterable[str]:
    recipes = config.train.recipes
    if all(run.recipe in recipes and recipes[run.recipe].labels != "looks" for run in config.train.runs):
        yield "train.runs: all are negative controls. At least one needs a recipe with `labels: looks`."


def _runs(config: Config) -> Iterable[str]:
    for index, run in enumerate(config.train.runs):
        key = f"train.runs.{index}"
        fields: list[tuple[str, Collection[Any], Collection[Any]]] = [
            ("recipe", [run.recipe], config.train.recipes),
            ("models", run.models or [], config.train.models),
            ("backgrounds", run.backgrounds or [], config.splits.backgrounds),
            ("seeds", run.seeds or [], config.train.seeds),
        ]
        for field, given, allowed in fields:
            for name in given:
                if name not in allowed:
                    yield _unknown(f"{key}.{field}", name, list(allowed))
    lists: list[tuple[str, list[Any]]] = [
        ("splits.backgrounds", config.splits.backgrounds),
        ("train.seeds", config.train.seeds),
    ]
    for key, values in lists:
        for value in {value for value in values if values.count(value) > 1}:
            yield f"{key}: {value} stands twice."


def _pose(config: Config) -> Iterable[str]:
    if config.faces.pose.method == "hopenet" and config.faces.pose.weights is None:
        yield "faces.pose.weights: is missing. Method `hopenet` needs `file` and `sha256` of hopenet_alpha2.pkl or a like one."


def _pretrained(config: Config) -> Iterable[str]:
    """The published weights saw FairFace's part `train`, which must then stay out of validation and test."""
    split, train = config.splits.split, config.train
    supplied = train.fairface and any(model.initialisation == "fairface" for model in train.models.values())
    if not supplied or split.official_parts or split.by == "image":
        return
    for name, source in config.collect.sources.items():
        if source.kind == "fairface" and "train" in source.parts:
            yield (
                "splits.split.official_parts: must be true where models start from `train.fairface`. Those weights were trained "
                f"on FairFace's part `train`, which `collect.sources.{name}` would put into validation and test as well."
            )


def _unknown(key: str, given: object, allowed: list) -> str:
    near = difflib.get_close_matches(str(given), [str(name) for name in allowed], n=1, cutoff=0.5)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    return f"{key}: {given!r} is not defined.{hint} Allowed: {', '.join(map(str, allowed))}."
