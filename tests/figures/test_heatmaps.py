import json

import numpy as np
import pytest
from matplotlib import colormaps

from beholder.common.errors import BeholderError
from beholder.figures import heatmaps
from beholder.figures.runs import pair_runs

from . import fabricate


@pytest.fixture
def read(tmp_path):
    """Write averages of some models and seeds, change them, and read them as the figure does."""

    def write_and_read(models, seeds=(0, 1), group="good", change=lambda seed, arrays, geometry: None):
        runs = fabricate.runs(models=models, backgrounds=("original",), seeds=seeds)
        paths = []
        for index, run in enumerate(runs):
            path = fabricate.averages(tmp_path / str(index) / "averages.npz", run)
            arrays = dict(np.load(path))
            geometry = json.loads(path.with_name("geometry.json").read_text())
            change(run["seed"], arrays, geometry)
            np.savez(path, **arrays)
            path.with_name("geometry.json").write_text(json.dumps(geometry))
            paths.append(path)
        geometries = [path.with_name("geometry.json") for path in paths]
        return heatmaps.read_averages(pair_runs(runs, paths), pair_runs(runs, geometries), group)

    return write_and_read


def panels(figure):
    return [axes for axes in figure.axes if axes.get_title("left")]


def test_models_stand_in_the_sources_grid(read):
    averages = read(["resnet50", "resnet34", "resnet18", "efficientnet_b0", "custom"])
    figure = heatmaps.plot_stock(averages, "good", "original", "jet")
    grid = {}
    for axes in panels(figure):
        spec = axes.get_subplotspec()
        grid.setdefault(spec.rowspan.start, []).append(axes.get_title("left"))
    assert grid == {0: ["Custom", "EfficientNet-B0", "ResNet-18"], 1: ["ResNet-34", "ResNet-50"]}


@pytest.mark.parametrize("models", range(1, 6))
def test_every_number_of_models_has_a_scale_and_n_in_each_panel(read, models):
    averages = read(fabricate.MODELS[:models])
    figure = heatmaps.plot_signed(averages, fabricate.face(), "good", "original", "RdBu_r", 0.6)
    assert [axes.get_xlabel().startswith("n = 60, sum ") for axes in panels(figure)] == [True] * models
    labels = [axes.get_xlabel() + axes.get_ylabel() for axes in figure.axes]
    labels += [child.get_xlabel() for axes in figure.axes for child in axes.child_axes]
    assert sum("logits per cell" in label for label in labels) == 1
    assert "2 seeds" in figure.texts[1].get_text()


def test_seeds_are_averaged_and_cells_drawn_at_their_centres(read):
    def one_cell(seed, arrays, geometry):
        arrays["margin_good"] = np.zeros((7, 7), np.float32)
        arrays["margin_good"][2, 3] = [1.0, 2.0][seed]
        geometry.update(input_size=224, offset=0.0, stride=32.0)

    [average] = read(["resnet18"], change=one_cell)
    assert average.signed.shape == (224, 224) and average.seeds == 2 and average.n == 60
    assert np.unravel_index(average.signed.argmax(), (224, 224)) == (64, 96)
    assert average.signed.max() == pytest.approx(1.5) and average.margin == pytest.approx(1.5)
    assert average.centres[1].tolist() == [0, 32, 64, 96, 128, 160, 192]


def test_one_scale_centred_at_zero_for_all_panels(read):
    """A cell of the strongest model that is half as strong has the same colour in a weaker model's panel."""

    def constant(seed, arrays, geometry):
        arrays["margin_good"] = np.full((7, 7), -0.5 if geometry["stride"] == 1 else 0.25, np.float32)

    strong, weak = read(["resnet18"], (0,), change=constant)[0], read(["resnet34"], (0,), change=constant)[0]
    strong = strong._replace(signed=np.full_like(strong.signed, -0.5))
    white = np.full((96, 96, 3), 255, np.uint8)
    figure = heatmaps.plot_signed([strong, weak], white, "good", "original", "RdBu_r", 1.0)
    colours = [axes.images[0].get_array()[48, 48] / 255 for axes in panels(figure)]
    assert np.allclose(colours[0], colormaps["RdBu_r"](0.0)[:3], atol=0.01)
    assert np.allclose(colours[1], colormaps["RdBu_r"](0.75)[:3], atol=0.02)


def test_stock_runs_from_0_to_1_as_published(read):
    figure = heatmaps.plot_stock(read(["custom"]), "good", "original", "jet")
    [image] = panels(figure)[0].images
    assert image.get_clim() == (0, 1) and image.get_cmap().name == "jet"


def test_face_darkens_but_never_colours():
    face = np.zeros((2, 2, 3), np.uint8)
    face[0] = 255
    red = np.full((2, 2, 3), (200, 100, 0), np.uint8)
    shaded = heatmaps.shade(red, face, opacity=0.6)
    assert (shaded[0] == (200, 100, 0)).all() and (shaded[1] == (120, 60, 0)).all()


def test_group_without_images_is_named(read):
    def empty(seed, arrays, geometry):
        arrays["n_good"] = np.array(0)

    with pytest.raises(BeholderError, match=r"resnet18 has no image of the group `good`"):
        read(["resnet18"], change=empty)
