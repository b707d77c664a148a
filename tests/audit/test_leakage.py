"""Leaks between splits are found by kind, and their gain is measured."""

import cv2
import numpy as np
import pandas as pd
import pytest

from beholder.audit.leakage import leakage_gain, overlap_rows, touched
from beholder.audit.uncertainty import resample
from beholder.common.phash import phash, thumbnail


def photograph(seed, size=160):
    random = np.random.default_rng(seed)
    return cv2.resize(random.integers(0, 256, (9, 9, 3), dtype=np.uint8), (size, size), interpolation=cv2.INTER_CUBIC)


def table(images, persons, files):
    greys = [thumbnail(image) for image in images]
    hashes = np.array([phash(grey) for grey in greys], np.uint64).reshape(-1, 2)
    return pd.DataFrame(
        {
            "image_id": [f"i/{k}" for k in files],
            "sha256": files,
            "person": persons,
            "phash": hashes[:, 0],
            "phash_mirrored": hashes[:, 1],
            "thumbnail": greys,
        }
    )


@pytest.fixture(scope="module")
def splits():
    train = [photograph(seed) for seed in range(30)]
    compressed = cv2.imdecode(cv2.imencode(".jpg", train[1], [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_COLOR)
    test = [train[0], compressed, cv2.resize(train[2], (96, 96)), train[3][:, ::-1], photograph(99), photograph(98)]
    persons = [f"p{n}" for n in range(29)] + [None]
    return table(train, persons, [f"a{n}" for n in range(30)]), table(
        test, ["t0", "t1", "t2", "t3", "p4", None], ["a0", "b1", "b2", "b3", "b4", "b5"]
    )


def test_every_kind_of_leak_is_found_and_nothing_else(splits):
    found = touched(dict(zip(("train", "test"), splits, strict=True)))["train", "test"].drop(columns="image_id")
    expected = {"exact": [0], "near": [1, 2], "mirrored": [3], "person": [4]}
    assert {kind: np.flatnonzero(found[kind]).tolist() for kind in found} == expected


def test_an_empty_training_set_leaks_nothing(splits):
    train, test = splits
    assert not touched({"train": train.iloc[:0], "test": test})["train", "test"].drop(columns="image_id").any(axis=None)


def test_every_pair_of_sets_is_compared(splits):
    train, test = splits
    found = touched({"train": train, "val": test.iloc[2:5], "test": test.iloc[[0, 4]]})
    counts = {pair: kinds.drop(columns="image_id").sum().to_dict() for pair, kinds in found.items()}
    assert counts == {
        ("train", "val"): {"exact": 0, "near": 1, "mirrored": 1, "person": 1},
        ("train", "test"): {"exact": 1, "near": 0, "mirrored": 0, "person": 1},
        ("val", "test"): {"exact": 1, "near": 0, "mirrored": 0, "person": 1},
    }
    rows = pd.DataFrame(overlap_rows(found)).set_index("detail")
    assert (
        len(rows) == 12 and rows.loc["train, val: mirrored", "estimate"] == 1 and rows.loc["val, test: near", "n"] == 2
    )


def test_gain_of_remembered_photographs():
    looks = np.tile([1, 0], 20)
    margins = np.where(looks == 1, 1.0, -1.0)
    margins[20:] *= np.where(np.arange(20) % 4 < 2, 1, -1)
    remembered = np.arange(40) < 20
    gain = leakage_gain(margins[None], looks, remembered, resample(np.arange(40), looks, 1, 20, seed=0))
    assert (gain["all"][0], gain["untouched"][0], gain["gain"][0]) == (0.75, 0.5, 0.25)
    none = leakage_gain(margins[None], looks, remembered & False, resample(np.arange(40), looks, 1, 20, seed=0))
    assert (none["gain"] == 0).all()
    everything = leakage_gain(margins[None], looks, remembered | True, resample(np.arange(40), looks, 1, 20, seed=0))
    assert np.isnan(everything["gain"][0])
