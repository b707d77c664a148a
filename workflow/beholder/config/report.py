"""`report`: the pages."""

from typing import Annotated

from pydantic import Field

from beholder.config.base import Section


class Review(Section):
    """The page on which a person marks photographs to reject. Read by `write_review`."""

    thumbnail: Annotated[int, Field(ge=60, le=600)] = 160
    """Height of the photographs in pixels."""


class AuditPage(Section):
    """The page of the audit. Read by `write_audit`."""

    photographs: Annotated[int, Field(ge=2, le=1000)] = 150
    """Photographs per background that can be looked through: the most wrong, the most suspicious, and an even spread."""
    thumbnail: Annotated[int, Field(ge=48, le=320)] = 144
    """Side of their pictures in pixels; 150 photographs of 144 pixels take about 1.5 MB."""


class Report(Section):
    """Stage 8."""

    title: str = "Beholder"
    """Title of the index page. Read by `write_index`."""
    review: Review = Review()
    """The review page."""
    audit: AuditPage = AuditPage()
    """The audit's page."""
