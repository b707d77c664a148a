"""On a cluster every job reads config and code again; an edit in the meantime must not slip in."""

import pytest

from experiment import MAPS, Experiment

#: As an executor plugin starts a job on a node.
JOB = ("--mode", "remote", "--dry-run", "--forcerun", "explain", MAPS)


def start_job(experiment: Experiment, started_with: str) -> tuple[int, str]:
    return experiment.run(*JOB, environment={"BEHOLDER_STARTED_WITH": started_with})


def test_a_job_whose_config_and_code_are_those_of_the_run_starts(damaged):
    assert start_job(damaged, "{}")[0] == 0


@pytest.mark.parametrize("what", ["The config", "The code of `explain`"])
def test_a_job_whose_config_or_code_was_edited_is_refused(what, damaged):
    status, output = start_job(damaged, f'{{"{what}": "another"}}')
    assert status != 0 and f"{what} was edited after this run started" in output


def test_a_new_run_does_not_care_what_an_earlier_one_started_with(damaged):
    environment = {"BEHOLDER_STARTED_WITH": '{"The config": "another"}'}
    assert damaged.run("--dry-run", MAPS, environment=environment)[0] == 0
