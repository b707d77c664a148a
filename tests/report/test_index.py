"""The index page, read as a browser would."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from beholder.common.errors import BeholderError
from beholder.report import index_items
from scripts import write_index

FIGURES = [
    {"rule": "plot_workflow"},
    {"rule": "plot_samples", "background": "original", "group": "good"},
    {"rule": "plot_samples", "background": "original", "group": "normal"},
    {"rule": "plot_funnel"},
    {"rule": "plot_curves", "recipe": "sound"},
    *(
        {"rule": "plot_heatmaps", "background": background, "group": group, "drawing": drawing, "recipe": "sound"}
        for background in ("original", "white", "blur")
        for group in ("good", "normal")
        for drawing in ("stock", "signed")
    ),
    *(
        {
            "rule": "plot_overlays",
            "background": "original",
            "backbone": model,
            "group": group,
            "recipe": "sound",
            "seed": 0,
        }
        for model in ("custom", "resnet50", "vit")
        for group in ("good", "normal")
    ),
    {"rule": "plot_reliance", "background": "original"},
]
SUMMARY = {
    **{"recipe": "sound", "background": ["original", "original"], "backbone": ["custom", "resnet18"], "seeds": 3},
    **{
        "network": ["resnet34, fairface", "resnet18, scratch"],
        "test_accuracy": [0.97, 0.91],
        "test_deviation": 0.01,
        "test_n": 200,
        "test_effective_n": 150.0,
    },
    **{"test_low": [0.93, 0.86], "test_high": [0.99, 0.95], "best_val": 0.98, "best_val_deviation": 0.0},
    **{"last_val": 0.97, "last_val_deviation": 0.0, "published_best_val": [1.0, np.nan], "published_last_val": np.nan},
}
#: Files that rules of their own make.
OF_THE_RUN = ["audit.html", "credits.md", "datasheet.md", "../config.yaml", "../figures/cost.png"]
OF_THE_RUN += ["../audit/cards.md", "../audit/hypotheses.md", "../audit/table.csv"]
EPOCHS = {
    **{"recipe": "sound", "background": "original", "backbone": "custom", "epoch": [1, 2], "seeds": 3},
    **{"train_accuracy": 0.9, "train_deviation": 0.01, "val_accuracy": 0.8, "val_deviation": 0.02},
}


@pytest.fixture
def write(tmp_path, pytestconfig, monkeypatch):
    """Write a page in a results folder and return it as text; `tables` are frames, `figures` descriptions."""
    monkeypatch.chdir(tmp_path)
    library = pytestconfig.rootpath / "workflow"

    def write(figures=FIGURES, tables=(SUMMARY, EPOCHS), title="A run", width=1500):
        paths = []
        for index, _ in enumerate(figures):
            path = Path(f"results/demo/figures/{index}.png")
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (width, 600), (10 * index, 0, 0)).save(path)
            path.with_suffix(".svg").write_text("<svg/>")
            paths.append(path)
        files = []
        for index, table in enumerate(tables):
            files.append(Path(f"results/demo/tables/{index}.csv"))
            files[-1].parent.mkdir(parents=True, exist_ok=True)
            pd.DataFrame(table).to_csv(files[-1], index=False)
        settings = {
            "title": title,
            "command": "snakemake --cores all",
            "figures": [{**figure, "inputs": ["results/demo/in.npz"], "more": 11} for figure in figures],
            "tables": [{"rule": "tabulate_accuracy", "inputs": [], "more": 0} for _ in tables],
        }
        write_index.main(
            settings,
            figures=paths,
            tables=files,
            captions=sorted((library / "report").glob("*.rst")),
            template=library / "beholder/report/index.html.j2",
            page=Path("results/demo/report/index.html"),
        )
        return Path("results/demo/report/index.html").read_text()

    return write


@pytest.fixture
def soup(write):
    return BeautifulSoup(write(), "html.parser")


def heading(figure) -> str:
    return " ".join(figure.h4.get_text(" ").split())


def test_page_is_self_contained_and_its_links_lead_to_files(soup):
    assert all(image["src"].startswith("data:image/webp;base64,") for image in soup.find_all("img"))
    assert not soup.find_all("link") and not soup.find_all("script", src=True) and not soup.find_all("iframe")
    assert "url(" not in soup.style.string and "@import" not in soup.style.string
    for link in soup.find_all("a"):
        if link["href"].startswith("#"):
            assert soup.find(id=link["href"][1:])
        elif link["href"] not in OF_THE_RUN:
            assert Path("results/demo/report", link["href"]).is_file()


def test_every_picture_is_there_once_with_words_for_those_who_do_not_see_it(soup):
    images = soup.find_all("img")
    assert len(images) == len(FIGURES)
    texts = [image["alt"] for image in images]
    assert all(len(text) > 10 for text in texts[:-1]), texts
    reds = {
        Image.open(io.BytesIO(base64.b64decode(image["src"].split(",")[1]))).getpixel((0, 0))[0] for image in images
    }
    assert len(reds) == len(FIGURES), "a picture stands for another"


def test_order_of_the_page(soup):
    assert [section["id"] for section in soup.find_all("section")] == [
        *["accuracy", "photographs", "funnel", "training", "heatmaps", "overlays", "workflow", "others"]
    ]
    assert [link["href"][1:] for link in soup.nav.find_all("a")] == [
        section["id"] for section in soup.find_all("section")
    ]
    assert soup.header.h1 and "97.0" in soup.header.get_text(), "the result comes first"


def test_stock_and_signed_heatmaps_stand_side_by_side(soup):
    section = soup.find(id="heatmaps")
    assert "two" in section["class"]
    batches = section.find_all(class_="batch")
    assert len(batches) == 3
    headings = [heading(figure) for figure in batches[0].find_all("figure")]
    assert headings == [
        "Source figure 6 Group “good”, as published",
        "Group “good”, registered and signed",
        "Source figure 7 Group “normal”, as published",
        "Group “normal”, registered and signed",
    ]
    assert "Source figure" not in batches[2].get_text(), "the source has no blurred background"


@pytest.mark.parametrize(
    ("item", "number"),
    [
        ({"rule": "plot_samples", "background": "original", "group": "normal"}, 4),
        ({"rule": "plot_samples", "background": "white", "group": "normal"}, None),
        ({"rule": "plot_curves", "recipe": "sound"}, 5),
        ({"rule": "plot_heatmaps", "background": "white", "group": "normal", "drawing": "stock"}, 9),
        ({"rule": "plot_overlays", "background": "original", "backbone": "custom", "group": "good"}, 10),
        ({"rule": "plot_overlays", "background": "original", "backbone": "efficientnet_b0", "group": "normal"}, 13),
        ({"rule": "plot_overlays", "background": "original", "backbone": "resnet50", "group": "normal"}, 19),
        ({"rule": "plot_overlays", "background": "original", "backbone": "vit", "group": "good"}, None),
        ({"rule": "plot_funnel"}, None),
    ],
)
def test_numbers_of_the_sources_figures(item, number):
    assert index_items.source_figure(item) == number


def test_each_picture_says_how_it_was_made(soup):
    made = soup.find(id="funnel").find(class_="made").get_text(" ")
    assert "plot_funnel" in made and "results/demo/in.npz" in made
    assert "snakemake --cores all -- results/demo/figures/3.png" in made


def test_tables_are_tables_with_their_notes(soup):
    accuracy = soup.find(id="accuracy")
    summary, epochs = accuracy.find_all("table")
    assert [cell.get_text() for cell in summary.tbody.tr.find_all("td")][2:7] == [
        *["Custom", "resnet34, fairface", "3", "97.00 ± 1.00 [93.00, 99.00]", "200 (150)"]
    ]
    assert "Wilson" in accuracy.find(class_="note").get_text()
    assert epochs.caption.get_text() == "Table 1: Custom Model (3 seeds)"
    assert epochs.find_parent("details"), "per-epoch tables are folded"
    assert all(th["scope"] == "col" for th in accuracy.find_all("th"))


def test_headline_names_best_and_worst_with_n_and_interval(soup):
    text = soup.header.get_text().replace("\xa0", " ")
    assert "Custom is right in 97.0 % (95 % interval 93.0 to 99.0)" in text
    assert "the lowest of 2 models, ResNet-18 is right in 91.0 %" in text
    assert "n = 200 test photographs, 3 seeds" in text


def test_headings_nest_without_gaps(soup):
    levels = [int(tag.name[1]) for tag in soup.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1 and levels.count(1) == 1
    scrolling = soup.find_all(class_="scroll")
    assert scrolling and all(region["tabindex"] == "0" and region["aria-label"] for region in scrolling)


def test_names_are_escaped(write):
    assert "<h1>A &lt;b&gt; &amp; c</h1>" in write(title="A <b> & c")


def test_same_input_same_page(write):
    assert write() == write()


def test_huge_pictures_are_reduced(write):
    soup = BeautifulSoup(write(figures=FIGURES[:1], width=6000), "html.parser")
    assert int(soup.img["width"]) == 2200
    assert Image.open(io.BytesIO(base64.b64decode(soup.img["src"].split(",")[1]))).width == 2200


def test_page_without_accuracy_has_no_headline(write):
    soup = BeautifulSoup(write(figures=FIGURES[:1], tables=()), "html.parser")
    assert "interval" not in soup.header.get_text()
    assert [section["id"] for section in soup.find_all("section")] == ["workflow"]


def test_unknown_tables_are_shown_in_part(write):
    table = {"metric": ["share"] * 300, "estimate": 0.123456}
    text = BeautifulSoup(write(tables=(table,)), "html.parser").find(id="accuracy").get_text(" ")
    assert "0.1235" in text and "200 of 300 rows" in text


def test_damaged_picture_is_named(write, monkeypatch):
    monkeypatch.setattr(Image.Image, "save", lambda self, path, *rest: Path(path).write_bytes(b"no picture"))
    with pytest.raises(BeholderError, match=r"0\.png is no readable picture"):
        write(figures=FIGURES[:1])


def test_every_figure_has_a_caption_free_of_markup(pytestconfig):
    folder = pytestconfig.rootpath / "workflow/report"
    rules = {rule for section in index_items.SECTIONS for rule in section.rules}
    assert rules <= {path.stem for path in folder.glob("*.rst")}
    for path in folder.glob("*.rst"):
        prose = re.sub(r"\{[{%].*?[%}]\}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"[*`|]|^\.\. ", prose, re.MULTILINE), (
            f"{path.name}: the page shows captions as plain text"
        )
