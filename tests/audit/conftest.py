"""A finished audit whose truth is known, measured on one thread."""

import pytest
from threadpoolctl import threadpool_limits

from audit.planted import Run


@pytest.fixture(scope="session")
def audited(tmp_path_factory) -> Run:
    """Two networks, one that reads the face and one that reads the background, measured and judged."""
    return Run(tmp_path_factory.mktemp("audit")).make()


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """As in a job with one thread: on sets as small as these, threads mostly wait for each other."""
    with threadpool_limits(1):
        yield
