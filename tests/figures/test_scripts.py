"""Every figure program, from files to files."""

import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from PIL import Image

from scripts import (
    plot_curves,
    plot_funnel,
    plot_heatmaps,
    plot_overlays,
    plot_samples,
    plot_workflow,
    tabulate_accuracy,
)

from . import fabricate

DPI = {"dpi": 60}
RUNS = fabricate.runs(models=["custom", "resnet18"], backgrounds=("original",), seeds=(0, 1))


@pytest.fixture
def outputs(tmp_path):
    """Paths of the outputs; checks in the end that both pictures were written and can be read."""
    paths = {"png": tmp_path / "out/figure.png", "svg": tmp_path / "out/figure.svg"}
    yield paths
    assert Image.open(paths["png"]).format == "PNG"
    assert ElementTree.parse(paths["svg"]).getroot().tag.endswith("svg")


def test_plot_samples(tmp_path, outputs):
    train, pixels = tmp_path / "train.csv", tmp_path / "packed/original/train.npy"
    fabricate.packed(pixels, fabricate.split(train))
    settings = {**DPI, "per_group": 12, "columns": 6, "seed": 0, "background": "original"}
    plot_samples.main(settings, train=train, pixels=pixels, group="good", **outputs)


def test_plot_curves(tmp_path, outputs):
    histories = [fabricate.history(tmp_path / f"{index}.csv", run) for index, run in enumerate(RUNS)]
    plot_curves.main({**DPI, "runs": RUNS, "lowest_accuracy": 0.5}, histories=histories, **outputs)


def test_plot_funnel(tmp_path, outputs):
    plot_funnel.main(DPI, funnel=fabricate.funnel(tmp_path / "funnel.csv"), **outputs)


@pytest.mark.parametrize("drawing", ["stock", "signed"])
def test_plot_heatmaps(tmp_path, outputs, drawing):
    averages = [fabricate.averages(tmp_path / str(index) / "averages.npz", run) for index, run in enumerate(RUNS)]
    settings = {**DPI, "runs": RUNS, "colormap_stock": "jet", "colormap_signed": "RdBu_r", "opacity": 0.6}
    plot_heatmaps.main(
        settings,
        averages=averages,
        geometries=[path.with_name("geometry.json") for path in averages],
        face=fabricate.average_faces(tmp_path / "faces.npz"),
        group="normal",
        drawing=drawing,
        **outputs,
    )


def test_plot_overlays(tmp_path, outputs):
    settings = {**DPI, "run": RUNS[0], "colormap": "jet", "opacity": 0.5, "columns": 3}
    plot_overlays.main(settings, overlays=fabricate.overlays(tmp_path / "o.npz"), group="good", **outputs)


def test_plot_workflow(outputs):
    stages = {rule: stage for stage, rules in fabricate.STAGES.items() for rule in rules}
    plot_workflow.main({**DPI, "edges": fabricate.EDGES, "stages": stages, "targets": fabricate.TARGETS}, **outputs)


def test_tabulate_accuracy(tmp_path):
    names = {"csv": "e.csv", "markdown": "e.md", "summary_csv": "s.csv", "summary_markdown": "s.md"}
    paths = {key: tmp_path / name for key, name in names.items()}
    tabulate_accuracy.main(
        {"runs": RUNS, "networks": fabricate.NETWORKS},
        histories=[fabricate.history(tmp_path / f"{index}.csv", run) for index, run in enumerate(RUNS)],
        maps=[fabricate.maps(tmp_path / f"{index}.parquet", run) for index, run in enumerate(RUNS)],
        **paths,
    )
    assert len(pd.read_csv(paths["csv"])) == 20 and len(pd.read_csv(paths["summary_csv"])) == 2
    assert "### Table 2: ResNet-18" in paths["markdown"].read_text()
    assert "97.00 ± 0.00 [93.61, 98.62]" in paths["summary_markdown"].read_text()
