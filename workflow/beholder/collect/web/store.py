"""The photographs on disk, named by their content."""

import hashlib
import threading
from pathlib import Path

from beholder.common.tables import atomic


class Store:
    """A folder of files `<two digits>/<sha256><ending>`. One photograph is stored once; nothing in it ever changes."""

    def __init__(self, root: Path):
        self.root = root
        self._lock = threading.Lock()
        for leftover in root.glob("*/.*"):  # of a run that was killed
            leftover.unlink()

    def add(self, body: bytes, ending: str) -> str:
        """Store a file, whole or not at all, and return its SHA-256. Raises OSError where the disk does not take it."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path(sha256, ending)
        with self._lock:
            if not path.is_file() or path.stat().st_size != len(body):
                with atomic(path) as temporary:
                    temporary.write_bytes(body)
        return sha256

    def path(self, sha256: str, ending: str) -> Path:
        """Return where the photograph lies, or would lie."""
        return self.root / sha256[:2] / f"{sha256}{ending}"

    def has(self, sha256: str, ending: str, size: int) -> bool:
        """Return whether the photograph is there with all its bytes."""
        try:
            return self.path(sha256, ending).stat().st_size == size
        except OSError:
            return False
