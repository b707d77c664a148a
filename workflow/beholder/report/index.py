"""The index page: every picture and table of a run in one self-contained HTML file."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import jinja2
import pandas as pd

from beholder.common.tables import read_table
from beholder.figures.accuracy_text import EPOCHS_NOTE, SUMMARY_NOTE, TextTable, epoch_tables, summary_text
from beholder.report.index_images import Inlined, inline
from beholder.report.index_items import OTHERS, SECTIONS, Section, batch, section_of, source_figure, title
from beholder.report.index_summary import headline
from beholder.report.page import Made, made, page_template

#: Rows of a table of which the page knows nothing; the file has them all.
_MOST_ROWS = 200


class Picture(NamedTuple):
    """A figure of the page."""

    title: str
    caption: str
    source_figure: int | None
    image: Inlined
    made: Made

    @property
    def alt(self) -> str:
        """Title and first sentence of the caption: what a reader who does not see the picture should know of it."""
        return f"{self.title}. {self.caption.split('. ')[0]}".rstrip(". ") + "."


class Tables(NamedTuple):
    """The tables of one file; the page folds them where there are many."""

    tables: Sequence[TextTable]
    note: str
    folded: bool
    made: Made


class Batch(NamedTuple):
    """Pictures that are shown together."""

    heading: str
    pictures: Sequence[Picture]


class Part(NamedTuple):
    """A section of the page with what it shows."""

    section: Section
    tables: Sequence[Tables]
    batches: Sequence[Batch]


def render(
    settings: Mapping,
    figures: Sequence[Path],
    tables: Sequence[Path],
    captions: Sequence[Path],
    template: Path,
    page: Path,
) -> str:
    """Return the page as HTML.

    `settings` has `title`, `command` (what makes a target, e.g. `snakemake --cores all`), and `figures` and `tables`: for each
    of those files, in order, the `rule` that made it, the rule's wildcards, and its `inputs`. `captions` are
    Jinja templates named after rules, which know `snakemake.wildcards` as Snakemake's own report has it.
    """
    texts = {
        path.stem: jinja2.Template(path.read_text(encoding="utf-8"), undefined=jinja2.StrictUndefined)
        for path in captions
    }
    pictures = [
        (item, _picture(item, path, texts, page, settings["command"]))
        for item, path in zip(settings["figures"], figures, strict=True)
    ]
    read = [read_table(path) for path in tables]
    sets = [
        (item, _tables(table, made(item, path, page, settings["command"])))
        for item, path, table in zip(settings["tables"], tables, read, strict=True)
    ]
    return page_template(template).render(
        title=settings["title"], headline=headline(read), parts=_parts(pictures, sets)
    )


def _parts(pictures: Sequence[tuple[Mapping, Picture]], sets: Sequence[tuple[Mapping, Tables]]) -> list[Part]:
    """Return the sections that have something to show, in the page's order."""
    parts = []
    for section in [*SECTIONS, OTHERS]:
        batches: dict[str, list[Picture]] = {}
        for item, picture in pictures:
            if section_of(item["rule"]) == section:
                batches.setdefault(batch(item), []).append(picture)
        inside = [tables for item, tables in sets if section_of(item["rule"]) == section]
        if batches or inside:
            parts.append(Part(section, inside, list(itertools.starmap(Batch, batches.items()))))
    return parts


def _picture(item: Mapping, path: Path, captions: Mapping[str, jinja2.Template], page: Path, command: str) -> Picture:
    caption = (
        captions[item["rule"]].render(snakemake=SimpleNamespace(wildcards=item)) if item["rule"] in captions else ""
    )
    return Picture(
        title=title(item),
        caption=" ".join(caption.split()),
        source_figure=source_figure(item),
        image=inline(path),
        made=made(item, path, page, command),
    )


def _tables(table: pd.DataFrame, made: Made) -> Tables:
    """Return a table as text; the accuracy tables are known by their columns, others are shown as they are."""
    if "test_accuracy" in table:
        return Tables([summary_text(table)], SUMMARY_NOTE, False, made)
    if "train_accuracy" in table:
        return Tables(epoch_tables(table), EPOCHS_NOTE, True, made)
    head = table.head(_MOST_ROWS)
    rows = [
        [f"{value:.4g}" if isinstance(value, float) else str(value) for value in row]
        for row in head.itertuples(index=False)
    ]
    note = f"{len(head):,} of {len(table):,} rows." if len(table) > len(head) else ""
    text = TextTable(made.rule.replace("_", " ").capitalize(), list(table.columns), rows, labels=len(table.columns))
    return Tables([text], note, False, made)
