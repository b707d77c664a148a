"""What packing costs and what it saves: python benchmarks/pack.py [IMAGES]

One public-domain portrait is measured as `crop_faces` does and repeated, so the cost is that of real crops and masks.
First images per second and core for every background mode; then reading a shuffled epoch from the packed array
against decoding the JPEG files each epoch, with OpenCV and in the plain way (PIL, resized to the input size).
"""

import io
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

import cv2
import numpy as np
import pandas as pd
from PIL import Image
from skimage import data

from beholder.common.tables import write_table
from beholder.config.faces import Crop, Pose
from beholder.config.splits import Pack
from beholder.faces.reader import FaceReader
from beholder.splits.backgrounds import MODES
from beholder.splits.packing import pack

BATCH = 32


def main(images: int) -> None:
    table = faces(images)
    with tempfile.TemporaryDirectory() as folder:
        path, packed = Path(folder) / "faces.parquet", Path(folder) / "packed.npy"
        write_table(path, table)
        ids = table["image_id"].to_list()
        for mode in MODES:
            start = time.perf_counter()
            pack(ids, [path], mode, Pack(), packed)
            print(f"pack {mode:16} {images / (time.perf_counter() - start):6.0f} images/s on one core")
        array = np.load(packed, mmap_mode="r")
        epoch = np.random.default_rng(0).permutation(images)
        batches = [epoch[start : start + BATCH] for start in range(0, images, BATCH)]
        jpegs = table["crop"].to_list()
        seconds = {
            "packed array": timed(lambda batch: array[np.sort(batch)], batches),
            "JPEG, OpenCV": timed(lambda batch: np.stack([opencv(jpegs[row]) for row in batch]), batches),
            "JPEG, PIL": timed(lambda batch: np.stack([pil(jpegs[row]) for row in batch]), batches),
        }
    for name, taken in seconds.items():
        ratio = taken / seconds["packed array"]
        print(f"read {name:16} {images / taken:6.0f} images/s, {ratio:.1f} times the time of the packed array")


def faces(images: int) -> pd.DataFrame:
    """Return a face table that shows one portrait `images` times."""
    portrait = cv2.imencode(".jpg", cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR))[1].tobytes()
    with FaceReader(Crop(margin=0.25), Pose()) as reader:
        row = reader.measure(portrait)
    columns = {name: [row[name]] * images for name in ("mask_plausible", "crop", "mask", "landmarks")}
    return pd.DataFrame({"image_id": [f"portrait/{number}" for number in range(images)], **columns})


def timed(read, batches: list[np.ndarray]) -> float:
    """Return the seconds of the second of two epochs: the first fills the caches."""
    for _ in range(2):
        start = time.perf_counter()
        for batch in batches:
            read(batch)
        taken = time.perf_counter() - start
    return taken


def opencv(jpeg: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), (224, 224), interpolation=cv2.INTER_AREA)


def pil(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB").resize((224, 224), Image.Resampling.BILINEAR))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 512)
