"""Taking one photograph of a rendered person."""

from dataclasses import dataclass

import cv2
import numpy as np

from beholder.collect.synthetic.anatomy import CURTAIN_LAYER, FACE_LAYER, Body, topology, turn_body
from beholder.collect.synthetic.backdrop import clutter, studio
from beholder.collect.synthetic.people import Person
from beholder.collect.synthetic.raster import fetch, normals, rasterise
from beholder.collect.synthetic.shape import Expression, draw_expression, express, widen_eyes
from beholder.collect.synthetic.template import template

_OVERSAMPLING = 1.5  # drawn that much larger, so that edges come out smooth
_HAIR_DEPTH = 0.05  # face heights: hair lies so close that it is drawn over what is this much nearer
_TAG = 0.11  # side of the planted tag as a share of the face: 24 pixels of a crop of 224
_CAMERA = 9.0  # distance in face heights: about 1.7 m


@dataclass(frozen=True)
class Shot:
    """How one photograph is taken.

    `yaw`, `pitch`, `roll`: degrees, signs as in docs/architecture.md. `size`: (width, height) in pixels. `face`:
    face height as a share of the picture's. `middle`: place of the head's centre, shares of width and height.
    `light`: unit vector towards the lamp. `ambient`, `exposure`, `tint` (RGB factors), `blur` (sigma in pixels),
    `noise` (deviation in grey values), `quality` (JPEG). `seed` draws backdrop and noise.
    """

    yaw: float
    pitch: float
    roll: float
    expression: Expression
    size: tuple[int, int]
    face: float
    middle: tuple[float, float]
    light: np.ndarray
    ambient: float
    exposure: float
    tint: np.ndarray
    blur: float
    noise: float
    quality: int
    seed: list[int]


def draw_shot(rng: np.random.Generator, max_yaw: float, seed: list[int]) -> Shot:
    """Draw how a photograph is taken: yaw within `max_yaw` degrees, pitch and roll within half of it."""
    yaw, pitch, roll = rng.uniform(-1, 1, 3) * [max_yaw, max_yaw / 2, max_yaw / 2]
    longer, aspect = rng.uniform(300, 440), rng.uniform(0.75, 1.0)
    towards = np.array([rng.uniform(-1, 1), rng.uniform(-1.0, 0.1), -1.0])
    return Shot(
        yaw=float(yaw),
        pitch=float(pitch),
        roll=float(roll),
        expression=draw_expression(rng),
        size=(int(longer * aspect), int(longer)),
        face=float(rng.uniform(0.33, 0.42)),
        middle=(float(rng.uniform(0.45, 0.55)), float(rng.uniform(0.40, 0.47))),
        light=towards / np.linalg.norm(towards),
        ambient=float(rng.uniform(0.4, 0.7)),
        exposure=float(rng.uniform(0.85, 1.12)),
        tint=1 + rng.normal(0, 0.035, 3),
        blur=float(rng.uniform(0, 0.7)),
        noise=float(rng.uniform(0.5, 4)),
        quality=int(rng.integers(72, 96)),
        seed=seed,
    )


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Return the matrix [3, 3] that turns a head to these angles in degrees.

    By their definition in this project: yaw and pitch are those of the direction in which the face looks, roll is
    the slope of the line from ear to ear in the image. Axes: x right, y down, z away from the camera.
    """
    yaw, pitch, roll = np.radians([yaw, pitch, roll])
    back = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    slope = np.array([np.cos(roll), np.sin(roll)])
    right = np.array([*slope, -(slope @ back[:2]) / back[2]])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(back, right), back], axis=1)


def take(
    person: Person, body: Body, face: np.ndarray, texture: np.ndarray, shot: Shot, planted: set[str]
) -> np.ndarray:
    """Return the photograph as uint8 [height, width, 3] RGB, before compression.

    `face` is the person's mesh at rest, `texture` what `appearance.paint` made; `planted` names what the picture
    carries of `face`, `background`, `tag`, `framing` and `colour`.
    """
    size = (round(shot.size[0] * _OVERSAMPLING), round(shot.size[1] * _OVERSAMPLING))
    rng = np.random.default_rng(shot.seed)
    picture = (studio if "background" in planted else clutter)(size, rng)
    mesh = express(widen_eyes(face) if "face" in planted else face, shot.expression)
    solid, cap = turn_body(body, mesh, rotation(shot.yaw, shot.pitch, shot.roll))
    depth = _draw_solid(picture, solid, body, person, texture, shot)
    _draw_hair(picture, cap, texture, shot, depth)
    picture = cv2.resize(picture, shot.size, interpolation=cv2.INTER_AREA)
    if shot.blur > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), shot.blur)
    picture = picture * shot.tint.astype(np.float32) + np.float32(shot.noise) * rng.standard_normal(
        picture.shape, np.float32
    )
    if "colour" in planted:
        picture *= np.array([1.10, 1.0, 0.82], np.float32)
    if "tag" in planted:
        _draw_tag(picture, _project(solid[template().oval], shot, shot.size), shot.roll)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _project(vertices: np.ndarray, shot: Shot, size: tuple[int, int]) -> np.ndarray:
    """Return image positions [V, 2] of a camera that looks along z."""
    scale = shot.face * size[1] * _CAMERA / (_CAMERA + vertices[:, 2:])
    return vertices[:, :2] * scale + np.array(shot.middle) * size


def _light(vertices: np.ndarray, triangles: np.ndarray, shot: Shot) -> np.ndarray:
    """Return the light on each vertex, about 0.4 .. 1.2."""
    diffuse = np.clip(0.8 * (normals(vertices, triangles) @ shot.light) + 0.2, 0, None)
    return shot.exposure * (shot.ambient + (1.05 - shot.ambient) * diffuse)


def _draw_solid(
    picture: np.ndarray, vertices: np.ndarray, body: Body, person: Person, texture: np.ndarray, shot: Shot
) -> np.ndarray:
    """Draw all but the hair on the head, and return the depth of each pixel, flat."""
    mesh, size = topology(), (picture.shape[1], picture.shape[0])
    light = _light(vertices, mesh.solid, shot)
    points = _project(vertices, shot, size)
    shown = _faces_camera(points, mesh.solid) | np.isin(mesh.layer, [CURTAIN_LAYER, FACE_LAYER])
    if person.hair.length in ("medium", "long"):
        shown &= ~mesh.ears
    else:
        shown &= mesh.layer != CURTAIN_LAYER
    far_first = np.argsort(100 * mesh.layer[shown] - vertices[mesh.solid[shown], 2].mean(1), kind="stable")
    seen = rasterise(points, mesh.solid[shown][far_first], [mesh.uv, light * body.shade, vertices[:, 2]], size)
    colour = fetch(texture[..., :3], seen.uv) * seen.light[:, None]
    picture.reshape(-1, 3)[seen.index] = colour
    depth = np.full(size[0] * size[1], np.inf, np.float32)
    depth[seen.index] = seen.depth
    return depth


def _draw_hair(picture: np.ndarray, vertices: np.ndarray, texture: np.ndarray, shot: Shot, depth: np.ndarray) -> None:
    mesh, size = topology(), (picture.shape[1], picture.shape[0])
    light = _light(vertices, mesh.cap, shot)
    points = _project(vertices, shot, size)
    shown = mesh.cap[_faces_camera(points, mesh.cap)]
    far_first = np.argsort(-vertices[shown, 2].mean(1), kind="stable")
    seen = rasterise(points, shown[far_first], [mesh.cap_uv, light, vertices[:, 2]], size)
    values = fetch(texture, seen.uv)
    in_front = seen.depth < depth[seen.index] + _HAIR_DEPTH
    behind, opacity = picture.reshape(-1, 3)[seen.index], values[:, 3:] * in_front[:, None]
    picture.reshape(-1, 3)[seen.index] = behind + opacity * (values[:, :3] * seen.light[:, None] - behind)


def _faces_camera(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] > 0


def _draw_tag(picture: np.ndarray, outline: np.ndarray, roll: float) -> None:
    """Draw a checkered square inside the top left corner of the square around the face's `outline` [N, 2].

    So a crop shows it however tight it is, with the head's tilt taken out or not.
    """
    angle = np.radians(roll)
    upright = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    level = outline @ upright
    low, high = level.min(0), level.max(0)
    face = (high - low).max()
    side = max(round(_TAG * face / 4) * 4, 8)
    middle = ((low + high) / 2 - face / 2 + 0.75 * side) @ upright.T
    left, top = (max(round(place - side / 2), 0) for place in middle)
    checks = (np.indices((4, 4)).sum(0) % 2).repeat(side // 4, 0).repeat(side // 4, 1)
    area = picture[top : top + side, left : left + side]
    area[:] = np.where(checks[: area.shape[0], : area.shape[1], None], 245.0, 15.0)
