"""The figure of planted differences shows each cue's own numbers."""

import pytest

from audit.doses import tables
from beholder.audit.calibration import calibration_table
from beholder.common.tables import write_table
from beholder.figures.calibration import plot_calibration
from scripts import plot_calibration as script


@pytest.fixture(scope="module")
def table():
    return calibration_table(tables(), floor=0.02, ceiling=0.95)


def test_every_cue_has_its_line_with_its_estimates(table):
    figure = plot_calibration(table, floor=0.02)
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes}
    lines = {line.get_label(): line for line in panels["Background reliance"].lines}
    assert lines["planted background"].get_ydata() == pytest.approx([0, 0.06, 0.15, 0.24, 0.3])
    assert lines["face alone"].get_ydata().max() < 0.02
    assert {text.get_text() for text in figure.legends[0].get_texts()} == {"planted background", "face alone"}


def test_the_outcome_stands_above_the_panels(table):
    def heading(shown):
        return "\n".join(text.get_text() for text in plot_calibration(shown, floor=0.02).texts).replace("\n", " ")

    assert "2 trainings per cue and dose" in heading(table)
    assert "nothing but the background differs, its reliance is 0.97 [0.92, 1.02]" in heading(table)
    assert "Passed." in heading(table)
    failed = table.copy()
    failed.loc[failed["metric"] == "planted_dose", ["estimate", "note"]] = [0.0, "it was not found"]
    assert "Not passed: it was not found." in heading(failed)


def test_the_program_draws_from_the_file(table, tmp_path):
    write_table(tmp_path / "calibration.csv", table)
    files = {"png": tmp_path / "figure.png", "svg": tmp_path / "figure.svg"}
    script.main({"dpi": 60, "floor": 0.02}, calibration=tmp_path / "calibration.csv", **files)
    assert all(path.stat().st_size > 1000 for path in files.values())
