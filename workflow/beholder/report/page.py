"""What the pages share: how they find their templates, and how they say what made a file."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import jinja2


class Made(NamedTuple):
    """How a file was made, and where it lies."""

    rule: str
    inputs: Sequence[str]
    more: int
    """Inputs that are not named."""
    command: str
    links: Mapping[str, str]
    """Kind of file to its address relative to the page."""


def made(item: Mapping, path: Path, page: Path, command: str) -> Made:
    """Return how a file was made. `item` has its `rule`, `inputs` and `more`; `page` is the page that links to it."""
    files = [path, *(other for ending in (".svg", ".md") if (other := path.with_suffix(ending)).is_file())]
    links = {file.suffix[1:].upper(): Path(os.path.relpath(file, page.parent)).as_posix() for file in files}
    return Made(item["rule"], item["inputs"], item["more"], f"{command} -- {shlex.quote(str(path))}", links)


#: The templates of the pages, and the captions that they share with Snakemake's own report. Their digest is part of the
#: rules' settings.
TEMPLATES = Path(__file__).parent
CAPTIONS = sorted((TEMPLATES.parents[1] / "report").glob("*.rst"))


def page_template(path: Path) -> jinja2.Template:
    """Return the template of a page; it finds the style and the macros that pages share beside it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(path.parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(path.name)
