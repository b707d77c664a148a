"""How much of the time of `crop_faces` is MediaPipe's own: python benchmarks/faces.py [FOLDER] [NUMBER]

Times whole photographs on one core, the calls into MediaPipe's graphs within them, and the decoding and encoding of
files; of several rounds each photograph's quickest counts. The ratio is MediaPipe's time over the whole, the target
0.9; beside it the ratio if nothing but MediaPipe and the files took time, which no code of ours can beat. Then two
processes against one, target 1.8 times.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

from mediapipe.python.solution_base import SolutionBase

from beholder.config.faces import Crop, Pose
from beholder.faces import reader

ROUNDS = 5


class Stopwatch:
    """Adds up the seconds spent in some functions, each given as its owner and its name."""

    def __init__(self, *functions: tuple[object, str]):
        self.seconds = 0.0
        self._originals = [(owner, name, getattr(owner, name)) for owner, name in functions]

    def __enter__(self) -> "Stopwatch":
        for owner, name, function in self._originals:
            setattr(owner, name, self._timed(function))
        return self

    def __exit__(self, *_) -> None:
        for original in self._originals:
            setattr(*original)

    def _timed(self, function: Callable) -> Callable:
        def timed(*args, **kwargs):
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start

        return timed


def quickest(paths: list[Path]) -> np.ndarray:
    """Return [3, photographs] seconds: in MediaPipe's graphs, decoding and encoding files, and in all."""
    seconds = np.empty((ROUNDS, 3, len(paths)))
    encoding = [(reader, name) for name in ("decode", "_jpeg", "_png")]
    with (
        Stopwatch((SolutionBase, "process")) as graphs,
        Stopwatch(*encoding) as files,
        reader.FaceReader(Crop(), Pose()) as faces,
    ):
        for turn in seconds:
            for number, path in enumerate(paths):
                graphs.seconds, files.seconds, start = 0.0, 0.0, time.perf_counter()
                faces.read(path)
                turn[:, number] = graphs.seconds, files.seconds, time.perf_counter() - start
    return seconds.min(axis=0)


def seconds_of(paths: list[Path]) -> float:
    """Return the seconds for reading all photographs, without setting up."""
    with reader.FaceReader(Crop(), Pose()) as faces:
        faces.read(paths[0])
        start = time.perf_counter()
        for path in paths:
            faces.read(path)
        return time.perf_counter() - start


def main(folder: Path, number: int) -> None:
    paths = sorted(folder.rglob("*.jpg"))[:number]
    graphs, files, whole = quickest(paths).mean(axis=1)
    print(f"{len(paths)} photographs: {1000 * whole:.1f} ms each, {1 / whole:.0f} per second and core")
    print(f"ratio MediaPipe / all: {graphs / whole:.2f}, at best {graphs / (graphs + files):.2f}")
    halves = [paths[::2], paths[1::2]]
    one = sum(map(seconds_of, halves))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        two = max(pool.map(seconds_of, halves, chunksize=1))
    print(f"two processes against one: {one / two:.2f} times")


if __name__ == "__main__":
    main(Path((sys.argv[1:2] or ["../shared/data/portraits"])[0]), int((sys.argv[2:3] or [100])[0]))
