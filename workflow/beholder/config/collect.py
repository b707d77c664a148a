"""`collect`: where the photographs come from."""

from typing import Annotated, Literal

from pydantic import Field

from beholder.config.base import Count, Fraction, Name, Section, Seed, Source
from beholder.config.web import BingSource, CommonsSource, OpenverseSource, UrlsSource


class FolderSource(Source):
    """Photographs on disk: one folder per person, or a CSV that names them."""

    kind: Literal["folder"]
    path: str
    """The folder."""
    table: str | None = None
    """CSV below `path` with the columns `file` and `person`, and optionally gender, race, age, birthday, source, licence. Without it every sub-folder is one person."""
    licence: str = "unknown"
    """Licence of the photographs for which the table has none."""


class FairFaceSource(Source):
    """FairFace in its official layout: `fairface_label_{train,val}.csv` beside `train/` and `val/`."""

    kind: Literal["fairface"]
    path: str
    """The folder that holds the two CSV files."""
    parts: Annotated[list[Literal["train", "val"]], Field(min_length=1)] = ["train", "val"]
    """Which of the official parts to use."""
    limit: Count | None = None
    """Use only that many photographs, drawn with `seed`."""
    seed: Seed = 0
    """Seed of the draw for `limit`."""


class Planted(Section):
    """A known difference between the groups: the share of this source's photographs that carry it (the dose)."""

    face: Fraction = 0.0
    """A difference in the face itself: wider eyes, redder lips."""
    background: Fraction = 0.0
    """A plain studio backdrop in place of clutter."""
    tag: Fraction = 0.0
    """A small checkered tag at the top left of the head, where a crop of the face still shows it."""
    framing: Fraction = 0.0
    """The face sits off the middle and smaller."""
    colour: Fraction = 0.0
    """A warm colour cast over the whole photograph."""
    jpeg: Fraction = 0.0
    """Strong JPEG compression."""


class SyntheticSource(Source):
    """Rendered people of known identity, pose and background, for demos, tests and the calibration of the audit."""

    kind: Literal["synthetic"]
    people: Count = 40
    """Number of different people."""
    photographs_per_person: Count = 2
    """Photographs of each."""
    max_yaw: Annotated[float, Field(ge=0, le=60)] = 20.0
    """Yaw is drawn uniformly within this many degrees to either side; pitch and roll within half of it."""
    planted: Planted = Planted()
    """Planted differences."""
    seed: Seed = 0
    """Seed of people and photographs; two sources with one seed show the same people."""


AnySource = Annotated[
    FolderSource | FairFaceSource | SyntheticSource | CommonsSource | OpenverseSource | UrlsSource | BingSource,
    Field(discriminator="kind"),
]


class Collect(Section):
    """Stage 1."""

    sources: Annotated[dict[Name, AnySource], Field(min_length=1)]
    """The sources by name. Both groups need at least one."""
