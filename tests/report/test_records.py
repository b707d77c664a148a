"""Records as a table, the check of published results, and the plan of a run."""

import json

import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from beholder.common.record import digest
from beholder.figures.cost import plot_cost
from beholder.report import plan, verify
from beholder.report.records import attempts_table, expected_cost, read_records


def attempt(seconds: float, status: int | None = 0, gpu: float = 0.0) -> dict:
    return {
        "started": f"2026-01-01T00:00:{int(seconds):02d}+0000", "seconds": seconds, "exit": status, "pid": 1, "host": "node",
        "device": "processor", "peak_memory_mb": 1000.0 * seconds, "peak_gpu_memory_mb": gpu,
    }  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of two jobs, the second of which was killed once."""
    monkeypatch.chdir(tmp_path)
    for name in ("split.csv", "best.pt"):
        (tmp_path / "results/demo").mkdir(parents=True, exist_ok=True)
        (tmp_path / "results/demo" / name).write_text(name)
    split, best = "results/demo/split.csv", "results/demo/best.pt"
    records = {
        "split": {"rule": "split", "attempts": [attempt(1)], "inputs": {}, "outputs": {split: digest(tmp_path / split)}},
        "train/net": {
            "rule": "train", "attempts": [attempt(2, None), attempt(30, 0, 512.0)],
            "inputs": {split: digest(tmp_path / split)}, "outputs": {best: digest(tmp_path / best)},
            "settings": {"cfg": {"recipe": {"epochs": 2}, "seed": 0}, "code": "aaaa"},
        },
    }  # fmt: skip
    for name, record in records.items():
        path = tmp_path / "results/demo/records" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record))
    return tmp_path / "results/demo"


def test_every_attempt_is_a_row_and_a_killed_one_has_no_exit(run):
    table = attempts_table(read_records(run / "records"))
    assert list(zip(table["rule"], table["job"], table["attempt"], strict=True)) == [
        ("split", "", 1), ("train", "net", 1), ("train", "net", 2),
    ]  # fmt: skip
    assert pd.isna(table["exit"][1]) and table["exit"][2] == 0


def test_a_damaged_record_is_named(run):
    (run / "records/split.json").write_text("{")
    with pytest.raises(BeholderError, match=r"split\.json is no record"):
        read_records(run / "records")


def test_the_figure_counts_lost_attempts(run):
    figure = plot_cost(attempts_table(read_records(run / "records")))
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert " 1 + 1 lost" in texts and " 30.00" in texts
    assert "3 attempts at 2 jobs on 1 host" in figure.texts[1].get_text()


def test_what_matches_is_verified_and_what_was_changed_is_named(run, capsys):
    verify.main(run.relative_to(run.parents[1]))
    assert "2 jobs" in capsys.readouterr().out
    (run / "split.csv").write_text("edited")
    with pytest.raises(BeholderError, match="1 of the results"):
        verify.main(run.relative_to(run.parents[1]))
    assert capsys.readouterr().out == "results/demo/split.csv: was changed after it was made\n"


def test_a_result_of_an_older_version_is_named(run):
    (run / "split.csv").write_text("new")
    records = read_records(run / "records")
    records["split"]["outputs"] = {"results/demo/split.csv": digest(run / "split.csv")}
    assert list(verify.mismatches(records)) == [
        "results/demo/best.pt: was made from another version of results/demo/split.csv"
    ]


def test_a_folder_without_records_is_no_run(tmp_path):
    with pytest.raises(BeholderError, match="Name the folder of a run"):
        verify.main(tmp_path)


def test_a_job_is_expected_to_cost_what_it_cost_before_or_what_others_of_its_rule_did(run):
    records = [read_records(run / "records")]
    assert expected_cost("train", "net", records).seconds == 30
    assert expected_cost("train", "another", records).on_gpu
    assert expected_cost("explain", "net", records) is None


DRY_RUN = """
[Sat]
Job 3: Training net
Reason: Params have changed since last execution
Shell command: python -m scripts.train --settings '{"cfg":{"recipe":{"epochs":5},"seed":0},"code":"aaaa"}' --train a --log logs/demo/train/net.log
[Sat]
Job 4: Explaining net
Reason: Missing output files: results/demo/maps.parquet; Input files updated by another job: best.pt
Shell command: python -m scripts.explain --settings '{"cfg":{},"code":"bbbb"}' --log logs/demo/explain/net.log
"""


def test_the_plan_says_which_key_changed_what_and_what_it_costs(run):
    train, explain = plan.read_jobs(DRY_RUN, run.parent)
    assert (train.rule, train.name, train.why, train.cost.seconds) == ("train", "net", "recipe.epochs: 2 -> 5", 30)
    assert (explain.why, explain.cost) == ("missing output files", None)
    text = plan.describe([train, explain])
    assert "2 jobs, one after another 30 s, of which 30 s on GPUs." in text
    assert "no earlier run tells what they cost: explain" in text
    assert plan.describe([]) == "Nothing to do."
