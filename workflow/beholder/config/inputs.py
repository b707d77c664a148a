"""Tells before any job which files and folders a config needs that are not there, and what to put where."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from beholder.common.errors import BeholderError


def missing_inputs(config: Mapping[str, Any]) -> None:
    """Raise BeholderError naming every missing input of a validated config, with what belongs there."""
    missing = [*_sources(config["collect"]["sources"]), *_weights(config)]
    if missing:
        raise BeholderError("inputs are missing.\n" + "\n".join(f"  - {line}" for line in missing))


def _sources(sources: Mapping[str, Any]) -> Iterable[str]:
    for name, source in sources.items():
        key, path = f"collect.sources.{name}", Path(source.get("path", ""))
        if source["kind"] == "fairface":
            for part in source["parts"]:
                for needed in (path / f"fairface_label_{part}.csv", path / part):
                    if not needed.exists():
                        yield (
                            f"{key}: {needed} does not exist. Put FairFace there in its official layout (see "
                            "resources/fairface/README.md), or set the key's `path`."
                        )
        elif source["kind"] == "folder":
            if not path.is_dir():
                yield (
                    f"{key}: the folder {path} does not exist. Put the photographs there, one folder per person or with "
                    "a CSV (see resources/people/README.md), or set the key's `path`."
                )
            elif not source["table"] and not any(entry.is_dir() for entry in path.iterdir()):
                yield (
                    f"{key}: the folder {path} holds no folders of persons, and so no photographs. Put each person's "
                    "into a folder of its own (or name a CSV with `file` and `person` as `table`, see "
                    "resources/people/README.md), or set the key's `path`."
                )
            elif source["table"] and not (path / source["table"]).is_file():
                yield f"{key}.table: {path / source['table']} does not exist. It lists `file` and `person`."
        elif source["kind"] != "synthetic":
            for table in ("people", "table"):
                if table in source and not Path(source[table]).is_file():
                    yield f"{key}.{table}: {source[table]} does not exist. Its format is in resources/people/README.md."


def _weights(config: Mapping[str, Any]) -> Iterable[str]:
    train, faces = config["train"], config["faces"]
    used = {model["initialisation"] for model in train["models"].values()}
    wanted = {f"train.files.{name}": weights for name, weights in train["files"].items() if name in used}
    if "fairface" in used:
        wanted["train.fairface"] = train["fairface"]
    if faces["pose"]["method"] == "hopenet":
        wanted["faces.pose.weights"] = faces["pose"]["weights"]
    for key, weights in wanted.items():
        if weights and not Path(weights["file"]).is_file():
            yield (
                f"{key}.file: {weights['file']} does not exist. Put the weights with SHA-256 {weights['sha256'][:12]}... "
                "there (see resources/weights/README.md)."
            )
    rejections = faces["select"]["rejections"]
    if rejections and not Path(rejections).is_file():
        yield f"faces.select.rejections: {rejections} does not exist. It is a CSV with the columns `image_id` and `reason`."
