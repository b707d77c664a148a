"""Tables as the earlier stages would hand them over."""

import cv2
import numpy as np
import pandas as pd

SIZE = 96


def selection(people: list[dict]) -> pd.DataFrame:
    """Return faces/selection.parquet for people given as `looks`, `images`, and any columns of theirs."""
    rows = []
    for number, person in enumerate(people):
        source = ("normal", "good")[person["looks"]]
        for image in range(person["images"]):
            labels = {"gender": "Male", "race": None, "age": None, "part": None, "kept": True, "cluster": number}
            name = f"{source}/{number}/{image}"
            rows.append(labels | {"image_id": name, "path": f"photographs/{name}.jpg", "source": source} | person)
            rows[-1]["person"] = f"{source}/{number}"
    return pd.DataFrame(rows).drop(columns="images")


def face_table(image_ids: list[str], size: int = SIZE) -> pd.DataFrame:
    """Return a face table of rendered heads: a red head with a dark face on a blue background, left to itself."""
    return pd.DataFrame([face_row(image_id, size) for image_id in image_ids])


def face_row(image_id: str, size: int = SIZE) -> dict:
    """Return one row; the number in `image_id` is the red value of the head."""
    head, oval = ellipse(size, 0.30, 0.38), ellipse(size, 0.2, 0.25)
    crop = np.zeros((size, size, 3), np.uint8) + np.uint8([20, 40, 220])
    crop[head > 127] = (int(image_id.split("/")[-1]), 30, 30)
    crop[oval > 127] = (60, 60, 40)
    return {
        "image_id": image_id,
        "mask_plausible": True,
        "crop": cv2.imencode(".png", crop[..., ::-1])[1].tobytes(),
        "mask": cv2.imencode(".png", head)[1].tobytes(),
        "landmarks": mesh(size).ravel(),
    }


def ellipse(size: int, width: float, height: float) -> np.ndarray:
    """Return uint8 [size, size]: 255 inside an ellipse in the middle, with half axes as shares of the side."""
    picture = np.zeros((size, size), np.uint8)
    axes = (round(width * size), round(height * size))
    return cv2.ellipse(picture, (size // 2, size // 2), axes, 0, 0, 360, 255, -1)


def mesh(size: int) -> np.ndarray:
    """Return float32 [478, 3] landmarks whose face oval is an ellipse in the middle."""
    from beholder.faces.mesh import FACE_OVAL

    landmarks = np.full((478, 3), size / 2, np.float32)
    turn = np.linspace(0, 2 * np.pi, len(FACE_OVAL), endpoint=False)
    landmarks[FACE_OVAL, 0] = size / 2 - 0.2 * size * np.sin(turn)
    landmarks[FACE_OVAL, 1] = size / 2 - 0.25 * size * np.cos(turn)
    return landmarks
