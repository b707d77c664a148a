import numpy as np
import pytest

from beholder.figures.overlays import blend, plot_overlays

from . import fabricate

RUN = {"backbone": "resnet18", "background": "white", "recipe": "sound", "seed": 2}
SETTINGS = {"colormap": "jet", "opacity": 0.5, "columns": 3}


def test_blend_goes_from_photograph_to_map():
    image, heat = fabricate.face(), np.ones((fabricate.SIZE, fabricate.SIZE))
    assert (blend(image, heat, "jet", 0.0) == image).all()
    assert (blend(image, heat, "jet", 1.0) == (128, 0, 0)).all(), "the top of jet is dark red"


@pytest.mark.parametrize(("group", "wrong"), [("good", 0), ("normal", 5)])
def test_prediction_and_margin_of_each_photograph(tmp_path, group, wrong):
    with np.load(fabricate.overlays(tmp_path / "overlays.npz")) as overlays:
        figure = plot_overlays(overlays, group, RUN, SETTINGS)
        margins = overlays[f"margin_{group}"]
    titles = [axes.get_title("left") for axes in figure.axes]
    assert [title.startswith("✗ misjudged") for title in titles] == [index == wrong for index in range(6)]
    assert all(f"{margin:+.2f}".replace("-", "−") in title for margin, title in zip(margins, titles, strict=True))
    text = figure.texts[0].get_text() + figure.texts[1].get_text()
    for part in ("ResNet-18", "white background", f"“{group}”", "6 test photographs", "gradcam++", "seed 2"):
        assert part in text


def test_fewer_photographs_than_columns(tmp_path):
    with np.load(fabricate.overlays(tmp_path / "overlays.npz", per_group=2)) as overlays:
        figure = plot_overlays(overlays, "good", RUN, SETTINGS)
    assert len(figure.axes) == 2
