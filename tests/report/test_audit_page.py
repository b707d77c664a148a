"""The audit's page, read as a browser would and in a browser."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

from beholder.audit.origins import PARTS
from beholder.audit.regions import REGIONS
from beholder.report.audit_photographs import COLOURS, choose, suspicion, with_partners
from beholder.report.audit_plots import chart, interval, number
from beholder.report.audit_questions import QUESTIONS, Plot
from report.audit_run import estimates, fabricate
from scripts import write_audit

TEMPLATE = Path(write_audit.__file__).parents[1] / "beholder/report/audit.html.j2"
RUNS = [{"background": "original", "backbone": name, "recipe": "sound"} for name in ("resnet18", "net", "other")]


@pytest.fixture(scope="session")
def page(tmp_path_factory) -> Path:
    """A page of three models and two backgrounds."""
    folder = tmp_path_factory.mktemp("page")
    run = fabricate(folder, ["resnet18", "net", "<odd>"], ["original", "white"], images=120)
    settings = {
        "title": "Beholder: what the networks decide by",
        "command": "snakemake --cores all",
        "photographs": 60,
        "thumbnail": 64,
        "composite": {"dilation": 2, "feather": 2},
        "runs": run["runs"],
        "backgrounds": run["backgrounds"],
        "made": {"rule": "audit_verdict", "inputs": ["results/demo/audit/comparisons.csv"], "more": 0},
    }
    path = folder / "report/audit.html"
    write_audit.main(settings, **run["files"], template=TEMPLATE, page=path)
    return path


@pytest.fixture(scope="session")
def soup(page):
    return BeautifulSoup(page.read_text(), "html.parser")


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Debian's chromium without a window and without a network."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("chromium or chromedriver is not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = shutil.which("chromium")
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    for flag in [*flags, "--disable-dev-shm-usage", f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, "latency": 0, **_NO_THROUGHPUT})
    yield driver
    driver.quit()


_NO_THROUGHPUT = {"downloadThroughput": 0, "uploadThroughput": 0}


@pytest.fixture
def opened(browser, page):
    """The page in the browser, at desktop width."""
    _width(browser, 1280)
    browser.get(page.as_uri())
    assert browser.execute_script("return document.body.dataset.ready") == "yes"
    return browser


def _width(browser, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def test_the_verdict_comes_first_in_words_and_numbers(soup):
    lead = soup.header.get_text(" ")
    assert "Of 6 networks, 1 looks at the face, 1 relies on the background, 4 remain undetermined." in lead
    first = soup.main.section
    assert first["id"] == "verdict"
    rows = [[cell.get_text(" ", strip=True) for cell in tr.find_all("td")] for tr in first.table.tbody.find_all("tr")]
    assert rows[0][:4] == [
        "ResNet-18, original background, sound",
        "relies on background",
        "0.80 (0.76 to 0.84)",
        "0.20 (0.16 to 0.24)",
    ]
    assert rows[1][1] == "looks at the face"
    assert len(first.find_all(class_="card")) == 6
    assert "mixed" in first.find_all(class_="card")[2].get_text()
    assert "does not" not in lead and "Fairness or fitness" in first.get_text(), "what is not established is said"


def test_every_question_has_a_picture_a_table_and_the_command(soup):
    for question in QUESTIONS:
        section = soup.find(id=question.anchor)
        assert section.h2.get_text() == question.heading
        dots = section.select(".chart .dot")
        assert len(dots) >= 2, question.anchor
        full = section.select("details.fold")[-1].table
        assert [th.get_text() for th in full.thead.find_all("th")][5:8] == ["Estimate", "Interval", "n"]
        assert "snakemake --cores all" in section.select_one(".made").get_text()
    for line in soup.select(".chart tbody tr"):
        assert re.search(r"\d", line.select_one(".n").get_text()), "every estimate has its n"


def test_every_model_has_a_reliability_curve(soup):
    curves = soup.select("#groups .curve")
    assert [curve.figcaption.get_text() for curve in curves][:2] == [
        "ResNet-18, original, sound",
        "net, original, sound",
    ]
    points = curves[0].find_all("circle")
    assert len(points) == 10
    first, last = ({name: float(point[name]) for name in ("cx", "cy", "r")} for point in (points[0], points[-1]))
    assert (first["cx"], first["cy"]) == (5, 100) and (last["cx"], last["cy"]) == (95, 0), "up is more"
    assert first["r"] > float(points[4]["r"])
    assert points[-1].get_text() == "predicted 95%, were 100%, n = 91"


def test_the_lean_of_every_heatmap_is_taken_apart(soup):
    section = soup.find(id="origins")
    cascades = section.find_all(class_="cascade")
    assert len(cascades) == 6
    bars = [dict(part.split(":") for part in bar["style"].split(";")) for bar in cascades[0].select("tr .track .bar")]
    left, width = ([float(bar[name].rstrip("%")) for bar in bars] for name in ("left", "width"))
    assert len(bars) == len(PARTS) + 1
    starts = np.cumsum([left[0], *width[:-2]])
    assert np.abs(starts - left[:-1]).max() < 0.5, "each bar starts where the last ended"
    assert left[-1] == left[0] and width[-1] == pytest.approx(sum(width[:-1]), abs=0.5), "the parts make the whole"
    assert len(cascades[0].find_all("img", src=re.compile("^data:image/webp"))) == 2
    answers = section.select_one(".causes tbody tr").find_all("td")
    assert answers[4].get_text().startswith("yes") and len(answers) == 8
    readings = cascades[0].select("details tbody tr")
    assert "not tested" in readings[-1].get_text() and "H1" in readings[0].get_text()


def test_thresholds_are_marked_where_they_are():
    table = estimates(RUNS, 100)
    plot = Plot("Reliance", "background_reliance", {"main": ""}, ends=(0, 1), marks=("thresholds.bri_face_max",))
    drawn = chart(plot, table, {"thresholds": {"bri_face_max": 0.15}})
    assert list(drawn.marks) == [15.0]
    assert [line.model for line in drawn.lines] == ["ResNet-18, original", "net, original", "other, original"]
    assert drawn.lines[0].dot == pytest.approx(80) and drawn.lines[0].width == pytest.approx(8)
    assert chart(Plot("x", "unknown"), table, {}) is None


def test_an_estimate_that_is_missing_says_why():
    table = estimates(RUNS, 100)
    main = (table["metric"] == "background_reliance") & (table["model"] == "net")
    table.loc[main, ["estimate", "low", "high"]] = np.nan
    table.loc[main, "note"] = "no effect of face or background"
    drawn = chart(QUESTIONS[0].plots[0], table, {"thresholds": {"bri_face_max": 0.15, "bri_bg_min": 0.4}})
    assert drawn.lines[1].dot is None and drawn.lines[1].text == "no effect of face or background"


def test_numbers_are_written_for_people():
    assert (number(-0.251), number(1234.0), number(float("nan"))) == ("\u22120.25", "1.23e+03", "\u2013")
    assert interval(0.1, 0.25) == "0.10 to 0.25" and interval(float("nan"), 1.0) == ""


def test_page_is_self_contained(soup, page):
    assert not soup.find_all("link") and not soup.find_all("script", src=True) and not soup.find_all("iframe")
    assert all(image["src"].startswith("data:image/") for image in soup.find_all("img"))
    style = "".join(tag.string for tag in soup.find_all("style"))
    assert "url(" not in style and "@import" not in style and "@media print" in style
    assert not re.search(r"""["'(]https?://""", page.read_text())


def test_registered_and_stock_maps_stand_side_by_side(soup):
    pairs = soup.select("#means .pair")
    assert len(pairs) == 12
    for pair in pairs:
        assert len(pair.select(".is-registered img")) == len(pair.select(".is-stock img")) == 1
        assert all(image["alt"] for image in pair.find_all("img"))


def test_names_are_escaped(soup, page):
    text = page.read_text()
    assert "<odd>" not in text and "&lt;odd&gt;" in text
    data = json.loads(soup.find(id="data").string)
    assert data["networks"][2]["name"].startswith("<odd>")


def test_photographs_are_bounded_and_hold_their_partners(soup):
    data = json.loads(soup.find(id="data").string)
    assert {name: len(photos) for name, photos in data["backgrounds"].items()} == {"original": 60, "white": 60}
    photos = data["backgrounds"]["original"]
    for number_, photo in enumerate(photos):
        if "pair" in photo:
            assert number_ in photo["pair"]
            assert [photos[member]["looks"] for member in photo["pair"]] == [1, 0]
    assert sum("pair" in photo for photo in photos) >= 40
    assert set(data["networks"][0]["swaps"]) == {str(n) for n, photo in enumerate(photos) if "pair" in photo}


def test_the_most_wrong_and_the_most_suspicious_are_among_the_chosen():
    looks = np.arange(100) % 2
    margins, suspicions = np.where(looks == 1, 5.0, -5.0), np.zeros(100)
    margins[7], suspicions[8], suspicions[9] = -9.0, 3.0, np.nan
    chosen = choose([margins], [suspicions], looks, 10)
    assert {7, 8} <= set(chosen.tolist()) and len(chosen) == 10


def test_suspicion_points_to_the_other_group(page):
    import pandas as pd

    variants = pd.DataFrame(
        {"image_id": ["a", "b"], "original": [2.0, -2.0], "self_paste": [2.0, -2.0], "mixed_opposite": [-1.0, -2.0]}
    )
    found = suspicion(variants, ["a", "b", "c"], np.array([1, 0, 1]))
    assert found[0] == pytest.approx(3 / np.std([2.0, -2.0], ddof=1)) and found[1] == 0 and np.isnan(found[2])


def test_partners_need_room():
    import pandas as pd

    swaps = pd.DataFrame({"setting": "main", "first": [1, 3], "second": [0, 2]})
    rows, pairs = with_partners(np.array([1, 3, 5]), swaps, 3)
    assert rows.tolist() == [0, 1, 5] and pairs == {0: (1, 0), 1: (1, 0)}


def test_every_region_has_its_colour():
    assert tuple(COLOURS) == REGIONS and len(set(COLOURS.values())) == len(REGIONS)


def test_opens_from_disk_without_errors(opened):
    assert [entry for entry in opened.get_log("browser") if entry["level"] == "SEVERE"] == []
    from selenium.webdriver.common.by import By

    cards = opened.find_elements(By.CSS_SELECTOR, ".photo")
    assert len(cards) == 48 and opened.find_element(By.ID, "more").is_displayed()
    opened.find_element(By.ID, "more").click()
    assert len(opened.find_elements(By.CSS_SELECTOR, ".photo")) == 60


def test_photographs_are_sorted_and_filtered(opened):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    def texts():
        cards = opened.find_elements(By.CSS_SELECTOR, ".photo")
        return [re.sub("\u2212", "-", card.text) for card in cards]

    suspicions = [float(re.search(r"suspicion (-?[\d.]+)", text)[1]) for text in texts() if "\u2013" not in text]
    assert suspicions == sorted(suspicions, reverse=True)
    Select(opened.find_element(By.ID, "sort")).select_by_value("good")
    margins = [float(re.search(r"margin ([+-][\d.]+)", text)[1]) for text in texts()]
    assert margins == sorted(margins, reverse=True)
    Select(opened.find_element(By.ID, "group")).select_by_visible_text("normal")
    assert texts() and all("normal" in text for text in texts())
    before = texts()
    Select(opened.find_element(By.ID, "network")).select_by_index(1)
    assert texts() != before


def test_the_map_over_a_photograph_is_drawn_where_the_cells_look(opened):
    """The brightest place of a drawn map is the highest cell's centre, by the geometry and not by a plain resize."""
    places = opened.execute_script(
        """
        document.querySelector('[name=overlay][value=registered]').click();
        const canvas = document.querySelector('.photo canvas'), side = canvas.width;
        const pixels = canvas.getContext('2d').getImageData(0, 0, side, side).data;
        let best = 0;
        for (let i = 0; i < side * side; i++) if (pixels[4 * i + 3] > pixels[4 * best + 3]) best = i;
        return [side, best % side, Math.floor(best / side)];
        """
    )
    side, x, y = places
    stride = side / 7  # the fabricated geometry: cell i is centred on pixel i * 96 / 7
    for place in (x, y):
        nearest = min(abs(place - stride * cell) for cell in range(7))
        assert nearest <= 2 or place >= stride * 6 - 2, places


def test_a_photograph_opens_by_keyboard_and_shows_both_maps_regions_and_swaps(opened):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    with_swap = opened.execute_script(
        "const data = JSON.parse(document.getElementById('data').textContent);"
        "return data.backgrounds.original.find((photo) => photo.pair).id;"
    )
    card = next(
        c for c in opened.find_elements(By.CSS_SELECTOR, ".photo") if with_swap in c.get_attribute("aria-label")
    )
    card.send_keys(Keys.ENTER)
    dialog = opened.find_element(By.ID, "photo")
    assert dialog.is_displayed() and opened.find_element(By.ID, "photo-title").text == with_swap
    assert len(dialog.find_elements(By.CSS_SELECTOR, ".views canvas")) == 2
    assert len(dialog.find_elements(By.CSS_SELECTOR, ".views .regions")) == 1
    assert len(dialog.find_elements(By.CSS_SELECTOR, ".cells .stack")) == 4
    assert len(dialog.find_elements(By.CSS_SELECTOR, ".bars i")) == len(REGIONS)
    opened.find_element(By.ID, "next").send_keys(Keys.ARROW_RIGHT)
    assert opened.find_element(By.ID, "photo-title").text != with_swap
    opened.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()


def test_the_switch_shows_one_drawing_or_both(opened):
    from selenium.webdriver.common.by import By

    def shown(kind):
        return [figure.is_displayed() for figure in opened.find_elements(By.CSS_SELECTOR, f"#means .is-{kind}")]

    assert all(shown("registered")) and all(shown("stock"))
    opened.execute_script("document.querySelector('[name=drawing][value=stock]').click()")
    assert not any(shown("registered")) and all(shown("stock"))
    opened.execute_script("document.querySelector('[name=which][value=good]').click()")
    assert not any(shown("normal")) and any(shown("good"))


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_is_wider_than_the_screen(opened, width):
    _width(opened, width)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width


def test_prints_with_all_tables_open(opened):
    pdf = opened.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})["data"]
    assert len(pdf) > 50_000
