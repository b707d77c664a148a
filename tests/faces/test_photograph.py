"""Reading photographs of every odd kind."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from beholder.faces import photograph
from beholder.faces.photograph import UnusablePhotograph, decode


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(width: int = 60, height: int = 40) -> Image.Image:
    """Red grows to the right, green downwards."""
    rows, columns = np.mgrid[0:height, 0:width]
    return Image.fromarray(
        np.stack([columns * 255 // width, rows * 255 // height, np.full_like(rows, 50)], -1).astype(np.uint8)
    )


def claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims a size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


def reason(data: bytes, megapixels: float = 60) -> str:
    with pytest.raises(UnusablePhotograph) as caught:
        decode(data, megapixels)
    return caught.value.reason


def test_plain_photograph():
    pixels = decode(encoded(gradient()), 60)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, np.asarray(gradient()))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(orientation):
    undo = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    expected = gradient() if orientation == 1 else gradient().transpose(undo[orientation])
    np.testing.assert_array_equal(decode(encoded(gradient(), exif=exif), 60), np.asarray(expected))


def test_cmyk_looks_like_rgb():
    pixels = decode(encoded(gradient().convert("CMYK"), "JPEG", quality=100), 60)
    assert np.abs(pixels.astype(int) - np.asarray(gradient()).astype(int)).mean() < 6


def test_transparent_pixels_are_white():
    image = gradient().convert("RGBA")
    image.putalpha(Image.fromarray(np.repeat(np.array([[0, 255]], np.uint8), 30, 1).repeat(40, 0)))
    pixels = decode(encoded(image), 60)
    assert (pixels[:, :30] == 255).all()
    np.testing.assert_array_equal(pixels[:, 30:], np.asarray(gradient())[:, 30:])


def test_palette_with_transparency():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 200, 10, 20])
    image.putpixel((0, 0), 0)
    pixels = decode(encoded(image, transparency=0), 60)
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[1, 1].tolist() == [200, 10, 20]


@pytest.mark.parametrize("mode", ["I;16", "I"])
def test_sixteen_bits_are_scaled(mode):
    values = np.linspace(0, 65535, 40 * 60).reshape(40, 60)
    image = Image.fromarray(values.astype(np.uint16 if mode == "I;16" else np.int32))
    pixels = decode(encoded(image, "TIFF"), 60)
    assert np.abs(pixels[..., 0] - values / 257).max() <= 1


def test_float_tiff_in_unit_range():
    image = Image.fromarray(np.full((5, 5), 0.5, np.float32))
    assert abs(int(decode(encoded(image, "TIFF"), 60)[0, 0, 0]) - 128) <= 1


def test_first_frame_of_an_animation():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    pixels = decode(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), 60)
    assert pixels[4, 4].tolist() == [255, 0, 0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_files_are_unreadable(kind, share):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 80, 3), dtype=np.uint8))
    data = encoded(noise, kind)
    assert reason(data[: int(len(data) * share)]) == "unreadable"


@pytest.mark.parametrize("data", [b"", b"<html>404</html>", b"\0" * 1000, b"\xff\xd8\xff"])
def test_no_image(data):
    assert reason(data) == "unreadable"


def test_random_damage_never_escapes():
    """Whatever a flipped byte makes of a file, it is a photograph or it has a reason."""
    rng = np.random.default_rng(1)
    for kind in ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"):
        data = encoded(gradient(), kind)
        for _ in range(60):
            damaged = bytearray(data)
            for place in rng.integers(0, len(data), 4):
                damaged[place] = rng.integers(256)
            try:
                assert decode(bytes(damaged), 1).ndim == 3
            except UnusablePhotograph as error:
                assert error.reason in ("unreadable", "too_large")


def test_size_is_judged_from_the_header():
    assert reason(claims(9000, 9000)) == "too_large"
    assert reason(claims(100_000, 100_000)) == "too_large"  # Pillow's own limit comes first
    assert reason(encoded(gradient()), 0.001) == "too_large"


def test_programming_errors_surface(monkeypatch):
    monkeypatch.setattr(photograph, "_rgb", lambda image: image.no_such_method())
    with pytest.raises(AttributeError):
        decode(encoded(gradient()), 60)
