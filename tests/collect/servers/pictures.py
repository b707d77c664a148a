"""Small pictures, each different from every other, as files in memory."""

import io
import zlib

import numpy as np
from PIL import Image


def picture(name: str, width: int = 240, height: int = 240, kind: str = "JPEG", **options: object) -> bytes:
    """Return an encoded picture of smooth random colours that only depends on its name."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    small = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).save(buffer, kind, **options)
    return buffer.getvalue()


def bomb() -> bytes:
    """Return a PNG of a few kilobytes whose header promises 40,000 x 40,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    side = (40_000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + b"\x08\x00\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")
