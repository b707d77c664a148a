"""From manifests to the selection, through both programs."""

import hashlib
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from beholder.common.errors import BeholderError
from beholder.config.faces import Crop, Pose, Select
from beholder.faces.table import SCHEMA
from faces.conftest import jpeg
from scripts import crop_faces, select_faces

SETTINGS = {"crop": Crop(size=96).model_dump(), "pose": Pose().model_dump()}


@pytest.fixture(scope="module")
def run(tmp_path_factory, portrait):
    """Two sources: a portrait, its mirror image, its copy and bad files; and a brightened portrait."""
    folder = tmp_path_factory.mktemp("run")
    files = {
        "stars/a": jpeg(portrait),
        "stars/copy": jpeg(portrait),
        "stars/mirrored": jpeg(portrait[:, ::-1].copy(), quality=60),
        "stars/truncated": jpeg(portrait)[:9000],
        "stars/blank": jpeg(np.full((99, 99, 3), 9, np.uint8)),
        "stars/missing": None,
        "stars/other_shard": jpeg(portrait[100:].copy()),
        "folk/left": jpeg(portrait[:400, :400].copy()),
    }
    rows = []
    for number, (image_id, data) in enumerate(files.items()):
        path = folder / f"{image_id}.jpg"
        path.parent.mkdir(exist_ok=True)
        if data is not None:
            path.write_bytes(data)
        source = image_id.split("/")[0]
        rows.append(
            {
                "image_id": image_id, "path": str(path), "person": f"{source}/{number}", "source": source,
                "looks": int(source == "stars"), "shard": int("other" in image_id),
                "sha256": data and hashlib.sha256(data).hexdigest(), "licence": "public domain",
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    for source in ("stars", "folk"):
        table[table["source"] == source].to_parquet(folder / f"{source}.parquet")
    for source, shard in [("stars", 0), ("stars", 1), ("folk", 0), ("folk", 1)]:
        crop_faces.main(
            settings=SETTINGS,
            manifest=folder / f"{source}.parquet",
            shard=shard,
            faces=folder / f"{source}{shard}.parquet",
        )
    return folder


def select(folder, **changes) -> tuple[pd.DataFrame, pd.DataFrame]:
    arguments = {
        "settings": Select().model_dump(),
        "manifests": [folder / "stars.parquet", folder / "folk.parquet"],
        "faces": [folder / f"{source}{shard}.parquet" for source in ("stars", "folk") for shard in (0, 1)],
        "selection": folder / "selection.parquet",
        "funnel": folder / "funnel.csv",
    }
    select_faces.main(**{**arguments, **changes})
    return pd.read_parquet(folder / "selection.parquet"), pd.read_csv(folder / "funnel.csv")


def test_every_photograph_of_the_shard_has_a_row(run):
    faces = pd.read_parquet(run / "stars0.parquet").set_index("image_id")
    assert faces["reason"].to_dict() == {
        "stars/a": None, "stars/copy": None, "stars/mirrored": None, "stars/truncated": "unreadable",
        "stars/blank": "no_face", "stars/missing": "missing",
    }  # fmt: skip
    assert pd.read_parquet(run / "stars1.parquet")["image_id"].tolist() == ["stars/other_shard"]


def test_an_empty_shard_is_a_table_without_rows(run):
    file = pq.ParquetFile(run / "folk1.parquet")
    assert file.metadata.num_rows == 0
    assert file.schema_arrow.equals(SCHEMA)


def test_same_bytes_for_the_same_photographs(run, tmp_path):
    again = tmp_path / "again.parquet"
    crop_faces.main(settings=SETTINGS, manifest=run / "stars.parquet", shard=0, faces=again)
    assert again.read_bytes() == (run / "stars0.parquet").read_bytes()


def test_selection(run):
    table, funnel = select(run)
    table = table.set_index("image_id")
    assert table["reason"].to_dict() == {
        "stars/a": None, "stars/copy": "duplicate", "stars/mirrored": None, "stars/truncated": "unreadable",
        "stars/blank": "no_face", "stars/missing": "missing", "stars/other_shard": "no_face", "folk/left": None,
    } | {"stars/other_shard": table.loc["stars/other_shard", "reason"]}  # fmt: skip
    cluster = table["cluster"]
    assert cluster["stars/a"] == cluster["stars/copy"] == cluster["stars/mirrored"]
    assert cluster.nunique() == len(table) - 2
    assert not {"crop", "mask", "landmarks", "thumbnail"} & set(table.columns)
    assert {"licence", "yaw", "phash"} <= set(table.columns)
    counts = funnel.pivot_table(index="source", columns="step", values="count")
    assert (counts["collected"] == counts.drop(columns="collected").sum(axis=1)).all()
    assert counts.loc["stars", "collected"] == 7


def test_rejections_by_hand(run, tmp_path):
    rejections = tmp_path / "rejections.csv"
    rejections.write_text("image_id,reason\nstars/a,drawing\n")
    table, _ = select(run, rejections=rejections)
    assert table.set_index("image_id")["reason"][["stars/a", "stars/copy"]].tolist() == ["by_hand", "by_hand"]


def test_faces_of_another_run_are_an_error(run):
    with pytest.raises(BeholderError, match="1 photographs, such as folk/left"):
        select(run, faces=[run / "stars0.parquet", run / "stars1.parquet"])


def test_a_damaged_list_of_rejections_is_not_to_be_deleted(run, tmp_path):
    rejections = tmp_path / "rejections.csv"
    rejections.write_bytes("image_id,reason\nstars/ä,drawing\n".encode("latin-1"))
    with pytest.raises(BeholderError, match="Expected a UTF-8 CSV") as error:
        select(run, rejections=rejections)
    assert "Delete" not in str(error.value)


def test_rejections_are_an_option_of_the_command(run, tmp_path):
    rejections = tmp_path / "rejections.csv"
    rejections.write_text("image_id,reason\nstars/a,drawing\n")
    faces = [str(run / f"{source}{shard}.parquet") for source in ("stars", "folk") for shard in (0, 1)]
    with pytest.raises(SystemExit) as ended:
        select_faces.main.run(
            ["--settings", json.dumps({"cfg": Select().model_dump(), "code": None}), "--manifests", str(run / "stars.parquet"),
             str(run / "folk.parquet"), "--faces", *faces, "--selection", str(tmp_path / "s.parquet"), "--funnel",
             str(tmp_path / "f.csv"), "--rejections", str(rejections)]
        )  # fmt: skip
    assert ended.value.code in (0, None)
    assert "by_hand" in set(pd.read_parquet(tmp_path / "s.parquet")["reason"])
