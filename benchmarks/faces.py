"""How much of the time of `crop_faces` is MediaPipe's own: python benchmarks/faces.py [FOLDER] [NUMBER]

Times whole photographs on one core, and the calls into MediaPipe's graphs within them; of several rounds each
photograph's quickest counts. The ratio is MediaPipe's time over the whole, the target 0.9. Then two processes
against one, target 1.8 times.
"""

import multiprocessing
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

from mediapipe.python.solution_base import SolutionBase

from beholder.config.faces import Crop, Pose
from beholder.faces.reader import FaceReader

ROUNDS = 5


class Stopwatch:
    """Adds up the seconds spent in MediaPipe's graphs."""

    def __init__(self):
        self.seconds = 0.0
        self._process = SolutionBase.process

    def __enter__(self) -> "Stopwatch":
        watch, process = self, self._process

        def timed(self, input_data):
            start = time.perf_counter()
            result = process(self, input_data)
            watch.seconds += time.perf_counter() - start
            return result

        SolutionBase.process = timed
        return self

    def __exit__(self, *_) -> None:
        SolutionBase.process = self._process


def quickest(paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Return for each photograph the seconds in MediaPipe's graphs and the seconds in all other code."""
    graphs, others = np.empty((2, ROUNDS, len(paths)))
    with Stopwatch() as watch, FaceReader(Crop(), Pose()) as reader:
        for turn in range(ROUNDS):
            for number, path in enumerate(paths):
                watch.seconds, start = 0.0, time.perf_counter()
                reader.read(path)
                graphs[turn, number] = watch.seconds
                others[turn, number] = time.perf_counter() - start - watch.seconds
    return graphs.min(axis=0), others.min(axis=0)


def seconds_of(paths: list[Path]) -> float:
    """Return the seconds for reading all photographs, without setting up."""
    with FaceReader(Crop(), Pose()) as reader:
        reader.read(paths[0])
        start = time.perf_counter()
        for path in paths:
            reader.read(path)
        return time.perf_counter() - start


def main(folder: Path, number: int) -> None:
    paths = sorted(folder.rglob("*.jpg"))[:number]
    graphs, others = quickest(paths)
    each = (graphs + others).mean()
    print(f"{len(paths)} photographs: {1000 * each:.1f} ms each, {1 / each:.0f} per second and core")
    print(f"ratio MediaPipe / all: {graphs.sum() / (graphs.sum() + others.sum()):.2f}")
    halves = [paths[::2], paths[1::2]]
    one = sum(map(seconds_of, halves))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        two = max(pool.map(seconds_of, halves, chunksize=1))
    print(f"two processes against one: {one / two:.2f} times")


if __name__ == "__main__":
    main(Path((sys.argv[1:2] or ["../shared/data/portraits"])[0]), int((sys.argv[2:3] or [100])[0]))
