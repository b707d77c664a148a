"""Perceptual hashes of photographs, also of their mirror images.

The hash keeps signs of the lowest frequencies: it survives rescaling, recompression and mild changes of colour.
Method: the 64-bit DCT hash of C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010,
with the median taken without the constant term.
"""

import cv2
import numpy as np
from scipy.fft import dctn

THUMBNAIL = 32
_LOW = 8
#: Mirroring an image multiplies its k-th horizontal DCT coefficient by (-1)^k.
_MIRROR = (-1.0) ** np.arange(_LOW)


def thumbnail(photograph: np.ndarray) -> np.ndarray:
    """Return the uint8 [32, 32] grey thumbnail of a uint8 [h, w, 3] RGB photograph, squeezed to a square."""
    grey = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)  # first: a third less to do than averaging three channels
    return cv2.resize(grey, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)


def phash(grey: np.ndarray) -> tuple[int, int]:
    """Return the 64-bit hashes of a [32, 32] thumbnail and of its mirror image.

    A flat picture, which has no frequencies, gives 0.
    """
    low = dctn(grey.astype(np.float64), norm="ortho")[:_LOW, :_LOW]
    low[np.abs(low) < 1e-6] = 0  # rounding of what is exactly zero must not decide a bit
    return _bits(low), _bits(low * _MIRROR)


def _bits(low: np.ndarray) -> int:
    values = low.ravel()
    bits = values > np.median(values[1:])
    bits[0] = False
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
