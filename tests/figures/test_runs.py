from pathlib import Path

import pytest

from beholder.common.errors import BeholderError
from beholder.figures.runs import GRID_ORDER, order_models, pair_runs, plural, read_histories

from . import fabricate


def test_runs_and_files_must_match():
    runs = fabricate.runs(models=["resnet18"], seeds=(0, 1), backgrounds=("white",))
    paired = pair_runs(runs, [Path("a"), Path("b")])
    assert [(run.seed, run.path.name) for run in paired] == [(0, "a"), (1, "b")]
    with pytest.raises(BeholderError, match="2 trainings, but 1 files"):
        pair_runs(runs, [Path("a")])
    with pytest.raises(BeholderError, match="at least one"):
        pair_runs([], [])


def test_models_of_the_source_stand_in_its_order_others_as_they_come():
    assert order_models(["resnet18", "efficientnet_b0", "custom", "custom"], GRID_ORDER) == [
        *["custom", "efficientnet_b0", "resnet18"]
    ]
    assert order_models(["resnet18", "vit", "custom"], GRID_ORDER) == ["resnet18", "vit", "custom"]


def test_histories_know_their_run(tmp_path):
    runs = fabricate.runs(models=["resnet18"], backgrounds=("original", "white"), seeds=(3,))
    paths = [fabricate.history(tmp_path / f"{index}.csv", run, epochs=4) for index, run in enumerate(runs)]
    table = read_histories(pair_runs(runs, paths))
    assert len(table) == 8
    assert set(table.query("background == 'white'")["seed"]) == {3}


def test_plural():
    assert plural(1, "seed") == "1 seed" and plural(1200, "image") == "1,200 images"
