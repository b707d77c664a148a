"""Suspicions: each kind is found where it was planted, and a clean collection is left alone."""

import cv2
import numpy as np
import pandas as pd
import pytest

from beholder.common.phash import phash, thumbnail
from beholder.faces.curation.drawings import drawing_score
from beholder.faces.curation.likeness import unlikeness
from beholder.faces.curation.suspicions import find_suspicions
from collect.servers.pictures import picture

PEOPLE, EACH = 12, 5


def decode(body: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def meshes(seed: int = 0) -> np.ndarray:
    """Return [PEOPLE, EACH, 80, 3] meshes: people differ, and each is moved, turned, scaled and smiles differently."""
    random = np.random.default_rng(seed)
    mean, smile = random.normal(size=(80, 3)) * 60, random.normal(size=(80, 3)) * 4
    people = mean + random.normal(size=(PEOPLE, 1, 80, 3)) * 3
    faces = people + smile * random.normal(size=(PEOPLE, EACH, 1, 1)) + random.normal(size=(PEOPLE, EACH, 80, 3)) * 0.8
    for person, number in np.ndindex(PEOPLE, EACH):
        turn = cv2.Rodrigues(random.normal(size=3) * 0.3)[0]
        faces[person, number] = faces[person, number] @ turn * random.uniform(0.7, 1.3) + random.normal(size=3) * 20
    return faces


def names() -> np.ndarray:
    return np.repeat([f"web/{number}" for number in range(PEOPLE)], EACH)


def test_a_face_that_is_somebody_elses_is_unlike_whatever_its_pose_and_smile():
    landmarks = meshes().reshape(-1, 80, 3)
    swapped = landmarks.copy()
    swapped[[3, 40]] = swapped[[40, 3]]
    before, after = unlikeness(landmarks, names()), unlikeness(swapped, names())
    assert before.max() <= 0.1
    assert sorted(np.flatnonzero(after > 0.1)) == [3, 40]


def test_too_few_photographs_or_people_say_nothing():
    landmarks = meshes().reshape(-1, 80, 3)
    assert np.isnan(unlikeness(landmarks[:20], names()[:20])).all()  # four people
    few = np.delete(np.arange(PEOPLE * EACH), [0, 1, 2])  # the first person keeps two
    found = unlikeness(landmarks[few], names()[few])
    assert np.isnan(found[:2]).all()
    assert not np.isnan(found[2:]).any()


def test_drawings_score_high_and_real_faces_low(shared_data):
    files = sorted((shared_data / "fairface/train").glob("*.jpg"))[:100]
    faces = [decode(path.read_bytes()) for path in files]
    photographs = np.array([drawing_score(face)[0] for face in faces])
    assert np.mean(photographs > 1) <= 0.04
    sketches = [_sketch(face) for face in faces[:20]]
    assert all(drawing_score(sketch)[0] > 1 for sketch in sketches)
    assert drawing_score(sketches[0])[1] == "paper"
    assert drawing_score(_figure()) > (1, "")
    assert drawing_score(_figure())[1] == "edges"


def _sketch(face: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(cv2.divide(grey, cv2.GaussianBlur(grey, (21, 21), 0), scale=256), cv2.COLOR_GRAY2RGB)


def _figure() -> np.ndarray:
    face = np.full((300, 300, 3), (30, 90, 160), np.uint8)
    cv2.ellipse(face, (150, 160), (85, 110), 0, 0, 360, (220, 180, 150), -1, cv2.LINE_AA)
    for x in (115, 185):
        cv2.circle(face, (x, 140), 12, (40, 30, 20), -1, cv2.LINE_AA)
    cv2.ellipse(face, (150, 220), (30, 10), 0, 0, 180, (180, 60, 60), -1, cv2.LINE_AA)
    return face


@pytest.fixture
def collection(tmp_path):
    """Photographs of twelve people as `select_faces` and `crop_faces` describe them; a function applies changes."""

    def build(changes: dict[int, dict]) -> tuple[pd.DataFrame, list]:
        landmarks, rows = meshes().reshape(-1, 80, 3), []
        for number, person in enumerate(names()):
            body = changes.get(number, {}).get("body", picture(f"face {number}"))
            pixels = thumbnail(decode(body))
            straight, mirrored = phash(pixels)
            row = {
                "image_id": f"{person}/{number}", "person": person, "sha256": str(hash(body)), "n_faces": 1,
                "phash": f"{straight:016x}", "phash_mirrored": f"{mirrored:016x}", "thumbnail": pixels.tobytes(),
                "crop": picture(f"face {number}", 300, 300), "landmarks": np.repeat(landmarks[number], 4, axis=0).ravel(),
            }  # fmt: skip
            rows.append({**row, **{key: value for key, value in changes.get(number, {}).items() if key != "body"}})
        table = pd.DataFrame(rows)
        paths = [tmp_path / f"{shard}.parquet" for shard in range(2)]
        for shard, path in enumerate(paths):
            table.iloc[shard::2][["image_id", "crop", "landmarks", "thumbnail"]].to_parquet(path)
        return table.drop(columns=["crop", "landmarks", "thumbnail"]), paths

    return build


def find(selection, faces) -> dict[tuple[str, str], object]:
    table = find_suspicions(selection, faces, unlike=0.1, drawing=1.0, duplicate_distance=6, duplicate_correlation=0.97)
    return {(row.image_id, row.suspicion): row.detail for row in table.itertuples()}


def test_a_clean_collection_is_not_suspected(collection):
    selection, faces = collection({})
    assert find(selection, faces) == {}


def test_faces_are_counted_and_what_was_never_measured_is_no_suspicion(collection):
    selection, faces = collection({0: {"n_faces": 0, "crop": None, "landmarks": None}, 1: {"n_faces": 3}})
    selection.loc[2, ["n_faces", "phash", "phash_mirrored"]] = None  # unreadable
    assert find(selection, faces) == {("web/0/0", "no_face"): None, ("web/0/1", "several_faces"): "3 faces"}


def test_duplicates_within_and_across_people_exact_near_and_mirrored(collection):
    original = picture("the original", 400, 400)
    pixels = cv2.imdecode(np.frombuffer(original, np.uint8), cv2.IMREAD_COLOR)
    smaller = cv2.imencode(".jpg", cv2.resize(pixels, (200, 200)), [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()
    mirrored = cv2.imencode(".jpg", pixels[:, ::-1])[1].tobytes()
    selection, faces = collection(
        {0: {"body": original}, 1: {"body": smaller}, 2: {"body": mirrored}, 7: {"body": original}}
    )
    found = find(selection, faces)
    assert {key for key in found if key[1] != "other_person"} == {
        ("web/0/1", "near_duplicate"),
        ("web/0/2", "mirrored_duplicate"),
        ("web/1/7", "exact_duplicate"),
    }
    assert found["web/1/7", "other_person"] == "web/0"
    assert [found[f"web/0/{number}", "other_person"] for number in (0, 1, 2)] == ["web/1"] * 3


def test_the_table_is_in_the_order_of_the_photographs_with_one_group_per_set_of_duplicates(collection):
    body = picture("twice")
    selection, faces = collection({50: {"n_faces": 2}, 11: {"body": body}, 12: {"body": body}, 3: {"n_faces": 0}})
    table = find_suspicions(selection, faces, 0.1, 1.0, 6, 0.97)
    assert table["image_id"].tolist() == ["web/0/3", "web/2/12", "web/10/50"]
    assert table["group"].notna().tolist() == [False, True, False]
