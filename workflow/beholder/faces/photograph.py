"""Reading one photograph, whatever its file is like."""

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps


class UnusablePhotograph(Exception):
    """A photograph that cannot be used; `reason` is the word that goes into the table."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def decode(data: bytes, max_megapixels: float) -> np.ndarray:
    """Return a photograph as uint8 [height, width, 3] RGB, upright as its EXIF orientation says.

    Transparent pixels show white; 16-bit values are scaled, not cut off; of an animation the first frame is taken.
    The size is read from the header before any pixel is decoded, so a small file cannot fill the memory.

    Raises UnusablePhotograph: `unreadable` (no image, damaged or truncated) or `too_large`.
    """
    try:
        image = _load(data, max_megapixels)
    except Image.DecompressionBombError as error:
        raise UnusablePhotograph("too_large") from error
    except _DECODING_ERRORS as error:
        raise UnusablePhotograph("unreadable") from error
    return np.array(_rgb(image))


#: What Pillow's decoders raise on damaged files (`UnidentifiedImageError` is an OSError).
_DECODING_ERRORS = (
    OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError, struct.error, zlib.error,
)  # fmt: skip
_ORIENTATION = 0x0112  # EXIF


def _load(data: bytes, max_megapixels: float) -> Image.Image:
    """Return the decoded image, upright; without an EXIF orientation nothing is copied."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large and slightly odd files
        image = Image.open(io.BytesIO(data))
        if image.width * image.height > max_megapixels * 1e6:
            raise UnusablePhotograph("too_large")
        image.load()
        return ImageOps.exif_transpose(image) if image.getexif().get(_ORIENTATION, 1) != 1 else image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_to_eight_bits(np.asarray(image))).convert("RGB")
    if "A" in image.mode or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def _to_eight_bits(values: np.ndarray) -> np.ndarray:
    """Scale 16-bit integers or floats in 0..1 to 0..255; Pillow's own conversion would cut them off at 255."""
    whole = np.issubdtype(values.dtype, np.integer)
    top = 65535 if whole and values.max(initial=0) > 255 else 255 if whole or values.max(initial=0) > 1 else 1
    return np.clip(values.astype(np.float64) * (255 / top), 0, 255).round().astype(np.uint8)
