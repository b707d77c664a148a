"""The same config gives the same bytes."""

import pytest

from experiment import AVERAGES, TABLE, Experiment


@pytest.mark.slow
def test_two_runs_give_the_same_photographs_splits_weights_maps_and_tables(tiny_run, tmp_path):
    again = Experiment.make(tmp_path / "run", tiny_run.folder)
    again.finish(AVERAGES, TABLE)
    first, second = tiny_run.hashes(), again.hashes()
    assert {name for name in first if second.get(name) != first[name]} == set()
    assert set(first) == set(second)
    assert {name.split("/")[0] for name in first} == {"collect", "faces", "splits", "train", "explain", "tables"}
