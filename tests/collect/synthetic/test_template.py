"""The face that rendered people are made from."""

import numpy as np

from beholder.collect.synthetic.raster import normals
from beholder.collect.synthetic.template import CHIN, FOREHEAD, NOSE_TIP, SIDE, template

EYES, MOUTH_CORNERS = (33, 263), (61, 291)


def test_the_face_is_upright_symmetric_and_of_height_one():
    face = template()
    np.testing.assert_allclose(face.vertices, face.vertices[face.pairs] * [-1, 1, 1], atol=1e-12)
    np.testing.assert_allclose(face.vertices[CHIN] - face.vertices[FOREHEAD], [0, 1, 0], atol=1e-9)
    assert face.vertices[:468, 2].argmin() in (NOSE_TIP, 1)


def test_mirror_partners_are_those_that_anatomy_says():
    pairs = template().pairs
    assert (pairs[pairs] == np.arange(478)).all()
    for left, right in (EYES, MOUTH_CORNERS):
        assert pairs[left] == right


def test_triangles_face_the_camera_and_leave_no_hole():
    face = template()
    towards = normals(face.vertices, face.triangles)[:468, 2]
    assert (towards < 0.3).mean() > 0.98
    edges = np.sort(face.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    rim, counts = np.unique(edges, axis=0, return_counts=True)
    assert counts.max() == 2
    assert len(rim) - len(face.triangles) == 467  # Euler: V - E + F = 1 for a disc


def test_the_texture_shows_the_whole_face():
    face = template()
    assert face.texture.shape == (SIDE, SIDE, 3)
    assert face.pixels.min() > 0
    assert face.pixels.max() < SIDE
