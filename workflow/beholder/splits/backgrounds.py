"""What can stand behind a face: one function per mode, from a crop to a crop.

Each rung takes away more: `original` all of the scene, `blur` its coarse layout, `mean` its mean colour, `white` and
`black` nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from beholder.common.errors import BeholderError
from beholder.config.splits import Pack
from beholder.faces.oval import face_oval
from beholder.splits import matte


@dataclass(frozen=True)
class Face:
    """One row of the face tables, decoded."""

    crop: np.ndarray
    """uint8 [S, S, 3] RGB."""
    mask: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.uint8))
    """uint8 [S, S] soft person mask; empty for modes that read none."""
    landmarks: np.ndarray = field(default_factory=lambda: np.empty((0, 3), np.float32))
    """float32 [478, 3], crop pixels; empty for modes that read none."""

    @cached_property
    def oval(self) -> np.ndarray:
        """uint8 [S, S] face oval."""
        return face_oval(self.landmarks, len(self.crop))


Mode = Callable[[Face, Pack], np.ndarray]


def compose(mode: str, face: Face, settings: Pack) -> np.ndarray:
    """Return uint8 [S, S, 3]: the crop before the background `mode`.

    Raises BeholderError on a mode that does not exist.
    """
    if mode not in MODES:
        raise BeholderError(f"`splits.backgrounds` has no mode {mode!r}; there are {', '.join(MODES)}")
    return MODES[mode](face, settings)


def original(face: Face, settings: Pack) -> np.ndarray:
    """The crop as it is."""
    return face.crop


def white(face: Face, settings: Pack) -> np.ndarray:
    """The person on white."""
    return _cut_out(face, settings, (255, 255, 255))


def black(face: Face, settings: Pack) -> np.ndarray:
    """The person on black."""
    return _cut_out(face, settings, (0, 0, 0))


def transparent(face: Face, settings: Pack) -> np.ndarray:
    """The person's true alpha composited on `transparent_colour`."""
    return _cut_out(face, settings, settings.transparent_colour)


def mean(face: Face, settings: Pack) -> np.ndarray:
    """The person on the mean colour of this photograph's own background: its colour stays, its content goes."""
    alpha = matte.person_matte(face.crop, face.mask, face.oval, settings.feather)
    return _over(face.crop, alpha, matte.mean_colour(face.crop, matte.surely_background(alpha)), settings.feather)


def blur(face: Face, settings: Pack) -> np.ndarray:
    """The person, sharp, on the blurred background, into which the person does not bleed."""
    alpha = matte.person_matte(face.crop, face.mask, face.oval, settings.feather)
    behind = matte.spread(face.crop, matte.surely_background(alpha), settings.blur_sigma)
    return _over(face.crop, alpha, behind, settings.feather)


def grayscale(face: Face, settings: Pack) -> np.ndarray:
    """The whole crop without colour: luma of Rec. 601 in all three channels."""
    return cv2.cvtColor(cv2.cvtColor(face.crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def face_only(face: Face, settings: Pack) -> np.ndarray:
    """The face's oval on `oval_colour`: no hair, no clothes, no background."""
    alpha = matte.oval_matte(face.oval, settings.feather, margin=-0.01)
    return _over(face.crop, alpha, settings.oval_colour, settings.feather)


def background_only(face: Face, settings: Pack) -> np.ndarray:
    """All but the face: the oval, a little enlarged so that no contour is left, filled with `oval_colour`."""
    alpha = matte.oval_matte(face.oval, settings.feather, margin=0.04)
    return matte.mix(settings.oval_colour, face.crop, alpha)


def harmonised(face: Face, settings: Pack) -> np.ndarray:
    """The crop reduced to one small size, compressed once in one way, and enlarged: one history for all photographs."""
    size = settings.harmonised_size
    small = cv2.resize(face.crop, (size, size), interpolation=cv2.INTER_AREA)
    quality = [cv2.IMWRITE_JPEG_QUALITY, settings.harmonised_quality]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), quality)
    small = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return cv2.resize(small, face.crop.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def _cut_out(face: Face, settings: Pack, colour) -> np.ndarray:
    alpha = matte.person_matte(face.crop, face.mask, face.oval, settings.feather)
    return _over(face.crop, alpha, colour, settings.feather)


def _over(crop: np.ndarray, alpha: np.ndarray, behind, feather: float) -> np.ndarray:
    """Composite the person on a colour or image; a hard edge (feather 0) keeps its own pixels."""
    return matte.mix(matte.foreground(crop, alpha, feather) if feather else crop, behind, alpha)


MODES: dict[str, Mode] = {
    mode.__name__: mode
    for mode in (
        original, white, transparent, black, mean, blur, grayscale, face_only, background_only, harmonised,
    )
}  # fmt: skip

#: The modes that put one and the same colour behind everybody.
FLAT = {"white", "black", "transparent", "face_only"}

#: The modes that read the person mask or the landmarks.
MASKED = {"white", "black", "transparent", "mean", "blur", "face_only", "background_only"}
