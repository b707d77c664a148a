"""The state of an unfinished training, kept where a killed job leaves it and a retried one finds it.

A checkpoint carries a key over everything the result depends on. It is used only where the key is the same to the
letter; otherwise training starts afresh.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from beholder.common.errors import BeholderError
from beholder.common.locks import only_one
from beholder.common.tables import remove_leftovers
from beholder.train.weights import read_weights, write_weights

log = logging.getLogger("beholder")


def checkpoint_key(settings: dict, code: str, inputs: list[Path]) -> str:
    """Return a digest of the settings, the code's fingerprint, torch's version and the contents of the inputs."""
    digest = hashlib.sha256(json.dumps([settings, code, torch.__version__], sort_keys=True).encode())
    for path in inputs:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class Checkpoint:
    """The one checkpoint in a folder that this process holds alone. Made by `hold`."""

    def __init__(self, folder: Path, key: str):
        self.path = folder / "checkpoint.pt"
        self.key = key

    def save(self, state: dict[str, Any]) -> None:
        """Replace the checkpoint, whole or not at all."""
        write_weights(self.path, {"key": self.key, "state": state})

    def load(self) -> dict[str, Any] | None:
        """Return the saved state, tensors on the CPU, or None where there is none that belongs to this key."""
        if not self.path.exists():
            return None
        try:
            content = read_weights(self.path)
        except BeholderError as error:
            log.info("the checkpoint is of no use, training starts afresh: %s", error)
            return None
        if content.get("key") != self.key:
            log.info("%s belongs to other settings, data or code: training starts afresh", self.path)
            return None
        return content["state"]

    def remove(self) -> None:
        """Delete the checkpoint once the results are written."""
        self.path.unlink(missing_ok=True)


@contextmanager
def hold(folder: Path, key: str) -> Iterator[Checkpoint]:
    """Lock `folder` for this process and give its checkpoint.

    Raises BeholderError where another process trains there, such as one that outlived its workflow.
    """
    busy = (
        f"{folder} is in use: another process is training this very network. "
        "Wait until it is done, or end it; its progress is kept."
    )
    with only_one(folder, busy):
        checkpoint = Checkpoint(folder, key)
        remove_leftovers(checkpoint.path)
        yield checkpoint
