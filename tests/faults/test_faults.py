"""What goes wrong on real machines, one row each.

Every row ends in the same results as an undisturbed run, or in a clear error after which the next run ends in them.
All rows start from copies of one finished tiny experiment.
"""

import contextlib
import hashlib
import os
import pickle
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import torch

from experiment import AVERAGES, MAPS, RUN, Experiment

# Each row needs runs of its own, and some depend on when a job is caught: left to `make test-all`.
pytestmark = pytest.mark.slow

HEATMAP = "results/tiny/figures/heatmaps/short/original/good_stock.png"
#: For each stage the folder of its results, a file that its job makes, and the job's script and log.
STAGES = {
    "collect": ("collect/good", "results/tiny/collect/good/manifest.parquet", "collect_synthetic", "good"),
    "faces": ("faces/good", "results/tiny/faces/good/0.parquet", "crop_faces", "good.0"),
    "splits": ("splits/packed", "results/tiny/splits/packed/original/train.npy", "pack", "original.train"),
    "train": ("train", f"results/tiny/train/{RUN}/best.pt", "train", RUN.replace("/", ".")),
    "explain": ("explain", AVERAGES, "explain", RUN.replace("/", ".")),
}


def lose(experiment: Experiment, folder: str) -> None:
    """Delete the results of a stage."""
    shutil.rmtree(experiment.folder / "results/tiny" / folder)


def job_of(process: subprocess.Popen, script: str) -> psutil.Process:
    """Return the running program of a workflow, as soon as its work has begun."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                command = child.cmdline()
                log = Path(command[-1]) if command[-2:-1] == ["--log"] else None
                if f"scripts.{script}" in command and log and (Path(child.cwd()) / log).exists():
                    return child
        assert process.poll() is None, process.communicate()[0][-3000:]
        time.sleep(0.05)
    raise TimeoutError(f"{script} does not begin")


@contextlib.contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Mount a file system with 8 kB of room on a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
    try:
        (folder / "ballast").write_bytes(bytes(56 * 1024))
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def assert_made(experiment: Experiment, reference: Experiment, target: str) -> None:
    """Check that a target and what else lies in its stage are as in an undisturbed run, as far as they were made."""
    name = target.removeprefix("results/tiny/")
    found, expected = (one.hashes(name.split("/")[0]) for one in (experiment, reference))
    assert name in found
    assert {file for file in found if found[file] != expected.get(file)} == set()


def assert_same(experiment: Experiment, reference: Experiment, *parts: str) -> None:
    """Check that all results are as in an undisturbed run; there may be more."""
    found, expected = experiment.hashes(*parts), reference.hashes(*parts)
    assert {name for name in expected if found.get(name) != expected[name]} == set()


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "SIGTERM"])
def test_a_killed_job_is_made_again(stage, how, damaged, tiny_run):
    folder, target, script, job = STAGES[stage]
    lose(damaged, folder)
    process = damaged.start("--cores", "2", target)
    job_of(process, script).send_signal(how)
    output = process.communicate()[0]
    if script != "train":  # training is tried again in the same run
        assert process.returncode != 0 and f"Error in rule {script}" in output
        damaged.finish(target)
    assert_made(damaged, tiny_run, target)
    exits = [attempt["exit"] for attempt in damaged.record(script, job)["attempts"]]
    assert exits[-1] == 0 and exits[-2] in ((None,) if how == signal.SIGKILL else (143, 1))
    logs = damaged.folder / f"work/tiny/{script}/attempts"
    assert len(list(logs.glob(f"{job}.*.log"))) == 3, "one log per attempt"


def test_a_training_that_is_told_to_stop_goes_on_where_it_was(damaged, tiny_run):
    lose(damaged, "train")
    process = damaged.start("--cores", "2", STAGES["train"][1])
    job = job_of(process, "train")
    checkpoint = damaged.folder / f"work/tiny/train/{RUN}/checkpoint.pt"
    while not checkpoint.exists() and job.is_running():
        time.sleep(0.02)
    job.terminate()
    assert process.wait() == 0, process.communicate()[0][-3000:]
    logs = sorted((damaged.folder / "work/tiny/train/attempts").glob("*.log"))
    assert "asked to stop by SIGTERM" in logs[1].read_text()
    assert "resuming at epoch" in logs[2].read_text()
    assert_same(damaged, tiny_run, "train")


@pytest.mark.slow
def test_a_killed_workflow_needs_to_be_unlocked_and_no_more(damaged, tiny_run):
    lose(damaged, "train")
    process = damaged.start("--cores", "2", STAGES["train"][1])
    job_of(process, "train")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    status, output = damaged.run(STAGES["train"][1])
    assert status != 0 and "--unlock" in output
    damaged.finish("--unlock")
    damaged.finish(STAGES["train"][1])
    assert_same(damaged, tiny_run, "train")


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_is_named_and_nothing_is_lost(stage, damaged, tiny_run):
    folder, target, _, _ = STAGES[stage]
    place = damaged.folder / "results/tiny" / folder
    lose(damaged, folder)
    with full_disk(place):
        status, output = damaged.run(target)
        assert status != 0
        assert "disk is full" in output, output[-4000:]
        assert not (damaged.folder / target).exists()
    damaged.finish(target)
    assert_made(damaged, tiny_run, target)


def test_results_that_cannot_be_written_are_named(damaged, tiny_run):
    place = damaged.folder / "results/tiny/explain"
    lose(damaged, "explain")
    place.mkdir()
    subprocess.run(["mount", "--bind", place, place], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
    try:
        status, output = damaged.run(MAPS)
    finally:
        subprocess.run(["umount", place], check=True)
    assert status != 0 and "read-only" in output.lower()
    damaged.finish(AVERAGES)
    assert_same(damaged, tiny_run, "explain")


@pytest.mark.slow
def test_no_room_for_temporary_files_is_survived(damaged, tiny_run, tmp_path):
    lose(damaged, "faces/good")
    lose(damaged, "explain")
    with full_disk(tmp_path / "full"):
        (tmp_path / "full/more").write_bytes(bytes(8 * 1024))
        output = damaged.run(STAGES["faces"][1], AVERAGES, environment={"TMPDIR": str(tmp_path / "full")})[1]
    damaged.finish(STAGES["faces"][1], AVERAGES)
    assert "(100%) done" in output or "No space left" in output, output[-4000:]
    assert_same(damaged, tiny_run)


def test_a_photograph_lost_between_two_stages_is_a_row_with_a_reason(damaged):
    photographs = sorted((damaged.folder / "results/tiny/collect/good/photographs").rglob("*.jpg"))
    photographs[0].unlink()
    photographs[1].write_bytes(photographs[1].read_bytes()[:500])
    lose(damaged, "faces")
    damaged.finish("results/tiny/faces/funnel.csv")
    funnel = (damaged.folder / "results/tiny/faces/funnel.csv").read_text()
    assert "missing" in funnel and "altered" in funnel


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("faces/selection.parquet", "results/tiny/splits/train.csv"),
        pytest.param("splits/packed/original/test.npy", MAPS, marks=pytest.mark.slow),
        pytest.param(f"train/{RUN}/best.pt", MAPS, marks=pytest.mark.slow),
        (f"explain/{RUN}/maps.parquet", AVERAGES),
        (f"explain/{RUN}/averages.npz", HEATMAP),
    ],
)
def test_a_truncated_result_is_named_and_made_again(path, target, damaged, tiny_run):
    file = damaged.folder / "results/tiny" / path
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    status, output = damaged.run(target)
    assert status != 0
    assert f"{path} is not as it was made" in output or f"{path} cannot be read" in output or "damaged" in output
    file.unlink()
    damaged.finish(target)
    assert_same(damaged, tiny_run, *{path.split("/")[0], target.split("/")[2]} - {"figures"})


def test_two_runs_at_once_do_not_mix(damaged, tiny_run):
    lose(damaged, "train")
    first = damaged.start("--cores", "2", STAGES["train"][1])
    job_of(first, "train")
    status, output = damaged.run(STAGES["train"][1])
    assert status != 0 and "cannot be locked" in output
    assert first.wait() == 0
    assert_same(damaged, tiny_run, "train")


def test_files_from_the_future_are_no_harm(damaged, tiny_run):
    lose(damaged, "explain")
    tomorrow = time.time() + 86400
    for file in [*(damaged.folder / "results/tiny").rglob("*"), *(damaged.folder / "workflow").rglob("*")]:
        os.utime(file, (tomorrow, tomorrow))
    status, output = damaged.run(AVERAGES)
    assert status == 0 or "clock skew" in output, output[-3000:]
    if status != 0:
        later = time.time() - 10
        for file in (damaged.folder / "results/tiny").rglob("*"):
            os.utime(file, (later, later))
        damaged.finish(AVERAGES)
    assert_same(damaged, tiny_run)


def test_code_edited_during_a_run_is_refused(damaged, tiny_run):
    lose(damaged, "train")
    lose(damaged, "explain")
    process = damaged.start("--cores", "2", AVERAGES)
    job_of(process, "train")
    module = damaged.folder / "workflow/beholder/explain/average.py"
    text = module.read_text()
    module.write_text(text + "\nEDITED = 1\n")
    output = process.communicate()[0]
    assert process.returncode != 0
    assert "was edited after this run started" in output
    assert not (damaged.folder / AVERAGES).exists()
    module.write_text(text)
    damaged.finish(AVERAGES)
    assert_same(damaged, tiny_run)


@pytest.mark.slow
def test_a_config_edited_during_a_run_waits_for_the_next(damaged, tiny_run):
    lose(damaged, "train")
    process = damaged.start("--cores", "2", STAGES["train"][1])
    job_of(process, "train")
    damaged.configure({"train.recipes": {"short": {"epochs": 1, "batch_size": 4}}})
    assert process.wait() == 0
    assert_same(damaged, tiny_run, "train")
    status, output = damaged.run("--dry-run", STAGES["train"][1])
    assert status == 0 and "params have changed" in output.lower()


class Bomb:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch exploded",)


@pytest.mark.parametrize(
    "kind", ["missing", "another file", pytest.param("no network", marks=pytest.mark.slow), "bomb"]
)
def test_weights_are_not_trusted(kind, damaged):
    lose(damaged, "train")
    weights = damaged.folder / "weights.pt"
    torch.save({"state_dict": {"other": torch.zeros(3)}}, weights)
    if kind == "bomb":
        weights.write_bytes(pickle.dumps({"state_dict": Bomb()}))
    sha256 = "0" * 64 if kind == "another file" else hashlib.sha256(weights.read_bytes()).hexdigest()
    if kind == "missing":
        weights.unlink()
    entry = {"file": "weights.pt", "sha256": sha256}
    damaged.configure({"train.models.net.initialisation": "mine", "train.files": {"mine": entry}})
    status, output = damaged.run("--retries", "0", STAGES["train"][1])
    assert status != 0
    assert "weights.pt" in output and "Traceback" not in output, output[-3000:]
    assert not (damaged.folder / "exploded").exists()
