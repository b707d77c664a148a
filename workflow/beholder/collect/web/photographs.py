"""What a downloaded file really is: its bytes decide, not its name or its headers."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from beholder.collect.web.problems import Refused

_ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_MARKUP = {b"<svg": "svg", b"<!doctype svg": "svg", b"<html": "html", b"<!doctype html": "html"}


@dataclass(frozen=True)
class Photograph:
    """The facts of a photograph that could be decoded."""

    ending: str
    width: int
    height: int


def inspect(body: bytes, max_pixels: float) -> Photograph:
    """Return what `body` is, having decoded it.

    Raises Refused for pages, drawings in SVG, other files, animations, files cut short, and pictures of more than
    `max_pixels` pixels, which are refused from their header alone.
    """
    _refuse_markup(body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(body), formats=("JPEG", "PNG", "WEBP"))
        if image.width * image.height > max_pixels:
            raise Refused("bomb", f"{image.width} x {image.height} pixels")
        frames = getattr(image, "n_frames", 1)
        if frames > 1 and image.format != "MPO":  # the further frames of an MPO are previews
            raise Refused("animation", f"{frames} frames")
        facts = Photograph(_ENDINGS[image.format or ""], image.width, image.height)
        _decode(image)
    except UnidentifiedImageError:
        raise Refused("not_an_image", f"starts with {body[:12]!r}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("bomb", str(error)) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused("damaged", str(error)) from None
    return facts


def _decode(image: Image.Image) -> None:
    """Decode far enough to notice a file that is cut short or damaged."""
    if image.format == "PNG":
        image.verify()  # checksums, in little memory
        return
    image.draft("L", (64, 64))  # JPEG: all of the entropy-coded data, at an eighth of the size
    image.load()


def _refuse_markup(body: bytes) -> None:
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<"):
        found = [kind for mark, kind in _MARKUP.items() if mark in head]
        raise Refused(found[0] if found else "html", f"starts with {body[:40]!r}")
