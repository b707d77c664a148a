"""The same config gives the same bytes."""

import pytest

from experiment import HEATMAP, LEAKS, PROMISED, TABLE, Experiment, assert_same


@pytest.mark.slow
def test_two_runs_give_the_same_photographs_splits_weights_maps_tables_and_figures(tiny_run, tmp_path):
    again = Experiment.make(tmp_path / "run", tiny_run.folder)
    again.finish(TABLE, LEAKS, HEATMAP)
    assert_same(again, tiny_run)
    assert {name.split("/")[0] for name in again.hashes()} == set(PROMISED)
