"""Features of file, pixels and framing that may tell the groups apart without a look at the face.

`file_features` explain where photographs come from; a network cannot see them. `pixel_features` are measured on exactly
the pixels that a network sees, `framing_features` on its geometry: both can be used.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from beholder.audit.regions import EYE_CORNERS, MOUTH_CORNERS

_SIDES = ("left", "right", "top", "bottom")
_BORDER = 4  # pixels along each side whose black and white are counted
_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def file_features(path: str | Path) -> dict[str, float]:
    """Return features of an image file; all NaN where it cannot be opened.

    Size in pixels, bytes per pixel, sums of the JPEG quantisation tables, chroma subsampling (pixels per chroma sample),
    whether it is progressive, has EXIF data, an ICC profile, and is a JPEG.
    """
    try:
        with Image.open(path) as image:
            tables = getattr(image, "quantization", None) or {}
            layers = getattr(image, "layer", None)
            values = {
                "width": image.width,
                "height": image.height,
                "bytes_per_pixel": Path(path).stat().st_size / (image.width * image.height),
                "quantisation_luma": sum(tables[0]) if 0 in tables else np.nan,
                "quantisation_chroma": sum(tables[1]) if 1 in tables else np.nan,
                "subsampling": layers[0][1] * layers[0][2] if layers else np.nan,
                "progressive": float(bool(image.info.get("progressive"))),
                "exif": float("exif" in image.info),
                "icc_profile": float("icc_profile" in image.info),
                "jpeg": float(image.format == "JPEG"),
            }
    except (OSError, ValueError, Image.DecompressionBombError):
        return dict.fromkeys(FILE, float("nan"))
    return {name: float(values[name]) for name in FILE}


FILE = (
    "width", "height", "bytes_per_pixel", "quantisation_luma", "quantisation_chroma", "subsampling", "progressive",
    "exif", "icc_profile", "jpeg",
)  # fmt: skip


def pixel_features(image: np.ndarray) -> dict[str, float]:
    """Return features of the pixels uint8 [S, S, 3] of one network input.

    blockiness: mean step across the 8-pixel grid over that elsewhere; sharpness: log variance of the Laplacian;
    spectrum_slope: of log power against log frequency; noise: robust deviation of the diagonal second difference (grey
    levels); mean and deviation of each colour, saturation; share of clipped pixels; share of exact black and white along
    each side.
    """
    grey = image.astype(np.float32) @ _GREY
    features = {
        "blockiness": _blockiness(grey),
        "sharpness": float(np.log(cv2.Laplacian(grey, cv2.CV_32F).var() + 1e-3)),
        "spectrum_slope": _spectrum_slope(grey),
        "noise": _noise(grey),
        "saturation": float((image.max(2).astype(np.float32) - image.min(2)).mean() / 255),
        "clipped_black": float((image == 0).all(2).mean()),
        "clipped_white": float((image == 255).all(2).mean()),
    }
    mean, deviation = cv2.meanStdDev(image)
    for channel, m, d in zip("rgb", mean[:, 0], deviation[:, 0], strict=True):
        features |= {f"mean_{channel}": float(m), f"deviation_{channel}": float(d)}
    for side, strip in zip(_SIDES, _strips(image), strict=True):
        features[f"black_{side}"] = float((strip == 0).all(-1).mean())
        features[f"white_{side}"] = float((strip == 255).all(-1).mean())
    return features


def framing_features(landmarks: np.ndarray, face: np.ndarray) -> dict[str, float]:
    """Return features of the framing, as shares of the image side S, from landmarks [478, 2] and face mask uint8 [S, S].

    Face area, its centre's offset from the image's (right and down positive), distance of the eyes' outer corners, roll
    in degrees (clockwise positive), and the space between the face and each side. Yaw, pitch, the photograph's pixels
    between the eyes and the filled share of the crop are columns of the selection. NaN without a face.
    """
    size = face.shape[0]
    names = ["area", "offset_x", "offset_y", "eye_distance", "eye_mouth_distance", "roll"]
    rows, columns = (np.flatnonzero((face > 127).any(axis)) for axis in (1, 0))
    if not len(rows) or not np.isfinite(landmarks).all():
        return dict.fromkeys([*names, *(f"space_{side}" for side in _SIDES)], float("nan"))
    right, left = landmarks[EYE_CORNERS]
    eyes, mouth = (right + left) / 2, landmarks[MOUTH_CORNERS].mean(0)
    centre = np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2 - (size - 1) / 2
    values = [
        face.mean() / 255,
        *(centre / size),
        np.linalg.norm(left - right) / size,
        np.linalg.norm(mouth - eyes) / size,
        np.degrees(np.arctan2(left[1] - right[1], left[0] - right[0])),
    ]
    space = [columns[0], size - 1 - columns[-1], rows[0], size - 1 - rows[-1]]
    features = dict(zip(names, values, strict=True))
    features |= {f"space_{side}": pixels / size for side, pixels in zip(_SIDES, space, strict=True)}
    return {name: float(value) for name, value in features.items()}


def _blockiness(grey: np.ndarray) -> float:
    ratios = []
    for steps in (np.abs(np.diff(grey, axis=1)).mean(0), np.abs(np.diff(grey, axis=0)).mean(1)):
        on_grid = np.arange(1, len(steps) + 1) % 8 == 0
        ratios.append((steps[on_grid].mean() + 1e-3) / (steps[~on_grid].mean() + 1e-3))
    return float(np.log(np.mean(ratios)))


def _spectrum_slope(grey: np.ndarray) -> float:
    size = grey.shape[0]
    window = np.hanning(size).astype(np.float32)
    power = np.abs(np.fft.rfft2((grey - grey.mean()) * np.outer(window, window))) ** 2
    radius = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]) * size
    ring = radius.astype(int)
    inside = (ring >= 2) & (ring < size // 2)
    mean = np.bincount(ring[inside], power[inside])[2:] / np.bincount(ring[inside])[2:]
    return float(np.polyfit(np.log(np.arange(2, 2 + len(mean))), np.log(mean + 1e-3), 1)[0])


def _noise(grey: np.ndarray) -> float:
    """Immerkaer's mask answers noise and not edges; the median makes it robust (sd = median / 0.6745 / 6)."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.median(np.abs(cv2.filter2D(grey, cv2.CV_32F, mask))) / 0.6745 / 6)


def _strips(image: np.ndarray) -> Sequence[np.ndarray]:
    return image[:, :_BORDER], image[:, -_BORDER:], image[:_BORDER], image[-_BORDER:]
