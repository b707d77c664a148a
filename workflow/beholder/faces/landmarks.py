"""The 478 landmarks of a face: MediaPipe's FaceMesh with irises."""

import mediapipe
import numpy as np

from beholder.faces import crop
from beholder.faces.detect import Detection

#: Side of the square around a detection that FaceMesh is given, as multiples of the box, in the order tried.
#: FaceMesh detects once more inside, so the framing matters: on FairFace 1.5 alone finds 181 of 196, all three 185;
#: what stays without landmarks are full profiles.
WINDOWS = (1.5, 2.0, 1.25)
#: The largest side of that square in pixels; FaceMesh itself looks at 192 pixels for 1.5 boxes.
MOST_PIXELS = 384


class FaceMesh:
    """FaceMesh for single photographs, without tracking. Close it when done."""

    def __init__(self):
        self._graph = mediapipe.solutions.face_mesh.FaceMesh(
            static_image_mode=True, max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.5
        )

    def __call__(self, photograph: np.ndarray, face: Detection) -> np.ndarray | None:
        """Return float64 [478, 3] landmarks in photograph pixels, or None where the mesh does not fit.

        (0, 0) is the centre of the first pixel; z grows away from the camera, in units of x, zero near the
        head's centre.
        """
        for multiple in WINDOWS:
            side = multiple * max(face.width, face.height)
            centre = np.array([face.x + face.width / 2, face.y + face.height / 2]) - 0.5
            pixels = min(round(side), MOST_PIXELS)
            window = crop.view(photograph, crop.square(centre, side, pixels), pixels)
            found = self._graph.process(window).multi_face_landmarks
            if found:
                relative = np.array([(point.x, point.y, point.z) for point in found[0].landmark])
                return (relative - [0.5, 0.5, 0.0]) * side + [*centre, 0.0]
        return None

    def close(self) -> None:
        self._graph.close()
