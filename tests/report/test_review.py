"""The review page, used in a real browser as a person would: by mouse and by keyboard, with thousands of photographs."""

import os
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from beholder.faces.curation.suspicions import COLUMNS
from beholder.report.review import review_page
from collect.servers.pictures import picture
from scripts import write_review

TEMPLATE = Path(__file__).resolve().parents[2] / "workflow/beholder/report/review.html.j2"


def photographs(folder: Path, people: dict[str, int]) -> pd.DataFrame:
    """Write pictures and return the columns of a selection that the page reads."""
    rows = []
    for person, count in people.items():
        for number in range(count):
            path = folder / f"{len(rows)}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture(f"{person} {number}", 120, 160))
            rows.append(
                {
                    "image_id": f"web/{person}/{number}",
                    "path": str(path),
                    "person": f"web/{person}",
                    "looks": 1,
                    "reason": None,
                }
            )
    return pd.DataFrame(rows)


def suspicions(*rows: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame([{"image_id": image_id, "suspicion": kind} for image_id, kind in rows], columns=COLUMNS)
    return table.where(table.notna(), None)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A headless Chromium that saves downloads in a folder of its own."""
    webdriver = pytest.importorskip("selenium.webdriver")
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        if os.environ.get("CI"):
            pytest.fail("CI must have chromium and chromium-driver installed")
        pytest.skip("needs chromium and chromium-driver: apt-get install chromium chromium-driver")
    folder = tmp_path_factory.mktemp("browser")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--window-size=1200,900",
    ):
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={folder / 'profile'}")
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(folder / "downloads"), "download.prompt_for_download": False}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.downloads = folder / "downloads"
    yield driver
    driver.quit()


@pytest.fixture
def open_page(browser, tmp_path):
    """Write a page, open it from disk, and return a function that presses keys."""
    from selenium.webdriver import ActionChains

    def show(selection, doubts, rejections=None, title=None):
        page = tmp_path / "review/review.html"
        page.parent.mkdir(exist_ok=True)
        html = review_page(selection, doubts, rejections or {}, title or tmp_path.name, 120, page, TEMPLATE.read_text())
        page.write_text(html, encoding="utf-8")
        browser.get(page.as_uri())

        def press(*keys):
            ActionChains(browser).send_keys(*keys).perform()

        return press

    yield show
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []


def saved(browser) -> str:
    """Return the last list that the browser saved."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lists = sorted(browser.downloads.glob("rejections*.csv"), key=lambda path: path.stat().st_mtime)
        if lists:
            text = lists[-1].read_text()
            lists[-1].unlink()
            return text
        time.sleep(0.05)
    raise AssertionError("nothing was saved")


def focused(browser) -> str:
    return browser.switch_to.active_element.get_attribute("data-id")


def test_clicks_mark_and_unmark_and_the_list_is_what_the_workflow_reads(browser, open_page, tmp_path):
    selection = photographs(tmp_path / "p", {'Ada "the first", Lovelace': 3})
    press = open_page(selection, suspicions())
    figures = browser.find_elements("css selector", "figure")
    for figure in figures:
        figure.click()
    figures[1].click()
    assert browser.find_element("id", "rejected-count").text == "2"
    browser.find_element("id", "save").click()
    text = saved(browser)
    (tmp_path / "rejections.csv").write_text(text)
    table = pd.read_csv(tmp_path / "rejections.csv")
    assert table["image_id"].tolist() == [selection["image_id"][0], selection["image_id"][2]]
    assert set(table["reason"]) == {"wrong_person"}
    press("s")
    assert saved(browser) == text


def test_the_keyboard_alone_is_enough(browser, open_page, tmp_path):
    from selenium.webdriver.common.keys import Keys

    press = open_page(
        photographs(tmp_path / "p", {"Ada": 12, "Bea": 3, "Cleo": 2}),
        suspicions(("web/Bea/1", "drawing"), ("web/Cleo/0", "unlike")),
    )
    press(Keys.ARROW_RIGHT)
    assert focused(browser) == "web/Ada/0"
    press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    assert focused(browser) == "web/Ada/1"
    press("x", Keys.ARROW_DOWN, "4")
    below = focused(browser)
    assert below.startswith("web/Ada/")
    assert int(below.rsplit("/", 1)[1]) > 4
    press(Keys.ARROW_UP)
    assert focused(browser) == "web/Ada/1"
    press("n")
    assert focused(browser) == "web/Bea/0"
    press("d", "2", "d", Keys.SPACE)
    assert focused(browser) == "web/Cleo/0"
    press("D", "p", "p")
    assert focused(browser) == "web/Ada/0"
    press("s")
    assert saved(browser) == (
        f"image_id,reason\nweb/Ada/1,wrong_person\n{below},duplicate\nweb/Bea/1,no_photograph\nweb/Cleo/0,wrong_person\n"
    )


def test_marks_survive_a_reload_and_an_earlier_list_is_marked(browser, open_page, tmp_path):
    selection = photographs(tmp_path / "p", {"Ada": 3})
    press = open_page(selection, suspicions(), {"web/Ada/2": "unusable", "other/run/1": "duplicate"})
    assert browser.find_element("css selector", "[data-id='web/Ada/2'] .why").text == "rejected: unusable"
    browser.find_element("css selector", "[data-id='web/Ada/0']").click()
    assert browser.find_element("id", "rejected-count").text == "3", "the other run's mark is kept"
    time.sleep(2)  # a reload in the same instant may come before Chromium has passed the mark on
    browser.refresh()
    press("s")
    assert saved(browser) == "image_id,reason\nother/run/1,duplicate\nweb/Ada/0,wrong_person\nweb/Ada/2,unusable\n"


def test_only_suspected_photographs_can_be_shown_with_what_is_suspected(browser, open_page, tmp_path):
    press = open_page(
        photographs(tmp_path / "p", {"Ada": 3, "Bea": 2}),
        suspicions(("web/Ada/1", "several_faces"), ("web/Ada/1", "drawing")),
    )
    press("f")
    shown = [figure for figure in browser.find_elements("css selector", "figure") if figure.is_displayed()]
    assert [figure.get_attribute("data-id") for figure in shown] == ["web/Ada/1"]
    assert [doubt.text for doubt in shown[0].find_elements("css selector", ".doubt")] == [
        "several faces",
        "looks like a drawing or a figure",
    ]


def test_hostile_names_stay_text(browser, open_page, tmp_path):
    name = "<script>document.title='taken'</script>\"'&"
    selection = photographs(tmp_path / "p", {name: 1})
    selection["page"] = "javascript:alert(1)"
    selection["licence"] = "<img src=x onerror=document.title='taken'>"
    press = open_page(selection, suspicions(), title="</script><script>document.title='taken'</script>")
    assert "taken" not in browser.title or browser.title.startswith("Review: </script>")
    assert browser.find_elements("css selector", "figure a") == []
    press("n", "x", "s")
    assert name.replace('"', '""') in saved(browser)


def test_thousands_of_photographs_stay_quick(browser, open_page, tmp_path):
    selection = photographs(tmp_path / "p", {"Ada": 30})
    people = [
        selection.assign(image_id=[f"web/P{n:03d}/{i}" for i in range(30)], person=f"web/P{n:03d}") for n in range(100)
    ]
    started = time.monotonic()
    press = open_page(pd.concat(people, ignore_index=True), suspicions(("web/P099/29", "drawing")))
    assert time.monotonic() - started < 30
    assert browser.find_element("css selector", "header .count").text.startswith(
        "3000 photographs of 100 people, 1 suspected"
    )
    started = time.monotonic()
    press("d", "x", "p", "n")
    assert time.monotonic() - started < 5
    assert browser.find_element("id", "rejected-count").text == "1"


def test_a_file_that_is_no_photograph_is_still_on_the_page(tmp_path):
    selection = photographs(tmp_path / "p", {"Ada": 2})
    Path(selection["path"][0]).write_text("no photograph")
    html = review_page(selection, suspicions(), {}, "t", 120, tmp_path / "review.html", TEMPLATE.read_text())
    assert html.count("cannot be read") == 1
    assert html.count('src="data:image/jpeg') == 1


def test_the_program_reads_tables_and_an_earlier_list(tmp_path):
    selection = photographs(tmp_path / "p", {"Ada": 2})
    selection.to_parquet(tmp_path / "selection.parquet")
    suspicions(("web/Ada/0", "drawing")).to_csv(tmp_path / "suspicions.csv", index=False)
    (tmp_path / "rejections.csv").write_text("image_id,reason\nweb/Ada/1,\n")
    write_review.main(
        settings={"title": "run", "thumbnail": 100},
        selection=tmp_path / "selection.parquet",
        suspicions=tmp_path / "suspicions.csv",
        template=TEMPLATE,
        page=tmp_path / "out/review.html",
        rejections=tmp_path / "rejections.csv",
    )
    html = (tmp_path / "out/review.html").read_text()
    assert '{"web/Ada/1": ""}' in html
    assert "looks like a drawing" in html
    assert 'data-original="../p/0.jpg"' in html
    with Image.open(tmp_path / "p/0.jpg") as image:
        assert image.height == 160
