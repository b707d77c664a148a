"""The review page: every person's photographs with what is suspicious about them, in one file."""

import base64
import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import jinja2
import pandas as pd
from PIL import Image, ImageOps

from beholder.common.labels import GROUPS
from beholder.common.program import progress
from beholder.faces.curation.suspicions import KINDS

_QUALITY = 70
#: Reasons that a person can give, with the key that gives them; the first is the default.
REASONS = {"wrong_person": "1", "no_photograph": "2", "several_people": "3", "duplicate": "4", "unusable": "5"}


@dataclass(frozen=True)
class Card:
    """A photograph on the page."""

    image_id: str
    picture: str | None
    """Data URI of the thumbnail, None where the file cannot be read."""
    original: str
    """Address of the file, relative to the page."""
    page: str | None
    caption: str
    suspicions: list[tuple[str, str]]
    """Kind, and what a person is told."""
    dropped: str | None
    """Why the workflow does not use it anyway."""


@dataclass(frozen=True)
class Sheet:
    """The photographs of one person."""

    person: str
    group: str
    cards: list[Card] = field(default_factory=list)


def review_page(
    selection: pd.DataFrame,
    suspicions: pd.DataFrame,
    rejections: dict[str, str],
    title: str,
    height: int,
    page: Path,
    template: str,
) -> str:
    """Return the HTML of the review page.

    `selection`: image_id, path, person, looks, reason, and where it has them page, licence, rank. `rejections`: reasons by
    image_id of those already rejected. `height`: pixels of the thumbnails. `page`: where the page will lie; links to the
    photographs are relative to it.
    """
    told = {image_id: list(_told(rows)) for image_id, rows in suspicions.groupby("image_id")}
    sheets: dict[str, Sheet] = {}
    rows = selection.sort_values(["looks", "person"], ascending=[False, True], kind="stable").to_dict("records")
    pictures = _pictures([Path(row["path"]) for row in rows], height)
    for row, picture in zip(rows, progress(pictures, "Thumbnails", len(rows)), strict=True):
        sheet = sheets.setdefault(row["person"], Sheet(row["person"], GROUPS[row["looks"]]))
        sheet.cards.append(_card(row, picture, told.get(row["image_id"], []), page))
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(template).render(
        title=title,
        sheets=list(sheets.values()),
        kinds=KINDS,
        reasons=REASONS,
        rejections=rejections,
        height=height,
        total=len(rows),
        suspected=len(told),
    )


def _told(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for row in rows.itertuples():
        yield row.suspicion, KINDS[row.suspicion] + (f" ({row.detail})" if isinstance(row.detail, str) else "")


def _card(row: dict, picture: str | None, suspicions: list[tuple[str, str]], page: Path) -> Card:
    known = [row.get("licence"), f"result {row['rank']:.0f}" if pd.notna(row.get("rank")) else None]
    return Card(
        image_id=row["image_id"],
        picture=picture,
        original=quote(Path(os.path.relpath(row["path"], page.parent)).as_posix()),
        page=row.get("page") if str(row.get("page") or "").startswith(("http://", "https://")) else None,
        caption=", ".join(text for text in known if isinstance(text, str)),
        suspicions=suspicions,
        dropped=row["reason"] if isinstance(row["reason"], str) else None,
    )


def _pictures(paths: Iterable[Path], height: int) -> Iterator[str | None]:
    with ThreadPoolExecutor() as pool:
        yield from pool.map(lambda path: _thumbnail(path, height), paths)


def _thumbnail(path: Path, height: int) -> str | None:
    """Return a small JPEG as a data URI, None for a file that is no photograph."""
    try:
        with Image.open(path) as image:
            image.draft("RGB", (2 * height, 2 * height))  # JPEG: decode at a fraction of the size
            small = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    small.thumbnail((2 * height, height))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
