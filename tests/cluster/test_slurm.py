"""The tiny experiment through profiles/slurm on a real scheduler: what jobs ask for, and jobs that get lost."""

import re
import subprocess
import time
from collections.abc import Callable

import pytest
from slurm import Slurm

from experiment import AVERAGES, RUN, TABLE, Experiment

PROFILE = ("--workflow-profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "2")
HEATMAP = "results/tiny/figures/heatmaps/short/original/good_stock.png"

pytestmark = pytest.mark.slow


def requests(slurm: Slurm) -> dict[str, list[dict[str, str]]]:
    """Return what every job of the workflow asked for and became, by rule, in the order of submission."""
    jobs: dict[str, list[dict[str, str]]] = {}
    for block in slurm.command("scontrol", "show", "job").split("\n\n"):
        if match := re.search(r"Comment=(?:rule_|group_)?(\w+)", block):
            fields = dict(re.findall(r"(\w+)=(\S+)", block))
            jobs.setdefault(match[1].partition("_wildcards")[0], []).append(fields)
    return jobs


def run(experiment: Experiment, slurm: Slurm, *targets: str, meanwhile: Callable[[], None] = lambda: None) -> str:
    """Run targets on the cluster; call `meanwhile` once the first attempt of the training has begun."""
    process = experiment.start(*PROFILE, "--latency-wait", "10", *targets, environment=slurm.environment)
    try:
        begun = experiment.folder / f"work/tiny/train/attempts/{RUN.replace('/', '.')}.1.log"
        while not begun.exists() and process.poll() is None:
            time.sleep(0.1)
        meanwhile()
        output = process.communicate(timeout=1500)[0]
    finally:
        process.terminate()
    assert process.returncode == 0, output[-4000:]
    return output


def training(slurm: Slurm) -> str:
    """Return the number of the running job that trains."""
    jobs = slurm.command("squeue", "-h", "-t", "running", "-o", "%A %k").splitlines()
    return next(job.split()[0] for job in jobs if "rule_train" in job)


@pytest.fixture
def untrained(damaged) -> Experiment:
    """The tiny experiment up to its training."""
    subprocess.run(["rm", "-r", "results/tiny/train", "work/tiny/train"], cwd=damaged.folder, check=True)
    return damaged


def test_the_experiment_runs_to_its_heatmaps_and_a_cancelled_training_is_tried_again(tiny_run, slurm, tmp_path):
    experiment = Experiment.make(tmp_path / "run", tiny_run.folder)
    run(experiment, slurm, HEATMAP, TABLE, meanwhile=lambda: slurm.command("scancel", training(slurm)))

    assert (experiment.folder / HEATMAP).read_bytes().startswith(b"\x89PNG")
    assert tiny_run.hashes().items() <= experiment.hashes().items()
    jobs = requests(slurm)
    cancelled, retried = jobs["train"]
    assert (cancelled["JobState"], retried["JobState"]) == ("CANCELLED", "COMPLETED")
    assert "mem=8000M" in cancelled["TRES"] and "mem=16000M" in retried["TRES"]
    assert "gres/gpu=1" in retried["TRES"] and retried["TimeLimit"] == "12:00:00"
    assert "gres/gpu" not in jobs["crop_faces"][0]["TRES"] and jobs["crop_faces"][0]["TimeLimit"] == "06:00:00"
    assert len(jobs["explanations"]) == 1 and "gres/gpu=1" in jobs["explanations"][0]["TRES"]
    assert not any(rule.startswith("plot_") for rule in jobs), "figures are made where Snakemake runs"
    assert {attempt["exit"] for attempt in experiment.record("train", RUN.replace("/", "."))["attempts"]} == {0, 1}


def test_a_lost_node_and_a_time_limit_cost_an_attempt_each(tiny_run, untrained, slurm):
    def lose() -> None:
        slurm.command("scontrol", "update", f"nodename={slurm.host}", "state=down", "reason=test")
        slurm.command("scontrol", "update", f"nodename={slurm.host}", "state=resume")

    run(untrained, slurm, AVERAGES, meanwhile=lose)
    assert untrained.hashes() == tiny_run.hashes()
