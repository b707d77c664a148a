"""Files that a user supplies."""

import hashlib

import pytest

from beholder.common.checksums import verify
from beholder.common.errors import BeholderError


def test_the_right_file_passes(tmp_path):
    file = tmp_path / "weights.pkl"
    file.write_bytes(b"weights")
    assert verify(file, hashlib.sha256(b"weights").hexdigest()) == file


def test_another_file_is_refused_with_both_hashes(tmp_path):
    file = tmp_path / "weights.pkl"
    file.write_bytes(b"other")
    with pytest.raises(BeholderError, match=f"{hashlib.sha256(b'other').hexdigest()}.*{'0' * 64}"):
        verify(file, "0" * 64)


def test_a_missing_file_says_what_to_put_where(tmp_path):
    with pytest.raises(BeholderError, match=r"nowhere\.pkl does not exist.*0000"):
        verify(tmp_path / "nowhere.pkl", "0" * 64)
