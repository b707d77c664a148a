"""A rule's program: flags from the signature, log, refusal of edited code, errors without a traceback."""

import hashlib
import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from beholder.common.record import processor

SCRIPT = '''
"""Add up."""
from beholder.common.errors import BeholderError
from beholder.common.program import Input, Inputs, Output, program, progress


@program
def main(settings: dict, first: Input, others: Inputs, total: Output, factor: int = 2) -> None:
    """Add the numbers in the files."""
    if settings["fail"]:
        raise BeholderError(f"{first} holds no number. Put one there.")
    print("chatter")
    numbers = [int(path.read_text()) for path in progress([first, *others], "adding")]
    total.write_text(str(factor * sum(numbers)))


if __name__ == "__main__":
    main.run()
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own with one script, so that its code can be edited."""
    workflow = Path(__file__).resolve().parents[2] / "workflow"
    (tmp_path / "beholder").symlink_to(workflow / "beholder")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/add.py").write_text(SCRIPT)
    for number, name in enumerate("abc", 1):
        (tmp_path / name).write_text(str(number))
    return tmp_path


def run(project: Path, settings: str, *flags: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "scripts.add", "--settings", settings, "--first", "a", "--others", "b", "c"]
    command += ["--total", "total", "--log", "logs/trial/add/job.log", *flags]
    return subprocess.run(
        command, cwd=project, capture_output=True, text=True, env={"PYTHONPATH": str(project)}, check=False
    )


def test_arguments_become_flags_and_everything_printed_reaches_the_log(project):
    done = run(project, '{"cfg": {"fail": false}}', "--factor", "3")
    assert done.returncode == 0, done.stderr
    assert (project / "total").read_text() == "18"
    assert "chatter" in (project / "logs/trial/add/job.log").read_text()
    assert "chatter" not in done.stdout


def test_a_user_error_is_one_message_on_terminal_and_log(project):
    done = run(project, '{"cfg": {"fail": true}}')
    assert done.returncode == 1
    assert done.stderr.strip() == "Error: a holds no number. Put one there."
    assert "Put one there." in (project / "logs/trial/add/job.log").read_text()


def test_a_fault_of_the_program_shows_its_traceback(project):
    (project / "b").write_text("no number")
    done = run(project, '{"cfg": {"fail": false}}')
    assert done.returncode == 1
    assert "Traceback" in done.stderr and "invalid literal" in done.stderr


def test_code_edited_after_the_start_of_a_run_is_refused(project):
    done = run(project, '{"cfg": {"fail": false}, "code": "0123456789abcdef"}')
    assert done.returncode == 1
    assert "edited after this run started" in done.stderr
    assert not (project / "total").exists()


def test_every_attempt_keeps_its_log_and_its_cost(project):
    assert run(project, '{"cfg": {"fail": true}}').returncode == 1
    (project / "logs/trial/add/job.log").unlink()  # as Snakemake does before it tries again
    assert run(project, '{"cfg": {"fail": false}}').returncode == 0
    attempts = project / "work/trial/add/attempts"
    assert "Put one there." in (attempts / "job.1.log").read_text()
    assert "chatter" in (attempts / "job.2.log").read_text()
    record = json.loads((project / "results/trial/records/add/job.json").read_text())
    assert [attempt["exit"] for attempt in record["attempts"]] == [1, 0]
    assert record["attempts"][1]["peak_memory_mb"] > 1
    assert record["outputs"] == {"total": hashlib.sha256(b"12").hexdigest()}
    assert set(record["inputs"]) == {"a", "b", "c"}


def test_an_input_that_is_not_as_it_was_made_is_named(project):
    script = project / "scripts/add.py"
    script.write_text(SCRIPT.replace("int(path.read_text())", "1 / int(path.read_text())"))
    record = project / "results/trial/records/make/a.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"rule": "make", "outputs": {"a": hashlib.sha256(b"1").hexdigest()}, "attempts": []}))
    (project / "a").write_text("0")
    done = run(project, '{"cfg": {"fail": false}}')
    assert done.returncode == 1
    assert done.stderr.strip() == "Error: a is not as it was made. Delete it: the next run makes it again."
    assert "ZeroDivisionError" in (project / "logs/trial/add/job.log").read_text()


def test_a_killed_attempt_stays_in_the_record(project):
    script = project / "scripts/add.py"
    script.write_text(SCRIPT.replace('print("chatter")', "import os; os.kill(os.getpid(), settings['signal'])"))
    assert run(project, '{"cfg": {"fail": false, "signal": 9}}').returncode == -9
    assert run(project, '{"cfg": {"fail": false, "signal": 15}}').returncode == 128 + 15
    record = json.loads((project / "results/trial/records/add/job.json").read_text())
    assert [attempt["exit"] for attempt in record["attempts"]] == [None, 128 + 15]
    assert record["attempts"][1]["peak_memory_mb"] < 500, "not the memory of the process that started it"


def test_a_processor_without_avx_is_reported(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name : Old One\nflags : sse sse2\n")
    assert processor(cpuinfo) == "Old One without AVX"
    cpuinfo.write_text("processor : 0\nmodel name : New One\nflags : sse avx\n")
    assert processor(cpuinfo) == "New One"
    assert processor(tmp_path / "none") == platform.machine()
