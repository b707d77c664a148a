"""A SLURM for the session; without its packages or without root these tests cannot run."""

import os
import shutil

import pytest
from slurm import Slurm


@pytest.fixture(scope="session")
def slurm(tmp_path_factory):
    """A running SLURM with one node, two made-up GPUs and no accounting database."""
    if os.geteuid() or not all(map(shutil.which, ("slurmctld", "slurmd", "munged"))):
        pytest.skip("needs root and the packages slurm-wlm and munge, as in .ci/run")
    with Slurm(tmp_path_factory.mktemp("slurm")) as cluster:
        yield cluster
