"""Finds photographs whose face is unlike the person's other photographs, without a face recognition network.

A face is described by the shape of its landmark mesh, moved, turned and scaled onto the mean shape. Directions in which
one person's photographs differ anyway, such as expression and what the mesh guesses of depth, count less: the spread
within people is whitened away, as in linear discriminant analysis.

Measured with one photograph of every tenth person replaced by somebody else's: of rendered people, 6 photographs each in
different poses and light, 0.1 finds 96 % and suspects under 1 % of the rest; of 40 portraits, varied by perspective, light,
size and compression, 89 % and none. Both are kinder than the web: real photographs of one person differ in years,
weight, lens and expression, and people look alike. Take it as an order in which to look, not as a proof; nothing is
rejected by it.
"""

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA

#: Fewer photographs of a person, or fewer such people, say nothing.
LEAST_PHOTOGRAPHS, LEAST_PEOPLE = 3, 5
_COMPONENTS = 40
_TRUSTED = 0.8  # share of the photographs nearest to their person's median: the rest may be of somebody else
_ALIGNMENTS = 5
_BLOCK = 4096  # photographs held against all people at once


def unlikeness(landmarks: np.ndarray, persons: np.ndarray) -> np.ndarray:
    """Return float64 [n]: the share of the other people whom a face resembles more than its own person, in 0..1.

    `landmarks`: float [n, p, 3] in pixels. `persons`: [n] names. 0 is a clear fit and 0.5 what a random face would get;
    NaN where the person has fewer than LEAST_PHOTOGRAPHS, or where fewer than LEAST_PEOPLE have as many.
    """
    result = np.full(len(landmarks), np.nan)
    _, person, counts = np.unique(persons, return_inverse=True, return_counts=True)
    enough = counts >= LEAST_PHOTOGRAPHS
    if enough.sum() < LEAST_PEOPLE:
        return result
    rows = enough[person]
    person, counts = (np.cumsum(enough) - 1)[person[rows]], counts[enough]
    faces = _whiten_within(_align(np.asarray(landmarks[rows], np.float64)).reshape(rows.sum(), -1), person)
    sums = np.zeros((len(counts), faces.shape[1]))
    np.add.at(sums, person, faces)
    # A photograph must not speak for itself.
    own = np.linalg.norm(faces - (sums[person] - faces) / (counts[person] - 1)[:, None], axis=1)
    nearer = np.empty(len(faces))
    for block in np.array_split(np.arange(len(faces)), -(-len(faces) // _BLOCK)):
        others = _distances(faces[block], sums / counts[:, None])
        others[np.arange(len(block)), person[block]] = np.inf
        nearer[block] = (others < own[block, None]).sum(1)
    result[rows] = nearer / (len(counts) - 1)
    return result


def _align(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes moved, scaled and turned onto their mean (generalised Procrustes analysis, Gower 1975)."""
    shapes = shapes - shapes.mean(1, keepdims=True)
    shapes = shapes / np.linalg.norm(shapes, axis=(1, 2), keepdims=True)
    mean = shapes[0]
    for _ in range(_ALIGNMENTS):
        u, _, vt = np.linalg.svd(np.einsum("npi,pj->nij", shapes, mean))
        sign = np.ones((len(shapes), 1, 3))
        sign[:, 0, 2] = np.sign(np.linalg.det(u @ vt))  # a rotation, never a mirror image
        shapes = shapes @ ((u * sign) @ vt)
        mean = shapes.mean(0)
        mean = mean / np.linalg.norm(mean)
    return shapes


def _whiten_within(features: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return the main components of [n, d] features, with the spread within people made equal in every direction."""
    components = min(_COMPONENTS, *features.shape, len(features) - 1)
    main = PCA(components, svd_solver="randomized", random_state=0).fit_transform(features)
    middles = np.stack([np.median(main[person == number], axis=0) for number in range(person.max() + 1)])
    apart = main - middles[person]
    far = np.linalg.norm(apart, axis=1)
    within = LedoitWolf(assume_centered=True).fit(apart[far <= np.quantile(far, _TRUSTED)]).covariance_
    values, vectors = np.linalg.eigh(within)
    return main @ (vectors / np.sqrt(np.maximum(values, 1e-12 * values[-1] + 1e-300)))


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))
