import os
import subprocess
import sys

import matplotlib
import pytest
from PIL import Image

from beholder.figures import style

from . import fabricate

SCRIPTS = [
    *["plot_samples", "plot_curves", "tabulate_accuracy", "plot_heatmaps", "plot_overlays", "plot_funnel"],
    *["plot_workflow", "write_index"],
]


def python(code: str, root, **environment: str) -> str:
    environment = {**os.environ, "PYTHONPATH": f"{root / 'workflow'}{os.pathsep}{root / 'tests'}", **environment}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return result.stdout


def test_no_figure_program_needs_torch_or_a_display(pytestconfig):
    imports = ", ".join(f"scripts.{script}" for script in SCRIPTS)
    code = (
        f"import sys, {imports}; print(sorted({{'torch', 'cv2', 'tkinter', 'matplotlib.pyplot'}} & set(sys.modules)))"
    )
    assert python(code, pytestconfig.rootpath).strip() == "[]"


@style.styled
def draw_something():
    figure = style.new_figure(2, "Title", "n = 3")
    axes = figure.subplots()
    axes.plot([1, 2, 3])
    style.show_image(axes.inset_axes((0.1, 0.1, 0.3, 0.3)), fabricate.face())
    return figure


def test_same_drawing_same_bytes(tmp_path):
    for name in ("a", "b"):
        style.save(draw_something(), tmp_path / f"{name}.png", tmp_path / f"{name}.svg", 80)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert not Image.open(tmp_path / "a.png").text, "version or date in the file"
    assert "<dc:date>" not in (tmp_path / "a.svg").read_text()


def test_users_own_settings_do_not_show(tmp_path):
    style.save(draw_something(), tmp_path / "a.png", tmp_path / "a.svg", 80)
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red", "savefig.bbox": "tight"}):
        style.save(draw_something(), tmp_path / "b.png", tmp_path / "b.svg", 80)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("dpi", [50, 120])
def test_dpi_sets_the_pixels(tmp_path, dpi):
    style.save(draw_something(), tmp_path / "a.png", tmp_path / "a.svg", dpi)
    assert Image.open(tmp_path / "a.png").width == style.WIDTH * dpi


def test_header_fits_the_width():
    subtitle = "A line that is much too long for the narrow figure and has to be wrapped. " * 3
    figure = style.new_figure(2, "Title", subtitle, style.HALF_WIDTH)
    right = [text.get_window_extent().x1 for text in figure.texts]
    assert max(right) <= figure.bbox.width
