"""Lists of people, and photographs of them."""

from pathlib import Path

from collect.servers.pictures import picture
from collect.servers.services import Work

HEADER = "name\tgroup\trank\tgender\tnationality\tbirthday\trace\tlist\taddress\tretrieved"


def line(name: str, group: str = "good", birthday: str = "1980-02-29") -> str:
    """Return one line of a list of people."""
    return f"{name}\t{group}\t1\tFemale\tGB\t{birthday}\tWhite\tA list\thttps://example.org/list\t2025-07-01"


def write_people(path: Path, names: list[str]) -> Path:
    """Write a list of people of the group `good` and return its path."""
    path.write_text("\n".join([HEADER, *map(line, names)]) + "\n", encoding="utf-8")
    return path


def works(name: str, count: int, **facts: object) -> list[Work]:
    """Return photographs of one person, all different."""
    return [Work(f"{name} {n}.jpg", picture(f"{name} {n}"), 240, 240, **facts) for n in range(count)]
