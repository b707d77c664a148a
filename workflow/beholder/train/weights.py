"""Opening files of weights without trusting them."""

import hashlib
import io
from pathlib import Path
from typing import Any

import torch

from beholder.common.errors import BeholderError


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
        raise BeholderError(
            f"{path} was not opened: it is damaged, or holds more than weights, which could run code. "
            f"Expected a state dict written by torch.save ({str(error).splitlines()[0]})."
        ) from error
    if not isinstance(weights, dict):
        raise BeholderError(f"{path}: expected a state dict, found {type(weights).__name__}.")
    return weights
