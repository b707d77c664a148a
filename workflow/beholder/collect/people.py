"""The list of people to collect: a tab-separated file, checked cell by cell."""

import csv
import difflib
import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from beholder.common.errors import BeholderError
from beholder.common.labels import GENDERS, GROUPS, RACES, age_bin

COLUMNS = ["name", "group", "rank", "gender", "nationality", "birthday", "race", "list", "address", "retrieved"]
OPTIONAL = ["query"]
_SHOWN = 20  # problems in one message
_FORMAT = "The format is in resources/people/README.md."


@dataclass(frozen=True)
class Person:
    """One line of the list; empty cells are None."""

    id: str
    """The name as part of a path or an `image_id`: letters, digits, `_` and `-`; different for different names."""
    name: str
    query: str
    """What a service is asked for: the column `query`, else the name."""
    group: str
    list: str
    address: str
    retrieved: date
    rank: int | None = None
    gender: str | None = None
    nationality: str | None = None
    birthday: date | None = None
    race: str | None = None


def read_people(path: Path, looks: int | None = None) -> list[Person]:
    """Read a list of people; `looks` (1 or 0) picks one group.

    Raises BeholderError listing every cell that is wrong, with its line and what is allowed; and where the list, or
    the group, is empty.
    """
    rows, problems = _rows(path), []
    people: list[Person] = []
    for line, row in rows:
        values: dict[str, Any] = {}
        for column, text in row.items():
            try:
                values[column] = _CHECKS[column](unicodedata.normalize("NFC", text.strip()))
            except ValueError as error:
                problems.append(f"line {line}, `{column}`: {text!r} {error}")
        if len(values) == len(row):
            values["query"] = values.get("query") or values["name"]
            people.append(Person(id=person_id(values["name"]), **values))
    problems += _repeated(people)
    if problems:
        more = f"\n  ... and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        listed = "\n".join(f"  - {problem}" for problem in problems[:_SHOWN])
        raise BeholderError(f"{path} cannot be used. {_FORMAT}\n{listed}{more}")
    chosen = [person for person in people if looks is None or person.group == GROUPS[looks]]
    if not chosen:
        group = "" if looks is None else f" of the group `{GROUPS[looks]}` (`looks: {looks}`)"
        raise BeholderError(f"{path} lists nobody{group}. Add people, or correct the source's `people` or `looks`.")
    return chosen


def plain_name(text: str) -> str:
    """Return a name in composed Unicode with single blanks, as it is compared and stored."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def person_id(name: str) -> str:
    """Return `name` as one safe part of a path.

    Plain names become readable (`Ada Lovelace` is `Ada_Lovelace`; letters of any script stay). Where other characters
    had to go, a hash of the name keeps different names different.
    """
    readable = re.sub(r"[^\w-]+", "_", name).strip("_")
    if re.fullmatch(r"[^\W_]+([ -][^\W_]+)*", name):
        return readable
    return f"{readable[:60]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("_-")


def age_label(birthday: date | None, captured: date | None, retrieved: date) -> tuple[str | None, str | None]:
    """Return a photograph's age bin and what it was counted to: `capture` where that date is known, else `collection`.

    Both are None without a birthday. A capture before the birthday is an error of the service's and does not count.
    """
    if birthday is None:
        return None, None
    day, basis = (captured, "capture") if captured and captured >= birthday else (retrieved, "collection")
    years = day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))
    return age_bin(years), basis


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))
    except FileNotFoundError:
        raise BeholderError(f"{path} does not exist. Expected a list of people. {_FORMAT}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BeholderError(f"{path} cannot be read as UTF-8 with tabs between the columns ({error}).") from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    _check_header(path, header)
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in cells):
            if len(cells) != len(header):
                raise BeholderError(
                    f"{path}, line {number}: has {len(cells)} cells, the header {len(header)}. {_FORMAT}"
                )
            rows.append((number, dict(zip(header, cells, strict=True))))
    return rows


def _check_header(path: Path, header: list[str]) -> None:
    missing = [column for column in COLUMNS if column not in header]
    unknown = [column for column in header if column not in COLUMNS + OPTIONAL]
    if missing or unknown or len(set(header)) < len(header):
        hints = [
            f"`{column}` is unknown"
            + "".join(f", is `{near}` meant?" for near in difflib.get_close_matches(column, missing, 1))
            for column in unknown
        ]
        said = "; ".join([*(f"`{column}` is missing" for column in missing), *hints]) or "a column stands twice"
        raise BeholderError(
            f"{path}, line 1: {said}. Expected these columns, separated by tabs: {', '.join(COLUMNS)}; "
            f"and, if you like, {', '.join(OPTIONAL)}."
        )


def _repeated(people: list[Person]) -> list[str]:
    seen: dict[str, str] = {}
    problems = []
    for person in people:
        key = person.id.casefold()
        if key in seen:
            problems.append(
                f"`name`: {person.name!r} stands twice. Keep one; tell two people of one name apart in `name` and say in "
                "`query` what to search for, such as `Chris Evans actor`"
            )
        seen[key] = person.name
    return problems


def _name(text: str) -> str:
    if not text:
        raise ValueError("is empty. Every line needs a name")
    if any(unicodedata.category(letter).startswith("C") and letter not in "\u200c\u200d" for letter in text):
        raise ValueError("has control characters")
    if not re.search(r"\w", text):
        raise ValueError("has no letter or digit")
    return plain_name(text)


def _text(text: str) -> str:
    if not text:
        raise ValueError("is empty. Say which list the person comes from")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "")
    except ValueError:
        raise ValueError("is no date. Write YYYY-MM-DD") from None


def _rank(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d*", text):
        raise ValueError("is no rank. Write 1, 2, 3, ...")
    return int(text)


def _country(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError("is no country code. Write two capital letters as in ISO 3166, such as JP")
    return text


def _address(text: str) -> str:
    if not re.match(r"https?://[^\s/]+", text):
        raise ValueError("is no web address. Write where the list was found, such as https://example.org/ranking")
    return text


def _one_of(allowed: list[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"is not allowed. Allowed: {', '.join(allowed)}")
        return text

    return check


def _or_empty(check: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: check(text) if text else None


_CHECKS: dict[str, Callable[[str], Any]] = {
    "name": _name,
    "group": _one_of(list(GROUPS.values())),
    "rank": _or_empty(_rank),
    "gender": _or_empty(_one_of(GENDERS)),
    "nationality": _or_empty(_country),
    "birthday": _or_empty(_day),
    "race": _or_empty(_one_of(RACES)),
    "list": _text,
    "address": _address,
    "retrieved": _day,
    "query": _or_empty(_name),
}
