"""Two versions of one experiment, or two runs of it, must not mix."""

import pytest

from experiment import AVERAGES, MAPS, WEIGHTS, Experiment, assert_made, assert_same, wake

pytestmark = pytest.mark.slow

#: As an executor plugin starts a job on a node: config and code are read again there.
JOB = ("--mode", "remote", "--dry-run", "--forcerun", "explain", MAPS)


def start_job(experiment: Experiment, started_with: str) -> tuple[int, str]:
    experiment.environment["BEHOLDER_STARTED_WITH"] = started_with
    return experiment.run(*JOB)


def test_a_job_whose_config_and_code_are_those_of_the_run_starts(damaged):
    assert start_job(damaged, "{}")[0] == 0


@pytest.mark.parametrize("what", ["The config", "The code of `explain`"])
def test_a_job_whose_config_or_code_was_edited_is_refused(what, damaged):
    status, output = start_job(damaged, f'{{"{what}": "another"}}')
    assert status != 0 and f"{what} was edited after this run started" in output


def test_a_new_run_does_not_care_what_an_earlier_one_started_with(damaged):
    damaged.environment["BEHOLDER_STARTED_WITH"] = '{"The config": "another"}'
    assert damaged.run("--dry-run", MAPS)[0] == 0


def test_code_edited_during_a_run_is_refused(damaged, tiny_run):
    damaged.lose("train", "explain/original")
    module = damaged.folder / "workflow/beholder/explain/average.py"
    text = module.read_text()
    with damaged.held(AVERAGES, at=WEIGHTS) as (run, job):
        module.write_text(text + "\nEDITED = 1\n")
        wake(job)
        status, output = run.wait()
    assert status != 0 and "was edited after this run started" in output
    assert not (damaged.folder / AVERAGES).exists()
    module.write_text(text)
    damaged.finish(AVERAGES)
    assert_same(damaged, tiny_run)


def test_a_config_edited_during_a_run_waits_for_the_next(damaged, tiny_run):
    damaged.lose("train")
    with damaged.held(WEIGHTS, at=WEIGHTS) as (run, job):
        damaged.configure({"train.recipes": {"short": {"epochs": 1, "batch_size": 4}}})
        wake(job)
        assert run.wait()[0] == 0
    assert_made(damaged, tiny_run, WEIGHTS)
    status, output = damaged.run("--dry-run", WEIGHTS)
    assert status == 0 and "params have changed" in output.lower()


def test_two_runs_at_once_do_not_mix(damaged, tiny_run):
    damaged.lose("train")
    with damaged.held(WEIGHTS, at=WEIGHTS) as (run, job):
        status, output = damaged.run(WEIGHTS)
        assert status != 0 and "cannot be locked" in output
        wake(job)
        assert run.wait()[0] == 0
    assert_made(damaged, tiny_run, WEIGHTS)
