"""Which pixels of a crop belong to the person: MediaPipe's selfie segmentation and the face oval."""

import mediapipe
import numpy as np

#: A plausible mask covers at least this share of the face oval. Of 372 studio portraits the worst reaches 0.93;
#: below 0.9 the network took faces for background: dark, noisy or printed ones, profiles at the edge.
LEAST_OF_OVAL = 0.9
#: A mask of nearly the whole crop missed the background, unless the face itself takes more than this share of the crop:
#: in a crop without margin (oval 0.6) long hair does fill the rest, as 25 of 372 portraits show, all masked rightly.
LARGEST_COVERAGE, OVAL_OF_TIGHT_CROPS = 0.995, 0.4
#: At most this share of the pixels may be undecided (between 0.1 and 0.9). A sharp outline leaves 0.02 to 0.08, the
#: worst studio portrait 0.21; above 0.25 the mask is a cloud whose edge would show on any new background.
MOST_UNDECIDED = 0.25


class PersonMask:
    """The general model (256 x 256), meant for square pictures. Close it when done."""

    def __init__(self):
        self._graph = mediapipe.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)

    def __call__(self, crop: np.ndarray) -> np.ndarray:
        """Return the soft person mask, float32 [size, size] in 0..1, of a uint8 [size, size, 3] RGB crop."""
        return np.clip(self._graph.process(crop).segmentation_mask, 0, 1)

    def close(self) -> None:
        self._graph.close()


def plausible(person: np.ndarray, oval: np.ndarray) -> bool:
    """Whether a person mask, as the network gave it, can be that of the face with this oval (both [size, size] in 0..1)."""
    of_oval = (person * oval).sum() / max(oval.sum(), 1.0)
    everything = person.mean() > LARGEST_COVERAGE and oval.mean() < OVAL_OF_TIGHT_CROPS
    undecided = ((person > 0.1) & (person < 0.9)).mean()
    return bool(of_oval >= LEAST_OF_OVAL and not everything and undecided <= MOST_UNDECIDED)
