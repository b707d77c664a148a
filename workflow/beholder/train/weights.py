"""Files of weights: written whole, opened without trusting them."""

import hashlib
import io
from pathlib import Path
from typing import Any

import torch

from beholder.common.errors import BeholderError
from beholder.common.tables import atomic


def read_weights(path: str | Path, sha256: str | None = None) -> dict[str, Any]:
    """Read a file of `torch.save` on the CPU, refusing anything that would run code.

    `sha256` (64 hexadecimal digits) is compared before the content is looked at. Returns the dictionary it holds.

    Raises BeholderError where the file is missing, is another one than expected, or holds no weights.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise BeholderError(f"{path}: the file of weights cannot be read ({error.strerror}).") from error
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256:
        raise BeholderError(
            f"{path} is not the file of weights that the config names: expected SHA-256 {sha256}, found {found}. "
            "Fetch the file again, or correct `sha256`."
        )
    try:
        weights = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise BeholderError(
            f"{path} was not opened: it is damaged, or holds more than weights, which could run code. "
            f"Expected a state dict written by torch.save ({reason})."
        ) from error
    if not isinstance(weights, dict):
        raise BeholderError(f"{path}: expected a state dict, found {type(weights).__name__}.")
    return weights


def write_weights(path: str | Path, content: dict[str, Any]) -> None:
    """Write a file of `torch.save`, whole or not at all.

    Raises BeholderError where the disk is full; torch itself would report that as an internal failure.
    """
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with atomic(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())
