"""Who is rendered: labels, shape of the face, colours, hair and clothes of each person."""

from dataclasses import dataclass

import numpy as np

from beholder.common.labels import AGES, GENDERS, RACES

#: Rough shares of the age bins in FairFace.
_AGE_SHARES = np.array([0.02, 0.12, 0.11, 0.28, 0.22, 0.12, 0.07, 0.04, 0.02])

#: Mean skin colour (CIELAB: lightness, red, yellow) for each label in FairFace's order. Deviations are wide, so that
#: the groups overlap: the label is a weak cue to learn from, not a definition.
_SKIN = np.array([[73, 12, 15], [44, 11, 17], [64, 13, 19], [71, 10, 18], [61, 12, 20], [55, 12, 20], [66, 12, 18]])
_SKIN_DEVIATION = [5.0, 1.5, 2.0]

#: Hair colours (RGB), dark to fair, and how often each label has them.
_HAIR = np.array([[26, 20, 18], [52, 36, 26], [88, 58, 36], [134, 96, 56], [186, 150, 96], [120, 56, 30]])
_FAIR_HAIRED = np.array([0.12, 0.2, 0.25, 0.18, 0.17, 0.08])
_DARK_HAIRED = np.array([0.6, 0.3, 0.08, 0.02, 0.0, 0.0])
_GREY_HAIR = np.array([176, 174, 170])


@dataclass(frozen=True)
class Hair:
    """`length`: `bald`, `short`, `medium` or `long`. Lengths in face heights; colour is RGB 0..255."""

    length: str
    colour: np.ndarray
    volume: float
    hairline: float
    curl: float


@dataclass(frozen=True)
class Person:
    """Everything that stays the same in all photographs of one person.

    `shape` are standard normal coordinates of the face's shape, named in `shape.IDENTITY`; `skin` is CIELAB,
    `eyes`, `clothes` and `pattern_colour` are RGB 0..255; `wrinkles`, `beard` and `makeup` are 0..1.
    """

    age: str
    gender: str
    race: str
    shape: np.ndarray
    bumps: np.ndarray
    skin: np.ndarray
    eyes: np.ndarray
    hair: Hair
    beard: float
    makeup: float
    wrinkles: float
    shoulders: float
    clothes: np.ndarray
    pattern: str
    pattern_colour: np.ndarray
    neckline: float
    texture_seed: int


def draw_person(rng: np.random.Generator, shape_count: int) -> Person:
    """Draw a person; labels are independent of each other and only mildly visible."""
    age = int(rng.choice(len(AGES), p=_AGE_SHARES))
    gender, race = int(rng.integers(len(GENDERS))), int(rng.integers(len(RACES)))
    male, child = GENDERS[gender] == "Male", age <= 1
    beard = float(rng.uniform(0.3, 1.0)) if male and age >= 3 and rng.random() < 0.4 else 0.0
    makeup = float(rng.uniform(0.3, 1.0)) if not male and age >= 2 and rng.random() < 0.7 else 0.0
    return Person(
        age=AGES[age],
        gender=GENDERS[gender],
        race=RACES[race],
        shape=_shape(rng, shape_count, male, age),
        bumps=rng.normal(size=(8, 3)),
        skin=_SKIN[race] + rng.normal(size=3) * _SKIN_DEVIATION,
        eyes=np.array([[70, 45, 30], [95, 70, 40], [90, 110, 80], [95, 125, 150]])[
            rng.choice(4, p=[0.35, 0.25, 0.2, 0.2] if race == 0 else [0.75, 0.2, 0.04, 0.01])
        ],
        hair=_hair(rng, male, age, race),
        beard=beard,
        makeup=makeup,
        wrinkles=float(np.clip((age - 4) / 4 + rng.normal() * 0.1, 0, 1)),
        shoulders=float((0.8 if child else 1.06 if male else 0.95) * rng.normal(1, 0.04)),
        clothes=_cloth(rng),
        pattern=str(rng.choice(["plain", "plain", "stripes", "checks", "jacket"])),
        pattern_colour=_cloth(rng),
        neckline=float(rng.uniform(0, 1)),
        texture_seed=int(rng.integers(2**31)),
    )


def _cloth(rng: np.random.Generator) -> np.ndarray:
    return np.clip(rng.uniform(15, 235) + rng.normal(0, 35, 3), 8, 245)


def _shape(rng: np.random.Generator, count: int, male: bool, age: int) -> np.ndarray:
    """Draw shape coordinates; the first four are face width, jaw width, chin length and size of the eyes."""
    shape = rng.normal(size=count)
    shape[1] += 0.7 if male else -0.6
    shape[2] += 0.4 if male else -0.3
    shape[3] += -0.3 if male else 0.4
    if age <= 1:
        shape[:4] += [0.8, -0.3, -1.8, 1.6]
    return np.clip(shape, -2.2, 2.2)


def _hair(rng: np.random.Generator, male: bool, age: int, race: int) -> Hair:
    lengths = ["bald", "short", "medium", "long"]
    shares = [0.05 if age < 4 else 0.2, 0.85, 0.07, 0.03] if male else [0.0, 0.22, 0.38, 0.4]
    length = lengths[rng.choice(4, p=np.array(shares) / sum(shares))] if age else "short"
    colour = _HAIR[rng.choice(len(_HAIR), p=_FAIR_HAIRED if race == 0 else _DARK_HAIRED)].astype(float)
    grey = np.clip((age - 4) / 3 + rng.normal() * 0.2, 0, 1) if age >= 5 else 0.0
    colour = (colour + (_GREY_HAIR - colour) * grey) * rng.uniform(0.85, 1.15)
    hairline = rng.uniform(-0.38, -0.2) if rng.random() < (0.2 if male else 0.45) else rng.uniform(-0.1, 0.02)
    hairline += 0.1 if male and age >= 5 else 0.0
    volume = {"bald": 0.012, "short": rng.uniform(0.04, 0.1)}.get(length, rng.uniform(0.07, 0.14))
    return Hair(
        length, np.clip(colour, 8, 235), float(volume), float(hairline), float(rng.choice([0.1, 0.25, 0.6, 1.0]))
    )
