"""Files and disks that are not as they should be.

Every row ends in the same results as an undisturbed run, most of them after a clear error.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from beholder.common.errors import BeholderError
from beholder.report import verify
from experiment import (
    AVERAGES,
    FACES,
    HEATMAP,
    MANIFEST,
    MAPS,
    PACKED,
    RUN,
    WEIGHTS,
    assert_made,
    assert_same,
)

pytestmark = pytest.mark.slow

#: For each stage that writes much the folder of its results and one of them.
BIG = {
    "collect": ("collect/good", MANIFEST),
    "faces": ("faces/good", FACES),
    "splits": ("splits/packed", PACKED),
    "train": ("train", WEIGHTS),
    "explain": ("explain", MAPS),
}


@contextlib.contextmanager
def full_disk(folder: Path, free: int = 8) -> Iterator[None]:
    """Mount a file system with `free` kB of room on a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
    try:
        (folder / "ballast").write_bytes(bytes((64 - free) * 1024))
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder, not even root."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("stage", BIG)
def test_a_full_disk_is_named_and_nothing_is_lost(stage, damaged, tiny_run):
    folder, result = BIG[stage]
    damaged.lose(folder)
    place = damaged.folder / "results/tiny" / folder
    with full_disk(place):
        status, output = damaged.run(result)
        assert status != 0 and "disk is full" in output, output[-4000:]
        left = [file.name for file in place.rglob("*") if file.name.startswith(".") and "snakemake" not in file.name]
        assert not (damaged.folder / result).exists() and not left
    damaged.finish(result)
    assert_made(damaged, tiny_run, result)


def test_results_that_cannot_be_written_are_named(damaged, tiny_run):
    damaged.lose("explain/original")
    with read_only(damaged.folder / "results/tiny/explain"):
        status, output = damaged.run(MAPS)
    assert status != 0 and "read-only" in output.lower()
    damaged.finish(AVERAGES)
    assert_same(damaged, tiny_run)


def test_no_room_for_temporary_files_is_survived(damaged, tiny_run, tmp_path):
    damaged.lose("faces/good", "explain/original")
    with full_disk(tmp_path / "full", free=0):
        damaged.environment["TMPDIR"] = str(tmp_path / "full")
        damaged.finish(FACES, AVERAGES)
    assert_same(damaged, tiny_run)


def test_a_photograph_lost_between_two_stages_is_a_row_with_a_reason(damaged):
    photographs = sorted((damaged.folder / "results/tiny/collect/good/photographs").rglob("*.jpg"))
    photographs[0].unlink()
    photographs[1].write_bytes(photographs[1].read_bytes()[:500])
    damaged.lose("faces")
    damaged.finish("results/tiny/faces/funnel.csv")
    funnel = (damaged.folder / "results/tiny/faces/funnel.csv").read_text().splitlines()
    assert {"1,good,missing,1", "1,good,altered,1"} <= set(funnel)


@pytest.mark.parametrize(
    ("result", "target"),
    [
        (FACES, "results/tiny/faces/selection.parquet"),
        ("results/tiny/faces/selection.parquet", "results/tiny/splits/train.csv"),
        ("results/tiny/splits/packed/original/test.npy", MAPS),
        (f"results/tiny/train/{RUN}/best.pt", MAPS),
        (f"results/tiny/explain/{RUN}/maps.parquet", AVERAGES),
        (f"results/tiny/explain/{RUN}/averages.npz", HEATMAP),
    ],
)
def test_a_truncated_result_is_named_by_its_reader_and_by_verify(
    result, target, damaged, tiny_run, monkeypatch, capsys
):
    file = damaged.folder / result
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    monkeypatch.chdir(damaged.folder)
    with pytest.raises(BeholderError, match="1 of the results"):
        verify.main(Path("results/tiny"))
    assert f"{result}: was changed after it was made" in capsys.readouterr().out

    status, output = damaged.run(target)
    assert status != 0 and f"Error: {result} " in output, output[-4000:]
    file.unlink()
    damaged.finish(target)
    assert_made(damaged, tiny_run, result, target)


def test_files_from_the_future_are_no_harm(damaged, tiny_run):
    """As after the clock was set back by a day."""
    damaged.lose("explain/original")
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
