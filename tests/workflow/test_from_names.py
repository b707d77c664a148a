"""The whole way: from a list of names, through a service on the web, to heatmaps."""

import pandas as pd
import pytest
import yaml

from collect.servers.rendered import serve_rendered
from collect.servers.web import FakeWeb
from experiment import CONFIG, Experiment

HEATMAPS = "results/tiny/figures/heatmaps/short/original/good_signed.png"
CREDITS = "results/tiny/report/credits.csv"


@pytest.mark.slow
def test_names_become_heatmaps_and_nothing_is_asked_twice(tmp_path):
    experiment = Experiment.make(tmp_path / "checkout")
    with FakeWeb() as web:
        sources = serve_rendered(web, tmp_path / "served", {"good": 8, "normal": 8}, 2, {"background": 1.0})
        experiment.configure({"collect.sources": sources})
        experiment.finish(HEATMAPS, CREDITS)
        asked = len(web.requests)
        manifest = experiment.folder / "results/tiny/collect/figures/manifest.parquet"
        manifest.unlink()  # the photographs are kept apart from the results
        experiment.finish(str(manifest.relative_to(experiment.folder)))
        assert len(web.requests) == asked
    assert (experiment.folder / HEATMAPS).stat().st_size > 10_000
    used = pd.read_csv(experiment.folder / CREDITS)
    assert len(used) > 0 and used["licence"].notna().all() and used["url"].notna().all()
    assert yaml.safe_load((experiment.folder / "results/tiny/config.yaml").read_text())["name"] == CONFIG["name"]
