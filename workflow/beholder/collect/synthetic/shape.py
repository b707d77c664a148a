"""Shape of a face: who it is and what it expresses, as smooth symmetric changes of the template's mesh."""

from dataclasses import dataclass

import numpy as np

from beholder.collect.synthetic.people import Person

_UPPER_LIP, _LOWER_LIP, _MOUTH_CORNER = 13, 14, 291


@dataclass(frozen=True)
class Change:
    """A Gaussian region around `centre` (x, y, z) of size `radius`; one unit stretches it by `stretch` about the
    centre and moves it by `shift`. Off the middle it is mirrored. Lengths in face heights."""

    centre: tuple[float, float, float]
    radius: float
    stretch: tuple[float, float, float] = (0, 0, 0)
    shift: tuple[float, float, float] = (0, 0, 0)


#: What differs between people. One unit is one standard deviation.
IDENTITY = {
    "face width": Change((0, 0.1, -0.2), 1.2, stretch=(0.04, 0, 0)),
    "jaw width": Change((0, 0.5, -0.2), 0.22, stretch=(0.09, 0, 0)),
    "chin length": Change((0, 0.62, -0.35), 0.2, shift=(0, 0.032, 0)),
    "eye size": Change((0.185, -0.06, -0.35), 0.1, stretch=(0.07, 0.1, 0)),
    "eye distance": Change((0.185, -0.06, -0.35), 0.14, shift=(0.012, 0, 0)),
    "eye slant": Change((0.28, -0.065, -0.3), 0.07, shift=(0, -0.011, 0)),
    "brow height": Change((0.19, -0.17, -0.4), 0.1, shift=(0, -0.014, 0)),
    "nose width": Change((0, 0.11, -0.5), 0.1, stretch=(0.15, 0, 0)),
    "nose length": Change((0, 0.13, -0.55), 0.1, shift=(0, 0.018, 0)),
    "nose bridge": Change((0, 0.0, -0.5), 0.09, shift=(0, 0, -0.018)),
    "mouth width": Change((0, 0.3, -0.42), 0.17, stretch=(0.09, 0, 0)),
    "lips": Change((0, 0.3, -0.45), 0.1, stretch=(0, 0.12, 0.05)),
    "cheekbones": Change((0.33, 0.08, -0.2), 0.13, shift=(0.016, 0, -0.012)),
    "cheeks": Change((0.3, 0.32, -0.2), 0.14, shift=(0.018, 0, -0.015)),
    "forehead": Change((0, -0.33, -0.38), 0.2, shift=(0, -0.02, -0.008)),
}

#: Where a few more random bumps sit, so that no two people differ along named traits alone.
_BUMPS = [(0.1 * i, y, -0.35) for i, y in enumerate([-0.2, 0.0, 0.2, 0.45])] + [
    (0, y, -0.45) for y in (-0.3, 0.05, 0.22, 0.5)
]

_SMILE = Change((0.2, 0.285, -0.33), 0.09, shift=(0.022, -0.025, 0.01))
_BROWS = Change((0.17, -0.18, -0.4), 0.1, shift=(0, -0.025, 0))
_LIDS = Change((0.185, -0.06, -0.35), 0.055, stretch=(0, 0.45, 0))
_WIDE_EYES = Change((0.185, -0.06, -0.35), 0.1, stretch=(0.22, 0.5, 0))


@dataclass(frozen=True)
class Expression:
    """`mouth_closed` 0..1 (the template smiles with an open mouth); the others around 0."""

    mouth_closed: float
    smile: float
    brows: float
    lids: float


def draw_expression(rng: np.random.Generator) -> Expression:
    """Draw what a face does for one photograph."""
    closed = rng.choice([0.0, rng.uniform(0, 1), 1.0], p=[0.25, 0.25, 0.5])
    smile = rng.normal(-0.9 * closed, 0.35)
    return Expression(float(closed), float(smile), float(rng.normal(0, 0.5)), float(rng.normal(0, 0.25)))


def shape_person(vertices: np.ndarray, person: Person) -> np.ndarray:
    """Return the mesh (float64 [478, 3]) of `person` at rest, made from the template's `vertices`."""
    for change, amount in zip(IDENTITY.values(), person.shape, strict=True):
        vertices = _apply(vertices, change, amount)
    for centre, shift in zip(_BUMPS, person.bumps, strict=True):
        middle = np.array([centre[0] > 0, 1, 1])
        vertices = _apply(vertices, Change(centre, 0.12, shift=tuple(0.008 * shift * middle)), 1.0)
    return vertices


def express(vertices: np.ndarray, expression: Expression) -> np.ndarray:
    """Return the mesh with an expression."""
    vertices = _close_mouth(vertices, expression.mouth_closed)
    for change, amount in ((_SMILE, expression.smile), (_BROWS, expression.brows), (_LIDS, expression.lids)):
        vertices = _apply(vertices, change, amount)
    return vertices


def widen_eyes(vertices: np.ndarray) -> np.ndarray:
    """Return the mesh with the planted facial difference."""
    return _apply(vertices, _WIDE_EYES, 1.0)


def _apply(vertices: np.ndarray, change: Change, amount: float) -> np.ndarray:
    moved = vertices.copy()
    for side in (1, -1) if change.centre[0] else (1,):
        mirror = np.array([side, 1, 1])
        away = vertices - np.array(change.centre) * mirror
        weight = np.exp(-0.5 * (away**2).sum(1, keepdims=True) / change.radius**2)
        moved += amount * weight * (away * change.stretch + np.array(change.shift) * mirror)
    return moved


def _close_mouth(vertices: np.ndarray, amount: float) -> np.ndarray:
    """Bring the lips together along the curve between them; neighbours follow less with distance."""
    corner, middle = vertices[_MOUTH_CORNER], vertices[[_UPPER_LIP, _LOWER_LIP], 1].mean()
    gap = np.diff(vertices[[_UPPER_LIP, _LOWER_LIP], 1])[0]
    across = np.clip(1 - (vertices[:, 0] / corner[0]) ** 2, 0, 1)
    above = corner[1] + (middle - corner[1]) * across - vertices[:, 1]
    beyond_lip = np.clip(np.abs(above) - gap / 2 * across - 0.05, 0, None)
    step = np.sign(above) * np.minimum(np.abs(above), gap / 2 * across) * np.exp(-0.5 * (beyond_lip / 0.07) ** 2)
    front = vertices[:, 2] < -0.1
    return vertices + np.stack([0 * step, 0.96 * amount * step * front, 0 * step], axis=1)
