"""How big the audit's page is, how long it takes to write, and how soon a browser can use it: 15 models, 15,000 photographs.

    python benchmarks/audit_page.py [--backbones 5] [--backgrounds 3] [--images 15000] [--photographs 150]

The bars: under 15 MB, interactive within 2 s (from opening the file to the first sorted photographs).
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))
from report.audit_run import fabricate
from scripts import write_audit

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backbones", type=int, default=5)
    parser.add_argument("--backgrounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=15000)
    parser.add_argument("--photographs", type=int, default=150)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        backgrounds = ["original", "white", "transparent", "blur", "mean"][: arguments.backgrounds]
        backbones = [f"model{k}" for k in range(arguments.backbones)]
        run = fabricate(Path(folder), backbones, backgrounds, arguments.images)
        settings = {
            "title": "Benchmark",
            "command": "snakemake",
            "photographs": arguments.photographs,
            "thumbnail": 144,
            "composite": {},
            "runs": run["runs"],
            "backgrounds": backgrounds,
            "made": {"rule": "audit_verdict", "inputs": []},
        }
        page = Path(folder) / "audit.html"
        start = time.process_time()
        template = ROOT / "workflow/beholder/report/audit.html.j2"
        write_audit.main(settings, **run["files"], template=template, page=page)
        print(f"{len(run['runs'])} models, {arguments.images:,} photographs")
        print(f"written in {time.process_time() - start:.1f} s of CPU, {page.stat().st_size / 1e6:.2f} MB (bar: 15)")
        if shutil.which("chromium") and shutil.which("chromedriver"):
            print(f"interactive after {_interactive(page, folder):.2f} s (bar: 2)")


def _interactive(page: Path, folder: str) -> float:
    """Return the seconds from opening the page to the end of its script, the least of three."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = shutil.which("chromium")
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
    for flag in (*flags, "--disable-dev-shm-usage", f"--user-data-dir={folder}/chromium"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        return min(_open(driver, page) for _ in range(3))
    finally:
        driver.quit()


def _open(driver, page: Path) -> float:
    driver.get("about:blank")
    start = time.perf_counter()
    driver.get(page.as_uri())
    if driver.execute_script("return document.body.dataset.ready") != "yes":
        raise SystemExit("the page's script did not finish")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
