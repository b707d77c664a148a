"""The tiny experiment through profiles/slurm on a real scheduler: what jobs ask for, and jobs that get lost."""

import re
import shutil
import time
from collections.abc import Callable

import psutil
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


def run(experiment: Experiment, slurm: Slurm, *targets: str, meanwhile: Callable[[], None]) -> None:
    """Run targets on the cluster; call `meanwhile` once the first attempt of the training has begun."""
    with (experiment.folder / "output.txt").open("w+") as output:
        process = experiment.start(
            *PROFILE, "--latency-wait", "10", *targets, environment=slurm.environment, output=output
        )
        try:
            wait_for(experiment, 1)
            meanwhile()
            process.wait(timeout=1500)
        finally:
            process.terminate()
        output.seek(0)
        assert process.returncode == 0, output.read()[-4000:]


def wait_for(experiment: Experiment, attempt: int) -> None:
    """Wait until an attempt at the training has begun its work."""
    log = experiment.folder / f"work/tiny/train/attempts/{RUN.replace('/', '.')}.{attempt}.log"
    end = time.monotonic() + 600
    while not log.exists():
        assert time.monotonic() < end, f"{log} does not appear"
        time.sleep(0.1)


def training(slurm: Slurm) -> str:
    """Return the number of the running job that trains."""
    jobs = slurm.command("squeue", "-h", "-t", "running", "-o", "%A %k").splitlines()
    return next(job.split()[0] for job in jobs if "rule_train" in job)


def test_the_experiment_runs_to_its_heatmaps_and_a_cancelled_training_is_tried_again(tiny_run, slurm, tmp_path):
    experiment = Experiment.make(tmp_path / "run", tiny_run.folder)
    run(experiment, slurm, HEATMAP, TABLE, meanwhile=lambda: slurm.command("scancel", training(slurm)))

    assert (experiment.folder / HEATMAP).read_bytes().startswith(b"\x89PNG")
    assert tiny_run.hashes().items() <= experiment.hashes().items()
    jobs = requests(slurm)
    cancelled, retried = jobs["train"]
    assert (cancelled["JobState"], retried["JobState"]) == ("CANCELLED", "COMPLETED")
    assert "mem=8000M" in cancelled["TRES"] and "mem=16000M" in retried["TRES"]
    assert (retried["TresPerJob"], retried["TimeLimit"]) == ("gres:gpu:1", "12:00:00")
    assert "TresPerJob" not in jobs["crop_faces"][0] and jobs["crop_faces"][0]["TimeLimit"] == "06:00:00"
    assert [job["TresPerJob"] for name, each in jobs.items() if "explain" in name for job in each] == ["gres:gpu:1"]
    assert not any(rule.startswith("plot_") for rule in jobs), "figures are made where Snakemake runs"
    assert {attempt["exit"] for attempt in experiment.record("train", RUN.replace("/", "."))["attempts"]} == {0, 1}


def test_a_lost_node_and_a_time_limit_cost_an_attempt_each(damaged, tiny_run, slurm):
    for folder in ("results/tiny/train", "results/tiny/explain", "work/tiny/train"):
        shutil.rmtree(damaged.folder / folder)
    before = len(requests(slurm).get("train", []))

    def disturb() -> None:
        slurm.command("scontrol", "update", f"nodename={slurm.host}", "state=down", "reason=test")
        slurm.command("scontrol", "update", f"nodename={slurm.host}", "state=resume")
        wait_for(damaged, 2)
        for process in psutil.process_iter(["cmdline", "cwd"]):
            if process.info["cwd"] == str(damaged.folder) and "scripts.train" in process.info["cmdline"]:
                process.suspend()
        slurm.command("scontrol", "update", f"jobid={training(slurm)}", "timelimit=1")

    run(damaged, slurm, AVERAGES, meanwhile=disturb)
    assert damaged.hashes() == tiny_run.hashes()
    states = [job["JobState"] for job in requests(slurm)["train"][before:]]
    assert states == ["NODE_FAIL", "TIMEOUT", "COMPLETED"]
