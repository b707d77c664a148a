"""Turning, scaling and shifting one face onto another."""

import numpy as np

_ANCHORS = [33, 133, 362, 263, 61, 291]  # eye and mouth corners


def similarities(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least-squares similarities from source to target landmarks, as complex turn [B] and shift [B].

    Landmarks [B, 478, 2], in pixels; a target of [1, 478, 2] serves all. A point x + iy goes to turn * (x + iy) + shift.
    """
    points, goals = source[:, _ANCHORS] @ [1, 1j], target[:, _ANCHORS] @ [1, 1j]
    middle, goal_middle = points.mean(1, keepdims=True), goals.mean(1, keepdims=True)
    turn = ((points - middle).conj() * (goals - goal_middle)).sum(1) / (np.abs(points - middle) ** 2).sum(1)
    return turn, goal_middle[:, 0] - turn * middle[:, 0]
