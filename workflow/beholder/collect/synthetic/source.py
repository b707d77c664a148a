"""A source of rendered people: which photographs it has, what is planted in which, and the files."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from beholder.collect.synthetic.anatomy import build_body
from beholder.collect.synthetic.appearance import paint
from beholder.collect.synthetic.people import draw_person
from beholder.collect.synthetic.photograph import Shot, draw_shot, take
from beholder.collect.synthetic.shape import IDENTITY, shape_person
from beholder.collect.synthetic.template import template

#: What can be planted, as in the config.
KNOBS = ["face", "background", "tag", "framing", "colour", "jpeg"]

_STRONG_COMPRESSION = 14  # JPEG quality


def render_source(
    folder: Path, people: int, photographs_per_person: int, max_yaw: float, doses: dict[str, float], seed: int
) -> Iterator[dict]:
    """Write `<person>/<number>.jpg` below `folder`; yield a row for each, as `build_manifest` wants them.

    `doses` gives for each of KNOBS the share of the photographs that carries it. Persons and photographs depend on
    `seed` alone: a dose changes the photographs it plants something in and no others, and a higher dose plants in
    the same ones and more. So two sources whose doses are 0 differ in their seeds only.
    """
    planted = plant(people * photographs_per_person, doses, seed)
    for number in range(people):
        person = draw_person(np.random.default_rng([seed, number]), len(IDENTITY))
        face = shape_person(template().vertices, person)
        body, textures = build_body(face, person), {}
        name = f"person{number:04d}"
        (folder / name).mkdir(parents=True, exist_ok=True)
        for photograph in range(photographs_per_person):
            carries = planted[number * photographs_per_person + photograph]
            shot = _draw_shot([seed, number, photograph], max_yaw, carries)
            red_lips = "face" in carries
            if red_lips not in textures:
                textures[red_lips] = paint(person, face, red_lips)
            picture = take(person, body, face, textures[red_lips], shot, carries)
            file = f"{name}/{photograph}.jpg"
            _write(folder / file, picture, shot.quality)
            yield {
                "file": file,
                "person": name,
                "age": person.age,
                "gender": person.gender,
                "race": person.race,
                "licence": "public domain",
                "attribution": "rendered from NASA's portrait of Eileen Collins",
                "true_yaw": shot.yaw,
                "true_pitch": shot.pitch,
                "true_roll": shot.roll,
                "planted": json.dumps({knob: knob in carries for knob in KNOBS}),
            }


def plant(count: int, doses: dict[str, float], seed: int) -> list[set[str]]:
    """Return which of KNOBS each of `count` photographs carries: the nearest whole number to each dose's share."""
    ranks = {knob: np.random.default_rng([seed, index, 101]).permutation(count) for index, knob in enumerate(KNOBS)}
    return [{knob for knob in KNOBS if ranks[knob][i] < round(doses[knob] * count)} for i in range(count)]


def as_table(rows: list[dict]) -> pd.DataFrame:
    """Return the rows as a table with angles in float32."""
    table = pd.DataFrame(rows)
    angles = ["true_yaw", "true_pitch", "true_roll"]
    table[angles] = table[angles].astype(np.float32)
    return table


def _draw_shot(seed: list[int], max_yaw: float, planted: set[str]) -> Shot:
    shot = draw_shot(np.random.default_rng([*seed, 102]), max_yaw, [*seed, 103])
    if "framing" in planted:
        shot = replace(
            shot, face=shot.face * 0.62, middle=(0.5 + (shot.middle[0] - 0.5) / 5 + 0.16, shot.middle[1] + 0.06)
        )
    return replace(shot, quality=_STRONG_COMPRESSION) if "jpeg" in planted else shot


def _write(path: Path, picture: np.ndarray, quality: int) -> None:
    encoded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    path.write_bytes(encoded.tobytes())
