"""From the YAML that a user wrote to a validated config, or to one message that lists everything wrong with it."""

import difflib
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from beholder.common.errors import BeholderError
from beholder.config.checks import problems_between_sections
from beholder.config.model import Config

PRESETS = Path(__file__).parent / "presets"
#: Tables of named things: the user's replaces the preset's, whereas sections are merged key by key.
_REPLACED = {"sources", "models", "recipes", "files"}


def load_config(raw: Mapping[str, Any], files: Iterable[str | Path] = ()) -> dict[str, Any]:
    """Validate a config as read from YAML and return it complete, with every default filled in.

    `files` are the YAML files it was read from; they are looked through for names that occur twice, which YAML
    readers silently drop.

    Raises BeholderError listing every problem: the key, what is wrong, what is allowed.
    """
    problems = [problem for file in files for problem in repeated_keys(Path(file))]
    raw = _with_preset(raw)
    try:
        config = Config.model_validate(raw)
        problems += problems_between_sections(config)
    except ValidationError as errors:
        problems += [_explain(error) for error in errors.errors()]
        config = None
    if problems or config is None:
        raise BeholderError("the config cannot be used.\n" + "\n".join(f"  - {problem}" for problem in problems))
    return config.model_dump(mode="json")


def repeated_keys(file: Path) -> list[str]:
    """Return a message for every key that stands twice in one mapping of a YAML file."""
    messages: list[str] = []

    def visit(node: yaml.Node, path: str) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = f"{path}.{key.value}".lstrip(".")
                if key.value in seen:
                    messages.append(f"{name}: stands twice in {file.name}, line {key.start_mark.line + 1}. Rename one.")
                seen.add(key.value)
                visit(value, name)
        elif isinstance(node, yaml.SequenceNode):
            for child in node.value:
                visit(child, path)

    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError) as error:
        return [f"{file}: cannot be read as YAML ({error})."]
    if root is not None:
        visit(root, "")
    return messages


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return `below` with the values of `above` put over it, section by section."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if both and key not in _REPLACED else value
    return merged


def _with_preset(raw: Mapping[str, Any]) -> dict[str, Any]:
    name = raw.get("preset", "sound")
    file = PRESETS / f"{name}.yaml"
    if not isinstance(name, str) or not file.is_file():
        return dict(raw)  # validation names the allowed presets
    return merge(yaml.safe_load(file.read_text(encoding="utf-8")) or {}, raw)


def _explain(error: ErrorDetails) -> str:
    """Say in one line what is wrong with one key."""
    path, parent = _locate(error["loc"])
    key, given = ".".join(path) or "config", error["input"]
    match error["type"]:
        case "extra_forbidden":
            allowed = sorted(parent.model_fields) if parent else []
            return f"{key}: unknown key.{_nearest(path[-1], allowed)} Allowed here: {', '.join(allowed)}."
        case "missing":
            return f"{key}: is missing. {_description(parent, path[-1])}"
        case "literal_error":
            allowed = [part.strip("'") for part in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
            return f"{key}: {given!r} is not allowed.{_nearest(given, allowed)} Allowed: {', '.join(allowed)}."
        case "union_tag_invalid" | "union_tag_not_found":
            allowed = [tag.strip(" '") for tag in error.get("ctx", {}).get("expected_tags", "").split(",")]
            tag = error.get("ctx", {}).get("tag")
            hint = f"{_nearest(tag, allowed)} Allowed: {', '.join(allowed)}." if tag else ""
            return (
                f"{key}.kind: {tag!r} is no kind of source.{hint}"
                if tag
                else f"{key}.kind: is missing: the kind of source."
            )
        case "too_short":
            return f"{key}: is empty. At least {error['ctx']['min_length']} entry is needed."
        case "string_pattern_mismatch":
            return f"{key}: {given!r} does not fit the pattern {error['ctx']['pattern']}."
        case "value_error":
            return f"{key}: {error['ctx']['error']}."
    hint = ""
    if (isinstance(given, str) and "number" in error["msg"] + error["type"]) or error["type"] in (
        "float_type",
        "int_type",
    ):
        hint = _number_hint(given)
    return f"{key}: {given!r} is wrong: {error['msg'].replace('Input should', 'it should')}.{hint}"


def _number_hint(given: Any) -> str:
    if not isinstance(given, str):
        return ""
    try:
        number = float(given)
    except ValueError:
        return ""
    mantissa, _, exponent = given.lower().partition("e")
    better = f"{mantissa}.0e{exponent}" if exponent and "." not in mantissa else f"{number:g}"
    return f" YAML reads {given} as text; write {better}."


def _nearest(given: Any, allowed: list[str]) -> str:
    near = difflib.get_close_matches(str(given), allowed, n=1, cutoff=0.5)
    return f" Did you mean `{near[0]}`?" if near else ""


def _description(parent: type[BaseModel] | None, name: str) -> str:
    field = parent.model_fields.get(name) if parent else None
    return (field.description or "") if field else ""


def _locate(loc: tuple[int | str, ...]) -> tuple[list[str], type[BaseModel] | None]:
    """Walk the config model along an error's location.

    Returns the path as a user writes it (without the tags that pydantic adds for a union) and the section that holds
    the last key.
    """
    path: list[str] = []
    annotation: Any = Config
    parent: type[BaseModel] | None = None
    for step in loc:
        sections = _sections(annotation)
        tagged = [section for section in sections if _tag(section) == step]
        if len(sections) > 1 and tagged:
            annotation = tagged[0]
            continue
        parent = sections[0] if sections else None
        path.append(str(step))
        if parent is not None:
            field = parent.model_fields.get(str(step))
            annotation = field.annotation if field else None
        else:
            inner = [part for part in get_args(_bare(annotation)) if part is not str]
            annotation = inner[-1] if inner else None
    return path, parent


def _bare(annotation: Any) -> Any:
    """Strip `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return _bare(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _sections(annotation: Any) -> list[type[BaseModel]]:
    """Return the section models that `annotation` may hold."""
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType):
        return [section for part in get_args(annotation) for section in _sections(part)]
    return []


def _tag(section: type[BaseModel]) -> str | None:
    field = section.model_fields.get("kind")
    return get_args(field.annotation)[0] if field else None
