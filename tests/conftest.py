"""Fixtures that all tests share."""

from pathlib import Path

import pytest

from experiment import CREDITS, HEATMAP, LEAKS, TABLE, Experiment

REPOSITORY = Path(__file__).resolve().parents[1]


def pytest_addoption(parser):
    """`--fix` rewrites golden files instead of comparing with them."""
    parser.addoption("--fix", action="store_true", help="rewrite golden files, such as tests/workflow/reruns.yaml")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real photographs for development, beside the checkout."""
    path = REPOSITORY.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"no real photographs at {path}")
    return path


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory) -> Experiment:
    """A tiny experiment with results of every stage; its tests copy it before they change anything."""
    experiment = Experiment.make(tmp_path_factory.mktemp("tiny") / "run")
    experiment.finish(TABLE, LEAKS, HEATMAP, CREDITS)
    return experiment


@pytest.fixture
def damaged(tiny_run, tmp_path) -> Experiment:
    """A copy of the tiny experiment to damage."""
    return tiny_run.copy(tmp_path / "run")
