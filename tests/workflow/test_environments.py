"""The lock, the conda environment and the container recipe name the same packages."""

import re

from experiment import REPOSITORY

ENVIRONMENTS = REPOSITORY / "envs"


def test_the_lock_holds_every_version_that_is_asked_for():
    def names(file: str) -> dict[str, str]:
        lines = (ENVIRONMENTS / file).read_text().splitlines()
        pairs = [re.match(r"([\w.-]+)(?:==([\w.*]+))?", line).groups() for line in lines if line[:1].isalnum()]
        return {name.lower().replace("_", "-"): version or "" for name, version in pairs}

    locked, wanted = names("requirements.lock"), names("requirements.in")
    assert set(wanted) <= set(locked)
    assert {name for name in wanted if not locked[name].startswith(wanted[name].rstrip("*"))} == set()
    assert all(locked.values()), "the lock pins every version"


def test_conda_and_container_install_the_lock_without_resolving():
    assert "--no-deps" in (ENVIRONMENTS / "beholder.yaml").read_text()
    assert "-r requirements.lock" in (ENVIRONMENTS / "beholder.yaml").read_text()
    assert "--no-deps -r /tmp/requirements.lock" in (ENVIRONMENTS / "Dockerfile").read_text()
