"""Fixtures that all tests share."""

from pathlib import Path

import pytest

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
