"""Which photographs are wanted, judged by what is known of them so far."""

from beholder.collect.web.licences import licence_code
from beholder.collect.web.sources.base import Candidate
from beholder.config.web import Filters


def reject(candidate: Candidate, filters: Filters, width: int | None, height: int | None) -> str | None:
    """Return one word for why a photograph is not wanted, None for a wanted one.

    `width` and `height` are the pixels of the file, or what the service says of them, or None.
    """
    licences = getattr(filters, "licences", None)
    if licences is not None and licence_code(candidate.licence) not in licences:
        return "licence"
    if filters.taken_from or filters.taken_until:
        if candidate.captured is None:
            if filters.undated == "reject":
                return "undated"
        elif (filters.taken_from and candidate.captured < filters.taken_from) or (
            filters.taken_until and candidate.captured > filters.taken_until
        ):
            return "date"
    if width and height and min(width, height) < filters.min_side:
        return "too_small"
    return None
