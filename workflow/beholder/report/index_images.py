"""Pictures inside the page: small enough for a self-contained file, sharp enough to read."""

import base64
import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from beholder.common.errors import BeholderError

#: Twice the width at which the page shows a picture at most, in pixels, and the quality of its WebP.
_WIDEST, _QUALITY = 2200, 86


class Inlined(NamedTuple):
    """A picture as a data URI, with its size in pixels."""

    uri: str
    width: int
    height: int


def inline(path: Path) -> Inlined:
    """Return the picture at `path`, reduced to at most 2200 pixels of width, as WebP.

    Raises BeholderError where it cannot be read.
    """
    try:
        with Image.open(path) as image:
            picture = image.convert("RGB")
    except OSError as error:
        raise BeholderError(
            f"{path} is no readable picture ({error}). Delete it: the next run draws it again."
        ) from error
    if picture.width > _WIDEST:
        picture = picture.resize((_WIDEST, round(picture.height * _WIDEST / picture.width)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=_QUALITY, method=4)
    return Inlined(f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}", *picture.size)
