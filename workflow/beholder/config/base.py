"""What all sections of the config share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

#: A name that becomes part of a path and a wildcard: letters, digits, `_` and `-`.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
Colour = Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(min_length=3, max_length=3)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Section(BaseModel):
    """A part of the config: unknown keys and wrong types are errors, never guesses."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Weights(Section):
    """A file of published weights that the user supplies."""

    file: str
    """Path of the file, relative to the working directory."""
    sha256: Sha256
    """Its SHA-256; a file that does not match is refused before it is opened."""


class Source(Section):
    """What every kind of source has."""

    looks: Literal[0, 1]
    """The group: 1 good-looking public figures, 0 ordinary people."""
    shards: Count = 4
    """Into how many jobs the photographs of this source are split. Fixed here, so that the jobs are known before the photographs are."""
