"""Everything that is measured on one photograph."""

import hashlib
from pathlib import Path

import cv2
import numpy as np

from beholder.common import phash
from beholder.common.errors import BeholderError
from beholder.config.faces import Crop, Pose
from beholder.faces import crop, pose
from beholder.faces.detect import FaceDetector
from beholder.faces.landmarks import FaceMesh
from beholder.faces.mask import PersonMask, plausible
from beholder.faces.oval import face_oval
from beholder.faces.photograph import UnusablePhotograph, decode

#: Runs and Huffman codes only: half the time for masks, which are nearly all runs.
_FAST_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
#: What Hopenet is shown: as much around the face as its training crops had.
_HOPENET_PIXELS, _HOPENET_MARGIN = 224, 0.25


class FaceReader:
    """Detector, face mesh and person mask, set up once for many photographs; a context manager.

    Not for several threads: MediaPipe's graphs take one photograph at a time.
    """

    def __init__(self, crop_settings: Crop, pose_settings: Pose):
        """Raises BeholderError where Hopenet is asked for and its weights are missing or wrong."""
        cv2.setNumThreads(1)  # a shard has one core
        self._crop = crop_settings
        self._hopenet = _hopenet(pose_settings)
        self._detect = FaceDetector(crop_settings.detection_confidence)
        self._mesh = FaceMesh()
        self._person = PersonMask()

    def __enter__(self) -> "FaceReader":
        return self

    def __exit__(self, *_) -> None:
        for graph in (self._detect, self._mesh, self._person):
            graph.close()

    def read(self, path: Path, sha256: str | None = None) -> dict:
        """Return `measure` of a file, or the reason `missing`, `unreadable`, or `altered` (not the file of `sha256`)."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return {"reason": "missing"}
        except OSError:
            return {"reason": "unreadable"}
        if sha256 and hashlib.sha256(data).hexdigest() != sha256:
            return {"reason": "altered"}
        return self.measure(data)

    def measure(self, data: bytes) -> dict:
        """Return the columns of the faces table (see `table`) for a photograph's bytes, as far as it goes.

        `reason` is None when a face was measured, else `unreadable`, `too_large`, `no_face`, `too_small` or
        `no_landmarks` (as good as always a profile). Of several faces the largest is measured.
        """
        try:
            photograph = decode(data, self._crop.max_megapixels)
        except UnusablePhotograph as error:
            return {"reason": error.reason}
        row = {"height": photograph.shape[0], "width": photograph.shape[1], **_hashes(photograph)}
        if min(photograph.shape[:2]) < self._crop.min_face:
            return row | {"reason": "too_small"}
        faces = self._detect(photograph)
        row["n_faces"] = len(faces)
        if not faces:
            return row | {"reason": "no_face"}
        face = faces[0]
        row |= {"score": face.score, "box_x": face.x, "box_y": face.y, "box_w": face.width, "box_h": face.height}
        if min(face.width, face.height) < self._crop.min_face:
            return row | {"reason": "too_small"}
        landmarks = self._mesh(photograph, face)
        if landmarks is None:
            return row | {"reason": "no_landmarks"}
        return row | {"reason": None} | self._pose(photograph, landmarks) | self._cut(photograph, landmarks)

    def _pose(self, photograph: np.ndarray, landmarks: np.ndarray) -> dict:
        if self._hopenet is None:
            return pose.landmark_pose(landmarks)._asdict()
        matrix = crop.face_square(landmarks, _HOPENET_PIXELS, _HOPENET_MARGIN, align=False)
        return self._hopenet(crop.view(photograph, matrix, _HOPENET_PIXELS))._asdict()

    def _cut(self, photograph: np.ndarray, landmarks: np.ndarray) -> dict:
        size = self._crop.size
        matrix = crop.face_square(landmarks, size, self._crop.margin, self._crop.align)
        pixels = crop.view(photograph, matrix, size, self._crop.border)
        inside = crop.transform(matrix, landmarks)
        person, oval = self._person(pixels), face_oval(inside, size).astype(np.float32) / 255
        mask = np.maximum(person, oval)
        return {
            "interocular": crop.interocular(landmarks),
            "sharpness": _sharpness(pixels),
            "missing_area": crop.missing_area(matrix, size, *photograph.shape[:2]),
            "coverage": float(mask.mean()),
            "mask_plausible": plausible(person, oval),
            "crop": _jpeg(pixels, self._crop.jpeg_quality),
            "mask": _png((mask * 255).round().astype(np.uint8)),
            "landmarks": inside.astype(np.float32).ravel(),
        }


def _hopenet(settings: Pose):
    if settings.method != "hopenet":
        return None
    if settings.weights is None:
        raise BeholderError(
            "faces.pose.weights: is missing. Method `hopenet` needs `file` and `sha256` of its weights."
        )
    from beholder.faces.hopenet import load  # torch takes seconds to import, and only this method needs it

    return load(settings.weights)


def _hashes(photograph: np.ndarray) -> dict:
    thumbnail = phash.thumbnail(photograph)
    straight, mirrored = phash.phash(thumbnail)
    return {"thumbnail": thumbnail.tobytes(), "phash": f"{straight:016x}", "phash_mirrored": f"{mirrored:016x}"}


def _sharpness(pixels: np.ndarray) -> float:
    """Variance of the Laplacian of the grey picture."""
    edges = cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_16S)
    return float(cv2.meanStdDev(edges)[1].item() ** 2)


def _jpeg(pixels: np.ndarray, quality: int) -> bytes:
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, *sampling]
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)[1].tobytes()


def _png(mask: np.ndarray) -> bytes:
    return cv2.imencode(".png", mask, _FAST_PNG)[1].tobytes()
