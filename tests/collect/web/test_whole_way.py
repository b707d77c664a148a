"""From a list of names to reviewed, credited faces, every program in turn, on rendered people behind a real server."""

import json
from pathlib import Path

import pandas as pd
import pytest

from beholder.config.faces import Curate, Faces
from beholder.config.report import Review
from beholder.report import review
from collect.servers.rendered import serve_rendered
from scripts import collect_web, crop_faces, curate, select_faces, write_credits, write_review

TEMPLATE = Path(review.__file__).with_name("review.html.j2")


@pytest.fixture
def collected(web, tmp_path, monkeypatch):
    """Collect two groups of people and read their faces; return the paths of manifests and face tables."""
    monkeypatch.chdir(tmp_path)
    faces = Faces().model_dump(mode="json")
    sources = serve_rendered(web, tmp_path / "served", {"good": 5, "normal": 5}, 3, {"background": 1.0})
    manifests, tables = [], []
    for name, section in sources.items():
        manifests.append(tmp_path / f"results/{name}/manifest.parquet")
        tables.append(tmp_path / f"results/{name}/0.parquet")
        collect_web.main(
            settings={"name": name, **json.loads(json.dumps(section))},
            people=tmp_path / "served/people.tsv",
            manifest=manifests[-1],
            missing=tmp_path / f"results/{name}/missing.csv",
            cache=tmp_path / f"resources/photographs/{name}",
        )
        crop_faces.main(
            settings={key: faces[key] for key in ("crop", "pose")}, manifest=manifests[-1], shard=0, faces=tables[-1]
        )
    return manifests, tables, faces["select"]


def select(collected, folder, rejections=None) -> pd.DataFrame:
    manifests, tables, settings = collected
    outputs = {"selection": folder / "selection.parquet", "funnel": folder / "funnel.csv"}
    select_faces.main(settings=settings, manifests=manifests, faces=tables, rejections=rejections, **outputs)
    return pd.read_parquet(outputs["selection"])


def test_names_become_faces_and_a_rejected_one_is_gone_on_the_next_run(collected, tmp_path):
    _, tables, settings = collected
    selection = select(collected, tmp_path)
    assert selection.groupby("looks")["kept"].sum().min() >= 10
    assert selection["page"].str.startswith("https://commons.wikimedia.org/wiki/File:").all()

    limits = {key: settings[key] for key in ("duplicate_distance", "duplicate_correlation")}
    curation, thumbnail = Curate().model_dump(), Review().thumbnail
    curate.main(
        settings={**curation, **limits},
        selection=tmp_path / "selection.parquet",
        faces=tables,
        suspicions=tmp_path / "suspicions.csv",
    )
    write_review.main(
        settings={"title": "test", "thumbnail": thumbnail},
        selection=tmp_path / "selection.parquet",
        suspicions=tmp_path / "suspicions.csv",
        template=TEMPLATE,
        page=tmp_path / "review.html",
    )
    assert (tmp_path / "review.html").read_text().count("<figure") == len(selection) == 30

    gone = selection.loc[selection["kept"], "image_id"].iloc[0]
    (tmp_path / "rejections.csv").write_text(f"image_id,reason\n{gone},wrong_person\n")
    again = select(collected, tmp_path, tmp_path / "rejections.csv").set_index("image_id")
    assert (again.loc[gone, "kept"], again.loc[gone, "reason"]) == (False, "by_hand")

    names = ("credits", "credits_table", "sheet", "sheet_table")
    outputs = {name: tmp_path / (f"{name}.csv" if name.endswith("table") else f"{name}.md") for name in names}
    write_credits.main(settings={"title": "test"}, selection=tmp_path / "selection.parquet", **outputs)
    credited = pd.read_csv(outputs["credits_table"])
    assert set(credited["image_id"]) == set(again.index[again["kept"]])
    assert credited["attribution"].str.contains("via Wikimedia Commons").all()
