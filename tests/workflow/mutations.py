"""One valid change for every key of a complete config."""

import copy
from collections.abc import Iterator
from typing import Any

#: Keys whose changed value does not follow from the old one; a tuple is (section to replace, new value).
BY_HAND: dict[str, Any] = {
    "name": "renamed",
    "preset": "published",
    "collect.sources.folder.path": "other_folder",
    "collect.sources.folder.table": None,
    "collect.sources.folder.licence": "CC0",
    "collect.sources.fairface.path": "other_fairface",
    "collect.sources.fairface.parts": ["train"],
    "collect.sources.fairface.limit": 5,
    "faces.crop.border": "black",
    "faces.pose.method": ("faces.pose", {"method": "hopenet", "weights": {"file": "weights.pt", "sha256": "1" * 64}}),
    "faces.pose.weights": {"file": "weights.pt", "sha256": "1" * 64},
    "faces.select.several_faces": "largest",
    "faces.select.implausible_masks": "reject",
    "faces.select.rejections": "rejections.csv",
    "splits.split.by": "image",
    "splits.split.fractions.train": ("splits.split.fractions", {"train": 0.5, "val": 0.2, "test": 0.3}),
    "splits.split.fractions.val": ("splits.split.fractions", {"train": 0.6, "val": 0.2, "test": 0.2}),
    "splits.split.fractions.test": ("splits.split.fractions", {"train": 0.6, "val": 0.1, "test": 0.3}),
    "splits.split.counts.train": 10,
    "splits.split.counts.val": 10,
    "splits.split.counts.test": 10,
    "splits.split.stratify": [],
    "splits.backgrounds": ["original", "white", "blur"],
    "splits.pack.transparent_colour": [0, 0, 0],
    "splits.pack.oval_colour": [0, 0, 0],
    "train.models.mine.architecture": "resnet34",
    "train.models.mine.initialisation": "scratch",
    "train.models.mine.normalisation": "half",
    "train.models.custom.initialisation": "scratch",
    "train.models.net.architecture": "resnet34",
    "train.models.net.initialisation": "mine",
    "train.models.custom.architecture": "resnet18",
    "train.models.custom.normalisation": "half",
    "train.models.net.normalisation": "half",
    "train.recipes.short.labels": (
        "train.recipes",
        {"short": {"epochs": 4, "batch_size": 5, "labels": "ordinary"}, "long": {"epochs": 6}, "control": {}},
    ),
    "train.recipes.long.labels": "shuffled",
    "train.recipes.control.labels": "ordinary",
    "train.runs": [{"recipe": "short"}, {"recipe": "long", "models": ["net"]}],
    "train.seeds": [0, 7],
    "train.fairface": {"file": "weights.pt", "sha256": "2" * 64},
    "train.files.mine.file": "weights2.pt",
    "train.files.mine.sha256": "3" * 64,
    "explain.weights": "last",
    "explain.overlays.method": "gradcam",
    "audit.localisation.weighting": "mass",
    "audit.hypotheses.mask": "face",
    "audit.swaps.composite.mask": "person",
    "audit.swaps.composite.placement": "target",
    "audit.swaps.composite.fill": "white",
    "audit.swaps.robustness.masks": [],
    "audit.swaps.robustness.placements": [],
    "audit.swaps.robustness.fills": [],
    "audit.swaps.robustness.dilations": [],
    "audit.faithfulness.fill": "white",
    "audit.verdict.gates.planted_dose": "optional",
    "audit.calibration.cues": ["background", "jpeg", "face"],
    "audit.calibration.doses": [0.0, 0.5, 0.8, 1.0],
    "audit.calibration.architecture": "resnet34",
    "audit.calibration.recipe.schedule": "constant",
    "audit.calibration.seeds": [0, 7],
    "figures.heatmaps.colormap_stock": "viridis",
    "figures.heatmaps.colormap_signed": "PuOr",
    "figures.overlays.colormap": "viridis",
    "report.title": "Another title",
}
#: The same for the last part of a key, wherever it stands.
BY_NAME: dict[str, Any] = {"optimizer": "adamw", "schedule": "cosine"}


def mutations(config: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield, for every leaf of a complete config, its key and the config with that leaf changed."""
    for key, value in leaves(config):
        target, new = key, BY_HAND.get(key, BY_NAME.get(key.rsplit(".", 1)[-1], _other(key, value)))
        if isinstance(new, tuple):
            target, new = new
        changed = copy.deepcopy(config)
        *parents, last = target.split(".")
        section = changed
        for parent in parents:
            section = section[parent]
        section[last] = new
        yield key, changed


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield key and value of everything in a nested dictionary that is no dictionary; `kind` tells what a source is."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            if name != "kind":
                yield from leaves(item, f"{path}.{name}" if path else name)
    else:
        yield path, value


def _other(key: str, value: Any) -> Any:
    if key.endswith(".looks"):
        return 1 - value
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value * 0.9 if value else 0.05
    if key in BY_HAND or key.rsplit(".", 1)[-1] in BY_NAME:
        return None
    raise LookupError(f"tests/workflow/mutations.py: say in BY_HAND what to change {key} to (it is {value!r})")
