"""`report`: the index page."""

from beholder.config.base import Section


class Report(Section):
    """Stage 8."""

    title: str = "Beholder"
    """Title of the page."""
