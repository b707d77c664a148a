"""`report`: the pages."""

from typing import Annotated

from pydantic import Field

from beholder.config.base import Section


class Review(Section):
    """The page on which a person marks photographs to reject. Read by `write_review`."""

    thumbnail: Annotated[int, Field(ge=60, le=600)] = 160
    """Height of the photographs in pixels."""


class Report(Section):
    """Stage 8."""

    title: str = "Beholder"
    """Title of the index page. Read by `write_index`."""
    review: Review = Review()
    """The review page."""
