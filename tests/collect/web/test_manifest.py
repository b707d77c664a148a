"""What a collection leaves behind: manifest, report, and files in their folder."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from collect.servers.lists import works, write_people
from collect.servers.services import FakeCommons
from scripts import collect_web

ADA = "Ada Lovelace"


@pytest.fixture
def job(tmp_path, web):
    """Run the program of the rule; return manifest and report."""

    def run(names, commons, per_person=2, **section):
        people = write_people(tmp_path / "people.tsv", names)
        settings = {
            "name": "stars",
            "kind": "commons",
            "looks": 1,
            "shards": 2,
            "people": str(people),
            "api": commons.api,
            "filters": {"per_person": per_person},
            "requests": {
                "contact": "test@example.org",
                "interval": 0,
                "back_off": 0,
                "timeout": 2.0,
                "allow_private": [web.host],
            },
            **section,
        }
        manifest, missing = tmp_path / "manifest.parquet", tmp_path / "missing.csv"
        collect_web.main(settings=settings, people=people, manifest=manifest, missing=missing, cache=tmp_path / "cache")
        return pd.read_parquet(manifest), pd.read_csv(missing, keep_default_na=False)

    return run


def test_every_photograph_has_its_provenance_and_its_labels(job, web):
    dated, undated = works(ADA, 2)
    dated.taken, undated.taken = "1999-02-28 10:00:00", None
    manifest, _ = job([ADA], FakeCommons(web, {ADA: [dated, undated]}))
    assert not {"url", "page", "licence", "author", "attribution", "retrieved", "query", "rank", "headers"} - set(
        manifest
    )
    first, second = manifest.to_dict("records")
    assert first["person"] == "people/Ada_Lovelace", "she is the same person in every source that is asked for her"
    assert first["image_id"] == f"stars/Ada_Lovelace/{first['sha256'][:16]}"
    assert hashlib.sha256(Path(first["path"]).read_bytes()).hexdigest() == first["sha256"]
    assert json.loads(first["headers"])["content-type"] == "image/jpeg"
    assert (first["gender"], first["race"], first["query"], first["rank"]) == (
        "Female",
        "White",
        f"{ADA} filetype:bitmap",
        1,
    )
    # Born 1980-02-29: 18 on the day of the first photograph.
    assert (first["age"], first["age_basis"], first["captured"]) == ("10-19", "capture", "1999-02-28")
    assert (second["age_basis"], second["captured"]) == ("collection", None)


def test_what_is_missing_is_reported_per_person_and_the_rest_goes_on(job, web):
    small = works("Grace Hopper", 1)[0]
    small.width = 50
    manifest, report = job(
        [ADA, "Grace Hopper", "Nobody"], FakeCommons(web, {ADA: works(ADA, 2), "Grace Hopper": [small]})
    )
    assert len(manifest) == 2
    rows = report.set_index("name")
    assert rows["missing"].to_dict() == {ADA: 0, "Grace Hopper": 2, "Nobody": 2}
    assert rows.loc["Grace Hopper", "left_out"] == "1 too_small"
    assert rows.loc["Nobody", "results"] == 0


def test_on_missing_stop_stops_and_keeps_the_report(job, web, tmp_path):
    with pytest.raises(BeholderError, match=r"1 of 2 people of `stars` lack photographs.*Nobody: 0 of 2"):
        job([ADA, "Nobody"], FakeCommons(web, {ADA: works(ADA, 2)}), on_missing="stop")
    assert not (tmp_path / "manifest.parquet").exists()
    assert len(pd.read_csv(tmp_path / "cache/missing.csv")) == 2


def test_a_collection_of_nothing_is_an_error(job, web):
    with pytest.raises(BeholderError, match="not a single photograph"):
        job([ADA], FakeCommons(web, {}))


def test_names_of_any_script_and_any_character_stay_in_the_folder(job, web, tmp_path):
    names = [
        "../../etc/passwd",
        "..",
        "A/B",
        "A\\B",
        'Dwayne "The Rock" Johnson',
        "李小龍",
        "Зоя Ж.",
        "O'Neill",
        "ゆりこ",
        "-rf",
        "CON.",
        "a:b|c?*",
    ]
    names = [name for name in names if any(letter.isalnum() for letter in name)]
    found = {name.replace('"', " "): works(f"{number} of {name}", 2) for number, name in enumerate(names)}
    for files in found.values():
        for number, work in enumerate(files):
            work.name = f"{hash(work.name)}-{number}.jpg"
    manifest, report = job(names, FakeCommons(web, found))
    assert report["kept"].tolist() == [2] * len(names)
    assert manifest["person"].nunique() == len(names)
    folder = (tmp_path / "cache/photographs").resolve()
    for row in manifest.itertuples():
        assert folder in (tmp_path / row.path).resolve().parents
        parts = row.image_id.split("/")
        assert len(parts) == 3
        assert not {".", "..", ""} & set(parts)
    outside = [path for path in tmp_path.rglob("*.jpg") if folder not in path.resolve().parents]
    assert outside == []
