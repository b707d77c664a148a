"""A face that may be shipped, and the reader that measures it."""

import io

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from beholder.config.faces import Crop, Pose
from beholder.faces.reader import FaceReader


def jpeg(pixels: np.ndarray, **options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", **{"quality": 95, **options})
    return buffer.getvalue()


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    """NASA's portrait of Eileen Collins, uint8 [512, 512, 3]."""
    return astronaut()


@pytest.fixture(scope="session")
def reader():
    with FaceReader(Crop(), Pose()) as reader:
        yield reader


@pytest.fixture(scope="session")
def row(reader, portrait) -> dict:
    """What the reader measures on the portrait."""
    return reader.measure(jpeg(portrait))
