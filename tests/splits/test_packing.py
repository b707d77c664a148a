"""Packed rows are the images of the split, in its order, from whatever shard they come."""

import numpy as np
import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from beholder.common.tables import read_table, write_table
from beholder.config.splits import Pack
from beholder.splits.backgrounds import compose
from beholder.splits.packing import decoded, pack, pack_geometry
from scripts import pack as pack_script
from scripts import pack_geometry as pack_geometry_script
from scripts import split as split_script
from splits.photographs import SIZE, face_row, face_table

IDS = [f"good/{number}" for number in (200, 130, 250, 90, 170)]


@pytest.fixture
def shards(tmp_path):
    """Two face tables that hold the images in another order, and some that nobody asked for."""
    tables = [["good/90", "good/10", "good/200"], ["good/250", "good/170", "good/20", "good/130"], ["good/30"]]
    paths = [tmp_path / f"{number}.parquet" for number in range(len(tables))]
    for path, ids in zip(paths, tables, strict=True):
        write_table(path, face_table(ids))
    return paths


@pytest.mark.parametrize("threads", [1, 3])
def test_rows_follow_the_split(tmp_path, shards, threads):
    pack(IDS, shards, "original", Pack(input_size=SIZE), tmp_path / "packed.npy", threads)
    packed = np.load(tmp_path / "packed.npy", mmap_mode="r")
    assert packed.shape == (5, SIZE, SIZE, 3) and packed.dtype == np.uint8
    assert packed[:, SIZE // 2, SIZE // 5 + 4, 0].tolist() == [200, 130, 250, 90, 170]


@pytest.mark.parametrize("mode", ["white", "blur", "harmonised"])
def test_pixels_are_composed_before_they_are_reduced(tmp_path, shards, mode):
    settings = Pack(input_size=SIZE // 2)
    pack(IDS, shards, mode, settings, tmp_path / "packed.npy")
    row = next(pd.DataFrame([face_row(IDS[0])]).itertuples())
    whole = compose(mode, decoded(row), settings).astype(float)
    means = whole.reshape(SIZE // 2, 2, SIZE // 2, 2, 3).mean((1, 3))
    assert np.abs(np.load(tmp_path / "packed.npy")[0] - means).max() <= 0.51


def test_a_missing_image_is_named_and_nothing_is_written(tmp_path, shards):
    with pytest.raises(BeholderError, match=r"1 images of the split .* good/77"):
        pack([*IDS, "good/77"], shards, "original", Pack(), tmp_path / "out" / "packed.npy")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_face_table_is_named(tmp_path, shards):
    with pytest.raises(BeholderError, match=r"9\.parquet does not exist"):
        pack(IDS, [*shards[1:], tmp_path / "9.parquet"], "original", Pack(), tmp_path / "packed.npy")


def test_geometry_lies_on_the_pixels(shards):
    small = pack_geometry(IDS, shards, SIZE // 2)
    assert small["image_id"].tolist() == IDS
    assert small["face"].shape == small["person"].shape == (5, SIZE // 2, SIZE // 2)
    assert (small["person"] >= small["face"]).all()
    assert small["face"][0].mean() / 255 == pytest.approx(np.pi * 0.2 * 0.25, rel=0.07)
    full = pack_geometry(IDS, shards, SIZE)
    assert np.allclose(small["landmarks"], (full["landmarks"] + 0.5) / 2 - 0.5)
    assert small["landmarks"].dtype == np.float32 and small["mask_plausible"].all()


def test_implausible_masks_are_counted(tmp_path, caplog):
    write_table(tmp_path / "0.parquet", face_table(IDS).assign(mask_plausible=[True, False, True, True, False]))
    with caplog.at_level("INFO"):
        pack(IDS, [tmp_path / "0.parquet"], "white", Pack(input_size=32), tmp_path / "packed.npy")
    assert "2 of 5 person masks are implausible" in caplog.text
    assert pack_geometry(IDS, [tmp_path / "0.parquet"], 32)["mask_plausible"].sum() == 3


def test_scripts_from_selection_to_packed_arrays(tmp_path):
    ids = [f"{source}/{number}" for source in ("good", "normal") for number in range(30)]
    table = pd.DataFrame({"image_id": ids, "path": ids, "person": ids, "source": "s", "part": None, "kept": True})
    table["looks"] = (table["image_id"].str[0] == "g").astype("int8")
    table = table.assign(age="20-29", gender="Male", race="White", cluster=range(60))
    write_table(tmp_path / "selection.parquet", table)
    write_table(tmp_path / "0.parquet", face_table(ids, 48))
    outputs = {name: tmp_path / f"{name}.csv" for name in ("train", "val", "test", "pretrain")}
    split_script.main(settings={"seed": 3}, selection=tmp_path / "selection.parquet", **outputs)
    faces, test = [tmp_path / "0.parquet"], read_table(outputs["test"])
    pack_script.main(
        settings={"background": "transparent", "input_size": 32, "feather": 1.0, "transparent_colour": [7, 7, 7]},
        split=outputs["test"], faces=faces, packed=tmp_path / "test.npy",
    )  # fmt: skip
    pack_geometry_script.main(
        settings={"input_size": 32}, split=outputs["test"], faces=faces, geometry=tmp_path / "g.npz"
    )
    packed = np.load(tmp_path / "test.npy")
    assert len(packed) == test["image_id"].nunique() and (packed[:, 0, 0] == 7).all()
    assert np.load(tmp_path / "g.npz")["image_id"].tolist() == test["image_id"].to_list()
