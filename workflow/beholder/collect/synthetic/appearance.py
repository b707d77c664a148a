"""Painting a person's texture: skin, lips, eyes, brows, beard, hair and clothes."""

from functools import cache

import cv2
import numpy as np

from beholder.collect.synthetic.anatomy import (
    ATLAS,
    CLOTHES_TILE,
    HAIR_TILE,
    NECK_TILE,
    SKULL_TILE,
    cap_places,
    cap_rows,
    hairline,
    outline_of,
)
from beholder.collect.synthetic.people import Person
from beholder.collect.synthetic.template import SIDE, part, template

_INNER_LIPS = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95]


def paint(person: Person, face: np.ndarray, red_lips: bool = False) -> np.ndarray:
    """Return the texture of `person`: float32 [ATLAS height, width, 4], RGB 0..255 and the hair's opacity 0..1.

    `face` is the person's mesh at rest; `red_lips` is the planted facial difference.
    """
    rng = np.random.default_rng([person.texture_seed, 2])
    atlas = np.ones((ATLAS[1], ATLAS[0], 4), np.float32)
    skin = _rgb(person.skin)
    _place(atlas, (0, 0, SIDE, SIDE), _face(person, rng, red_lips))
    _place(atlas, SKULL_TILE, skin * _mottle(rng, SKULL_TILE, 0.02))
    _place(atlas, NECK_TILE, skin * _mottle(rng, NECK_TILE, 0.02))
    _place(atlas, CLOTHES_TILE, _clothes(person, skin, rng))
    colour, opacity = _hair(person, outline_of(face), rng)
    _place(atlas, HAIR_TILE, colour)
    left, top, width, height = HAIR_TILE
    atlas[top : top + height, left : left + width, 3] = opacity
    return atlas


@cache
def _masks() -> dict[str, np.ndarray]:
    """Return soft masks [SIDE, SIDE] of the parts of the template's texture, 0..1."""
    pixels = template().pixels
    masks = {
        "face": _fill([pixels[template().oval]], grow=-13, soft=6),
        "brows": _fill([pixels[part("LEFT_EYEBROW")], pixels[part("RIGHT_EYEBROW")]], grow=-1, soft=3),
        "eyes": _fill([pixels[part("LEFT_EYE")], pixels[part("RIGHT_EYE")]], grow=1, soft=1.5),
        "lashes": _fill([pixels[part("LEFT_EYE")], pixels[part("RIGHT_EYE")]], grow=5, soft=3),
        "mouth": _fill([pixels[_INNER_LIPS]], grow=0, soft=1.5),
        "lips": _fill([pixels[part("LIPS")]], grow=1, soft=2),
        "irises": _fill([pixels[468:473], pixels[473:478]], grow=2, soft=1.5),
    }
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    jaw = np.clip((y - 0.60) / 0.12, 0, 1) + np.clip((np.abs(x - 0.5) - 0.27) / 0.06, 0, 1) * (y > 0.4)
    masks["beard"] = cv2.GaussianBlur(np.clip(jaw, 0, 1).astype(np.float32), (0, 0), 7) * (1 - masks["lips"])
    masks["forehead"] = np.clip((0.24 - y) / 0.05, 0, 1).astype(np.float32)
    return masks


def _fill(outlines: list[np.ndarray], grow: int, soft: float) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), np.float32)
    for outline in outlines:
        cv2.fillConvexPoly(mask, cv2.convexHull(outline.astype(np.float32)).astype(np.int32), (1.0,))
    if grow:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(grow) + 1,) * 2)
        (cv2.dilate if grow > 0 else cv2.erode)(mask, kernel, dst=mask)
    return cv2.GaussianBlur(mask, (0, 0), soft)


@cache
def _relief() -> tuple[np.ndarray, np.ndarray]:
    """Return the template's texture in CIELAB, even light and hair over the forehead taken out, and its mean skin."""
    masks = _masks()
    lab = cv2.cvtColor(template().texture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    skin = masks["face"] * (1 - masks["lips"]) * (1 - masks["lashes"]) * (1 - masks["forehead"])
    mean = np.average(lab.reshape(-1, 3), axis=0, weights=skin.ravel())
    weight = cv2.GaussianBlur(skin, (0, 0), 45) + 1e-3
    broad = cv2.GaussianBlur(lab * skin[..., None], (0, 0), 45) / weight[..., None]
    even = lab - 0.8 * (broad - mean) * (1 - masks["eyes"])[..., None]
    keep = (masks["face"] * (1 - masks["forehead"]))[..., None]
    return (mean + (even - mean) * keep).astype(np.float32), mean.astype(np.float32)


def _face(person: Person, rng: np.random.Generator, red_lips: bool) -> np.ndarray:
    masks, (relief, mean) = _masks(), _relief()
    own = (1 - masks["eyes"]) * (1 - masks["mouth"])
    lab = relief + own[..., None] * (person.skin - mean).astype(np.float32)
    lab[..., 0] += own * (_wrinkles(person, rng) + 0.6 * _noise(rng, (SIDE, SIDE), 1.5) + _freckles(rng))
    lips = masks["lips"] * (1 - masks["mouth"])
    lab += lips[..., None] * np.array([-3, 4, 0], np.float32) * (1 + 3.0 * person.makeup)
    lab += lips[..., None] * np.array([-4, 26, 8], np.float32) * red_lips
    lab[..., 0] -= masks["lashes"] * (1 - masks["eyes"]) * 10 * person.makeup
    hair = _lab(person.hair.colour)
    strands = np.clip(0.75 + 0.18 * _noise(rng, (SIDE, SIDE), (0.9, 2.2)), 0, 1)
    for name, strength in (("brows", rng.uniform(0.2, 0.6)), ("beard", 0.72 * person.beard)):
        cover = (masks[name] * strands * strength)[..., None]
        lab = lab * (1 - cover) + cover * (hair * [0.9, 1, 1]).astype(np.float32)
    iris = (masks["irises"] * masks["eyes"])[..., None] * 0.55
    lab = lab * (1 - iris) + iris * (_lab(person.eyes) * [0.8, 1, 1]).astype(np.float32)
    lab[..., 0] = np.clip(lab[..., 0], 2, 99)
    return np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB) * 255, 0, 255)


def _wrinkles(person: Person, rng: np.random.Generator) -> np.ndarray:
    """Return changes of lightness: lines across the forehead and under the eyes."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    lines = np.zeros((SIDE, SIDE), np.float32)
    for height in (62, 76, 90, 168, 176):
        bend = (
            height + rng.normal(0, 3) + 0.0006 * rng.normal(1, 0.5) * (x - SIDE / 2) ** 2 * (1 if height < 120 else -1)
        )
        lines -= np.exp(-0.5 * ((y - bend) / 1.6) ** 2)
    return 9 * person.wrinkles * lines * (np.abs(x - SIDE / 2) < 0.3 * SIDE)


def _freckles(rng: np.random.Generator) -> np.ndarray:
    """Return a few dark spots that mark a person."""
    spots = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(rng.integers(0, 7)):
        x, y = (rng.uniform([0.25, 0.2], [0.75, 0.85]) * SIDE).astype(int).tolist()
        cv2.circle(spots, (x, y), int(rng.integers(1, 4)), (-rng.uniform(6, 22),), -1, cv2.LINE_AA)
    return cv2.GaussianBlur(spots, (0, 0), 0.8)


def _hair(person: Person, outline: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return colour [h, w, 3] and opacity [h, w] of the hair: u runs around the face, v from the forehead back."""
    width, height = HAIR_TILE[2:]
    strands = _noise(rng, (height, width), (1.2, 22 / (1 + 3 * person.hair.curl)))
    waves = _noise(rng, (height, width), 6 + 10 * (1 - person.hair.curl))
    colour = person.hair.colour * (1 + 0.24 * strands + 0.13 * waves)[..., None]
    places = cv2.resize(cap_places(outline).astype(np.float32), (width, height))
    back = np.interp(np.linspace(0, 1, height), np.linspace(0, 1, len(cap_rows())), cap_rows())[:, None]
    return colour, _opacity(person, places, back + 0 * strands, strands, waves)


def _opacity(
    person: Person, places: np.ndarray, back: np.ndarray, strands: np.ndarray, waves: np.ndarray
) -> np.ndarray:
    """Return where hair grows, from the place on the head and how far back it is."""
    y, z = places[..., 1], places[..., 2]
    if person.hair.length == "bald":
        return 0.75 * np.clip((0.25 - y) * (z - 0.12) * 30, 0, 1) * np.clip((0.3 - np.abs(y)) * 8, 0, 1)
    lowest = {"short": 0.02 + 0.5 * np.clip(z, 0, 0.6), "medium": 0.36, "long": 0.5}[person.hair.length]
    edge = np.minimum((back - hairline(person, places)) * 0.9, lowest - y)
    return np.clip(0.5 + (edge + 0.02 * strands + 0.015 * waves) / 0.06, 0, 1)


def _clothes(person: Person, skin: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    width, height = CLOTHES_TILE[2:]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x -= width / 2
    cloth = np.broadcast_to(person.clothes, (height, width, 3)).astype(np.float32)
    pattern = {
        "stripes": (x // 5) % 3 == 0,
        "checks": ((x // 8) % 3 == 0) | ((y // 12) % 3 == 0),
        "jacket": np.abs(x) < 20 + 0.12 * (80 - y),
    }.get(person.pattern)
    if pattern is not None:
        cloth = np.where(pattern[..., None], person.pattern_colour.astype(np.float32), cloth)
    cloth = cloth * _mottle(rng, CLOTHES_TILE, 0.05)
    depth = 40 + 130 * person.neckline
    neck = np.clip((26 * (1 - y / depth) - np.abs(x)) / 2, 0, 1)[..., None]
    seam = np.exp(-0.5 * ((26 * (1 - y / depth) - np.abs(x) + 4) / 2) ** 2)[..., None]
    return cloth * (1 - 0.35 * seam) * (1 - neck) + neck * skin


def _mottle(rng: np.random.Generator, tile: tuple[int, int, int, int], strength: float) -> np.ndarray:
    return 1 + strength * _noise(rng, (tile[3], tile[2]), 3)[..., None]


def _noise(rng: np.random.Generator, shape: tuple[int, int], sigma: float | tuple[float, float]) -> np.ndarray:
    """Return Gaussian noise of deviation 1, smoothed; `sigma` in pixels, or (across, down)."""
    across, down = sigma if isinstance(sigma, tuple) else (sigma, sigma)
    noise = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), across, sigmaY=down)
    return noise / noise.std()


def _place(atlas: np.ndarray, tile: tuple[int, int, int, int], colour: np.ndarray) -> None:
    left, top, width, height = tile
    atlas[top : top + height, left : left + width, :3] = np.clip(colour, 0, 255)


def _rgb(lab: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.float32(lab).reshape(1, 1, 3), cv2.COLOR_LAB2RGB).ravel() * 255


def _lab(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.float32(rgb / 255).reshape(1, 1, 3), cv2.COLOR_RGB2LAB).ravel()
