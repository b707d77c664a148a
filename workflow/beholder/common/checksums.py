"""The refusal of files that are not what they should be."""

import hashlib
from pathlib import Path

from beholder.common.errors import BeholderError


def verify(path: str | Path, sha256: str) -> Path:
    """Return the path of a file that a user supplied; call this before opening it.

    Raises BeholderError where it is missing or has another SHA-256 (64 hexadecimal digits).
    """
    path = Path(path)
    if not path.is_file():
        raise BeholderError(
            f"{path} does not exist. Put the file with the SHA-256 {sha256} there, or correct the path."
        )
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise BeholderError(
            f"{path} has the SHA-256 {found}, but the config expects {sha256}. "
            "Fetch the file again from its publisher, or correct the config if this is the file you mean."
        )
    return path
