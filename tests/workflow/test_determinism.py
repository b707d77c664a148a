"""The same config gives the same bytes."""

import pytest

from experiment import CREDITS, HEATMAP, LEAKS, PROMISED, TABLE, Experiment, assert_same


@pytest.mark.slow
def test_two_runs_give_the_same_bytes_in_every_stage(tiny_run, tmp_path):
    again = Experiment.make(tmp_path / "run", tiny_run.folder)
    again.finish(TABLE, LEAKS, HEATMAP, CREDITS)
    assert_same(again, tiny_run)
    assert {name.split("/")[0] for name in again.hashes()} == set(PROMISED)
