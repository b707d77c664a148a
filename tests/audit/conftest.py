"""A finished audit whose truth is known."""

import pytest
import torch

from audit.planted import Run


@pytest.fixture(scope="session")
def audited(tmp_path_factory) -> Run:
    """Two networks, one that reads the face and one that reads the background, measured and judged."""
    threads = torch.get_num_threads()
    run = Run(tmp_path_factory.mktemp("audit")).make()
    torch.set_num_threads(threads)
    return run
