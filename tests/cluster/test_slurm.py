"""The tiny experiment through profiles/slurm on a real scheduler: what jobs ask for, and jobs that get lost."""

import re
from dataclasses import replace

import pytest
from slurm import Slurm

from experiment import HEATMAP, RUN, TABLE, WEIGHTS, Experiment, assert_made

PROFILE = ("--workflow-profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "3")
CHECKPOINT = f"work/tiny/train/{RUN}/checkpoint.pt"

pytestmark = pytest.mark.slow


def requests(slurm: Slurm) -> dict[str, list[dict[str, str]]]:
    """Return what every job of the workflow asked for and became, by rule, in the order of submission."""
    jobs: dict[str, list[dict[str, str]]] = {}
    for block in slurm.command("scontrol", "--details", "show", "job").split("\n\n"):
        if match := re.search(r"Comment=(?:rule_|group_)?(\w+)", block):
            fields = dict(re.findall(r"(\w+)=(\S+)", block))
            jobs.setdefault(match[1].partition("_wildcards")[0], []).append(fields)
    return jobs


def test_the_experiment_runs_to_its_heatmaps_and_jobs_get_what_their_rules_ask_for(tiny_run, slurm, tmp_path):
    experiment = Experiment.make(tmp_path / "run", tiny_run.folder)
    replace(experiment, options=PROFILE, environment=slurm.environment).finish(HEATMAP, TABLE)

    assert_made(experiment, tiny_run, HEATMAP, TABLE, WEIGHTS)
    jobs = requests(slurm)
    assert {job["JobState"] for each in jobs.values() for job in each} == {"COMPLETED"}
    (training,), (explaining,) = jobs["train"], next(each for name, each in jobs.items() if "explanations" in name)
    assert (training["TresPerJob"], training["TimeLimit"]) == ("gres:gpu:1", "12:00:00")
    assert "mem=8000M" in training["TRES"] and training["JOB_GRES"] == "gpu:1"
    assert explaining["TresPerJob"] == "gres:gpu:1", "three short jobs on one network are one submission"
    assert all((job["JOB_GRES"], job["TimeLimit"]) == ("(null)", "06:00:00") for job in jobs["crop_faces"])
    assert len(jobs["crop_faces"]) == 2, "one for each shard"
    assert not any(rule.startswith("plot_") for rule in jobs), "figures are made where Snakemake runs"


@pytest.fixture
def on_cluster(damaged, slurm) -> Experiment:
    """A copy of the tiny experiment without its training, to be run on the cluster."""
    damaged.lose("train")
    return replace(damaged, options=PROFILE, environment=slurm.environment)


def cancel(slurm: Slurm, number: str) -> None:
    slurm.command("scancel", number)


def come_near_the_time_limit(slurm: Slurm, number: str) -> None:
    """Move the limit to within the two minutes before which the profile wants a warning."""
    slurm.command("scontrol", "update", f"jobid={number}", "timelimit=2")


def lose_node(slurm: Slurm, number: str) -> None:
    slurm.command("scontrol", "update", f"nodename={slurm.host}", "state=down", "reason=test")
    slurm.command("scontrol", "update", f"nodename={slurm.host}", "state=resume")


@pytest.mark.parametrize(
    ("lose", "states", "memory"),
    [
        (cancel, ["CANCELLED", "COMPLETED"], ["8000M", "16000M"]),
        (come_near_the_time_limit, ["FAILED", "COMPLETED"], ["8000M", "16000M"]),
        (lose_node, ["NODE_FAIL", "COMPLETED"], ["8000M"]),  # SLURM itself puts the job in its queue again
    ],
    ids=["scancel", "time limit", "node down and up"],
)
def test_a_lost_training_is_taken_up_again(lose, states, memory, on_cluster, tiny_run, slurm):
    before = len(slurm.completed())
    with on_cluster.held(WEIGHTS, at=CHECKPOINT) as (run, _):
        (number,) = slurm.command("squeue", "-h", "-t", "running", "-o", "%A").split()
        lose(slurm, number)  # its signals wake the job
        status, output = run.wait()
    assert status == 0, output[-4000:]
    assert_made(on_cluster, tiny_run, WEIGHTS)
    ended = slurm.completed()[before:]
    assert [job["JobState"] for job in ended] == states
    asked = {job["JobId"]: re.search(r"mem=(\w+)", job["TRES"])[1] for job in requests(slurm)["train"]}
    assert [asked[number] for number in dict.fromkeys(job["JobId"] for job in ended)] == memory
    _, lost, resumed = on_cluster.attempts(WEIGHTS)
    if lose is not lose_node:
        assert "asked to stop by SIGTERM" in lost and "resuming at epoch 2" in resumed
