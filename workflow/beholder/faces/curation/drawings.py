"""Tells drawings and figures from photographs, roughly.

A photograph's skin has texture and shading everywhere; a drawing has flat areas between hard edges, or bare paper.
Measured on 370 real photographs (FairFace and official portraits, also reduced, grey and strongly compressed) against
drawings made of them: at the limits below about 2 % of the photographs are suspected, all line drawings and flat vector
figures, two thirds of cartoons, half of smooth paintings. Statues, wax figures, dolls and good renderings have texture
and shading too and are not found.
"""

import cv2
import numpy as np

#: The 99th percentile of the photographs, both times.
EDGE_LIMIT, PAPER_LIMIT = 8.1, 0.08
_SIDE = 300
_PAPER = 250


def drawing_score(crop: np.ndarray) -> tuple[float, str]:
    """Return how much a face crop looks drawn, and by what: `edges` or `paper`. Above 1 it is suspected.

    `crop`: uint8 [h, w, 3] RGB with the face in its middle, of any size.
    """
    grey = cv2.cvtColor(cv2.resize(crop, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    kernel = np.ones((3, 3), np.uint8)
    step = (cv2.dilate(grey, kernel) - cv2.erode(grey, kernel))[_FACE]
    edges = np.percentile(step, 95) / (np.median(step) + 1) / EDGE_LIMIT
    paper = np.mean(grey[_FACE] >= _PAPER) / PAPER_LIMIT
    return (float(edges), "edges") if edges >= paper else (float(paper), "paper")


def _ellipse() -> np.ndarray:
    y, x = np.mgrid[:_SIDE, :_SIDE] / _SIDE - 0.5
    return (x / 0.33) ** 2 + (y / 0.4) ** 2 <= 1


_FACE = _ellipse()
