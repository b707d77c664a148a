"""What a face sits on: skull, ears, neck, shoulders and hair, as surfaces swept around the face's mesh.

Lengths are face heights, axes the template's. Every surface is a grid of rows and columns; the grids, their
triangles and their places in the texture are the same for all people, only the vertices differ.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline

from beholder.collect.synthetic.people import Person
from beholder.collect.synthetic.template import SIDE, template

#: Places of the parts in a person's texture: (x, y, width, height) in pixels.
ATLAS = (SIDE + 256, SIDE + 128)
FACE_TILE, HAIR_TILE = (0, 0, SIDE, SIDE), (0, SIDE, SIDE, 128)
SKULL_TILE, NECK_TILE, CLOTHES_TILE = (SIDE, 0, 256, 64), (SIDE, 64, 256, 64), (SIDE, 128, 256, ATLAS[1] - 128)

SKULL_ROWS, HAIR_ROWS, COLUMNS = 9, 16, 61
CURTAIN_LAYER, FACE_LAYER = 0, 4
FRINGE = -0.45  # where hair may begin: negative on the forehead, 0 at the face's outline, 1 at the back of the head

_CENTRE, _RADII, _BACK = np.array([0, -0.1, 0.06]), np.array([0.45, 0.53, 0.54]), np.array([0, 0, 1])
_FRONT = np.array([0, -0.2, -0.98]) / np.hypot(0.2, 0.98)
_NAPE = np.array([0, 0.42, 0.12])
_ANGLES = np.linspace(-np.pi, np.pi, COLUMNS)  # of horizontal rings; 0 faces the camera

#: Rings of neck and torso: height, half width, half depth, depth of the middle.
_NECK = np.array(
    [
        [0.2, 0.25, 0.24, 0.1],
        [0.5, 0.245, 0.25, 0.12],
        [0.7, 0.25, 0.26, 0.14],
        [0.88, 0.29, 0.28, 0.15],
        [1.1, 0.42, 0.33, 0.17],
    ]
)
_TORSO = np.array(
    [
        [0.81, 0.25, 0.26, 0.15],
        [0.87, 0.4, 0.33, 0.17],
        [0.96, 0.68, 0.38, 0.17],
        [1.05, 0.92, 0.42, 0.17],
        [1.2, 1.05, 0.46, 0.17],
        [1.55, 1.1, 0.5, 0.15],
        [2.2, 1.08, 0.54, 0.12],
        [3.4, 1.05, 0.55, 0.12],
    ]
)
_EAR = (6, 8)  # rows and columns


@dataclass(frozen=True)
class Topology:
    """Shared by all people: triangles and texture positions of the solid parts and of the hair over them.

    `layer` [M] orders the solid triangles: hair behind the neck 0, neck 1, torso 2, skull and ears 3, face 4;
    within a layer the far ones come first. `ears` [M] marks those of the ears, which long hair covers.
    """

    solid: np.ndarray
    layer: np.ndarray
    ears: np.ndarray
    uv: np.ndarray
    cap: np.ndarray
    cap_uv: np.ndarray


@dataclass(frozen=True)
class Body:
    """Vertices at rest: `solid` [V, 3], the face's 468 first; `follow` [V], 0..1, how much each turns with the head;
    `shade` [V], the share of light that reaches it; `cap` [HAIR_ROWS * COLUMNS, 3], the hair's surface."""

    solid: np.ndarray
    follow: np.ndarray
    shade: np.ndarray
    cap: np.ndarray


@cache
def topology() -> Topology:
    """Return the triangles of a body."""
    base = template()
    face_uv = base.pixels[:468] + FACE_TILE[:2]
    grids = [
        (3, SKULL_ROWS, COLUMNS, SKULL_TILE),
        (3, *_EAR, SKULL_TILE),
        (3, *_EAR, SKULL_TILE),
        (1, len(_NECK), COLUMNS, NECK_TILE),
        (2, len(_TORSO), COLUMNS, CLOTHES_TILE),
        (CURTAIN_LAYER, 8, COLUMNS, HAIR_TILE),
    ]
    triangles, layers, ears, uv, start = (
        [base.triangles],
        [np.full(len(base.triangles), FACE_LAYER)],
        [np.zeros(len(base.triangles), bool)],
        [face_uv],
        468,
    )
    for number, (layer, rows, columns, tile) in enumerate(grids):
        grid = _grid(rows, columns)
        triangles.append(grid + start)
        layers.append(np.full(len(grid), layer))
        ears.append(np.full(len(grid), number in (1, 2)))
        uv.append(_tile_uv(rows, columns, tile))
        start += rows * columns
    return Topology(
        np.concatenate(triangles),
        np.concatenate(layers),
        np.concatenate(ears),
        np.concatenate(uv),
        _grid(HAIR_ROWS, COLUMNS),
        _tile_uv(HAIR_ROWS, COLUMNS, HAIR_TILE),
    )


def build_body(face: np.ndarray, person: Person) -> Body:
    """Return the body of `person` around the face's mesh (float64 [478, 3])."""
    rng = np.random.default_rng([person.texture_seed, 1])
    outline = outline_of(face)
    thick = 1.08 if person.gender == "Male" else 0.92
    neck = _rings(_NECK * [1, thick, thick, 1], lean=0.03)
    torso = _TORSO.copy()
    torso[:, 1] *= np.interp(np.arange(len(torso)), [0, 3], [thick, person.shoulders])
    torso = _rings(torso, lean=0.06)
    ears = [_ear(face, side) for side in (-1, 1)]
    curtain = _curtain(person, rng)
    solid = [face[:468], _skull(outline), *ears, neck, torso, curtain]
    neck_follow = np.repeat(np.linspace(1, 0, len(_NECK)) ** 0.7, COLUMNS)
    follow = [
        np.ones(468 + SKULL_ROWS * COLUMNS + 2 * len(ears[0])),
        neck_follow,
        np.zeros(len(torso)),
        np.ones(len(curtain)),
    ]
    neck_shade = np.repeat([0.55, 0.65, 0.8, 0.95, 1.0], COLUMNS)
    shade = [
        np.ones(468 + SKULL_ROWS * COLUMNS),
        np.full(2 * len(ears[0]), 0.9),
        neck_shade,
        np.ones(len(torso)),
        np.full(len(curtain), 0.8),
    ]
    return Body(np.concatenate(solid), np.concatenate(follow), np.concatenate(shade), _cap(outline, person, rng))


def cap_places(outline: np.ndarray) -> np.ndarray:
    """Return where on the bare head each grid point of the hair sits [HAIR_ROWS, COLUMNS, 3]."""
    return _sweep(outline, cap_rows())


def hairline(person: Person, places: np.ndarray) -> np.ndarray:
    """Return how far back (as `cap_rows`) hair begins at each of `places` [..., 3] on the bare head.

    The person's own line above the forehead, the face's outline at the temples, none in front below.
    """
    x, y = places[..., 0], places[..., 1]
    side = np.clip((np.abs(x) - 0.22) / 0.15, 0, 1)
    temple = 0.02 + 0.3 * np.clip(y - 0.02, 0, 0.4)
    return person.hair.hairline * (1 - side) + temple * side + 4 * np.clip(y + 0.1, 0, 1) * (1 - side)


def cap_rows() -> np.ndarray:
    """Return how far back each row of the hair's grid lies: FRINGE .. 1, 0 at the face's outline."""
    return np.linspace(FRINGE, 1, HAIR_ROWS)


def outline_of(face: np.ndarray) -> np.ndarray:
    """Return the face's outline [COLUMNS, 3] at equal angles, from the chin counter-clockwise and back to it."""
    ring = np.roll(template().oval, -18)  # begins at the chin and runs clockwise
    ring = face[np.append(ring, ring[0])[::-1]]
    angles = np.unwrap(np.arctan2(ring[:, 0] - _CENTRE[0], ring[:, 1] - _CENTRE[1]))
    return CubicSpline(angles, ring, bc_type="periodic")(angles[0] + np.linspace(0, 2 * np.pi, COLUMNS))


def _grid(rows: int, columns: int) -> np.ndarray:
    """Return the triangles of a grid whose points are numbered row by row."""
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    upper = np.stack([corner, corner + 1, corner + columns], axis=1)
    lower = np.stack([corner + 1, corner + columns + 1, corner + columns], axis=1)
    return np.concatenate([upper, lower])


def _tile_uv(rows: int, columns: int, tile: tuple[int, int, int, int]) -> np.ndarray:
    left, top, width, height = tile
    v, u = np.meshgrid(np.linspace(2, height - 3, rows), np.linspace(2, width - 3, columns), indexing="ij")
    return np.stack([left + u.ravel(), top + v.ravel()], axis=1)


def _sweep(outline: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Carry the outline over the head: to the back of the head for rows to 1, onto the forehead for negative rows.

    Directions from the head's centre turn evenly; the distance goes over from the face's to the skull's ellipsoid.
    """
    away = outline - _CENTRE
    distance = np.linalg.norm(away, axis=1)
    start = away / distance[:, None]
    points = []
    for row in rows:
        direction = _turn(start, _BACK if row >= 0 else _FRONT, abs(row))
        skull = (np.abs(direction / _RADII) ** 2.5).sum(1) ** (-1 / 2.5)
        blend = np.clip(abs(row) / 0.35, 0, 1) if row >= 0 else 0.0
        blend = blend * blend * (3 - 2 * blend)
        points.append(_CENTRE + direction * (distance + (skull - distance) * blend)[:, None])
    return np.stack(points)


def _turn(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """Return unit vectors on the great circle from `start` [N, 3] to `end` [3]."""
    angle = np.arccos(np.clip(start @ end, -1, 1))[:, None]
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)


def _skull(outline: np.ndarray) -> np.ndarray:
    return _sweep(outline, np.append(-0.06, np.linspace(0.04, 1, SKULL_ROWS - 1))).reshape(-1, 3)


def _cap(outline: np.ndarray, person: Person, rng: np.random.Generator) -> np.ndarray:
    places, rows = _sweep(outline, cap_rows()), cap_rows()[:, None]
    rise = np.clip((rows - hairline(person, places)) / 0.3, 0, 1)
    low = np.clip(1.3 - places[..., 1] / 0.5, 0.35, 1)
    lumps = 1 + rng.normal(0, 0.05 + 0.12 * person.hair.curl, places.shape[:2])
    lumps[:, -1] = lumps[:, 0]
    thickness = 0.012 + person.hair.volume * rise * low * lumps
    away = places - _CENTRE
    return (places + thickness[..., None] * away / np.linalg.norm(away, axis=-1, keepdims=True)).reshape(-1, 3)


def _rings(rings: np.ndarray, lean: float) -> np.ndarray:
    """Return elliptic rings; the front of each is lower than its middle by `lean`."""
    y, width, depth, middle = (rings[:, k, None] for k in range(4))
    x, z = width * np.sin(_ANGLES), middle - depth * np.cos(_ANGLES)
    y = y + lean * np.cos(_ANGLES)
    return np.stack([x, y, z], axis=-1).reshape(-1, 3)


def _ear(face: np.ndarray, side: int) -> np.ndarray:
    temple = face[454 if side > 0 else 234]
    polar, around = np.meshgrid(
        np.linspace(0.05, np.pi - 0.05, _EAR[0]), np.linspace(0, 2 * np.pi, _EAR[1]), indexing="ij"
    )
    x, y, z = np.sin(polar) * np.cos(around), -np.cos(polar), np.sin(polar) * np.sin(around)
    tilt = y * 0.25
    points = np.stack([0.035 * x + side * 0.01 * (1 - y), 0.13 * y, 0.075 * z + 0.05 * -tilt], axis=-1)
    return (points + temple + [side * 0.015, -0.01, 0.1]).reshape(-1, 3)


def _curtain(person: Person, rng: np.random.Generator) -> np.ndarray:
    """Return the hair that hangs behind the neck; shrunk into the head where there is none."""
    lengths = {"medium": 0.62, "long": 1.25}
    reach = lengths.get(person.hair.length, 0.0) * rng.uniform(0.85, 1.15)
    angles = np.linspace(np.pi * 0.38, np.pi * 1.62, COLUMNS)
    share = np.linspace(0, 1, 8)[:, None]
    ends = 1 + rng.normal(0, 0.04 + 0.04 * person.hair.curl, COLUMNS)
    wave = 0.015 * (0.3 + person.hair.curl) * np.sin(9 * share + rng.uniform(0, 6, COLUMNS))
    width = (0.41 + person.hair.volume) * (1 + 0.12 * np.sin(np.pi * share)) + wave
    x, z = width * np.sin(angles), 0.1 - (0.42 + person.hair.volume) * np.cos(angles) + 0 * share
    y = -0.3 + share * (0.3 + reach) * ends
    if not reach:
        x, y, z = 0.1 * x, 0 * y - 0.1, 0.1 * z
    return np.stack([x, y, z], axis=-1).reshape(-1, 3)


def turn_body(body: Body, face: np.ndarray, rotation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the solid vertices and the hair's, with the face replaced by `face` and the head turned about the nape."""
    rest = body.solid.copy()
    rest[:468] = face[:468]
    turned = (rest - _NAPE) @ rotation.T + _NAPE
    solid = rest + (turned - rest) * body.follow[:, None]
    return solid, (body.cap - _NAPE) @ rotation.T + _NAPE
