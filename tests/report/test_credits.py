"""Credits for everything used, and a datasheet whose counts add up."""

import pandas as pd

from beholder.report.credits import datasheet
from scripts import write_credits


def selection() -> pd.DataFrame:
    web = {
        "source": "stars", "looks": 1, "licence": "CC BY 4.0", "url": "https://upload.example.org/1.jpg", "retrieved": "2025-07-01T10:00:00+00:00",
        "captured": "2012-05-06", "age_basis": "capture", "width": 640, "height": 480, "gender": "Female", "race": None, "age": "30-39",
    }  # fmt: skip
    rows = [
        {**web, "image_id": "stars/a/1", "person": "stars/a", "kept": True, "attribution": "“1.jpg” by X, CC BY 4.0", "page": "https://example.org/1"},
        {**web, "image_id": "stars/a/2", "person": "stars/a", "kept": False, "attribution": "“2.jpg” by Y", "page": None},
        *(
            {
                "image_id": f"faces/{number}", "person": f"faces/{number}", "source": "faces", "looks": 0, "kept": True, "licence": "CC BY 4.0",
                "attribution": "FairFace, Karkkainen & Joo", "width": 224, "height": 224,
            }
            for number in range(3)
        ),
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_every_photograph_used_is_credited_and_no_other(tmp_path):
    selection().to_parquet(tmp_path / "selection.parquet")
    out = {
        name: tmp_path / f"{name}.{ending}"
        for name, ending in [("credits", "md"), ("credits_table", "csv"), ("sheet", "md"), ("sheet_table", "csv")]
    }
    write_credits.main(settings={"title": "run"}, selection=tmp_path / "selection.parquet", **out)
    page = out["credits"].read_text()
    assert "- “1.jpg” by X, CC BY 4.0 <https://example.org/1>" in page
    assert "- 3 photographs: FairFace, Karkkainen & Joo" in page
    assert "2.jpg" not in page
    table = pd.read_csv(out["credits_table"])
    assert table["image_id"].tolist() == ["stars/a/1", "faces/0", "faces/1", "faces/2"]
    assert {"attribution", "licence", "author", "page", "url", "retrieved", "sha256"} <= set(table)
    assert "| upload.example.org | 2 | 1 |" in out["sheet"].read_text()


def test_each_table_of_the_datasheet_counts_every_photograph_once():
    counts = datasheet(selection())
    totals = counts.groupby("table")[["collected", "kept"]].sum()
    assert (totals["collected"] == 5).all()
    assert (totals["kept"] == 4).all()
    assert {"person", "group", "licence", "host", "shorter side", "year of capture"} <= set(totals.index)


def test_ranges_of_numbers_are_in_the_order_of_the_numbers():
    ages = ["3-9", "10-19", "0-2", "more than 70", None, "60-69"]
    rows = pd.DataFrame(
        {"age": ages, "looks": 0, "source": "faces", "kept": True, "width": 150, "height": [90, 2000] * 3}
    )
    table = datasheet(rows.reindex(columns=[*rows, "gender", "race", "licence", "url", "retrieved", "person"]))
    by_age = table.loc[table["table"] == "age", "value"].tolist()
    assert by_age == ["0-2", "3-9", "10-19", "60-69", "more than 70", "unknown"]
