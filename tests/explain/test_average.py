"""Mean maps and faces of groups, on maps whose means are known."""

import numpy as np
import pandas as pd
import pytest
import torch

from beholder.common.tables import write_table
from beholder.explain.average import average_maps
from beholder.explain.geometry import Geometry
from beholder.explain.mean_face import average_faces

GEOMETRY = Geometry(64, 2, 2, 0.0, 32, "formula", 0.0, 0.0, 1.0, [0.0, 0.0], "closed_form")


def _table(path, rows):
    """Write maps given as (looks, map0, map1, margin map of the mirror image)."""
    looks, map0, map1, mirrored = zip(*rows, strict=True)
    map0, map1, mirrored = (np.array(maps, np.float32) for maps in (map0, map1, mirrored))
    table = pd.DataFrame({"looks": looks, "margin": (map1 - map0).sum(1)})
    columns = {"margin_map": map1 - map0, "map0": map0, "map1": map1, "margin_map_flipped": mirrored}
    write_table(path, table.assign(**{name: list(maps) for name, maps in columns.items()}))
    return path


@pytest.fixture
def means(tmp_path):
    rows = [
        (1, [0, 0, 0, 0], [3, 1, 0, -4], [1, 3, 0, 0]),
        (1, [0, 0, 0, -5], [0, 0, 0, 8], [0, 0, 13, 0]),
        (0, [2, 0, 0, 0], [-2, 0, 0, 0], [-4, 0, 0, 0]),
    ]
    return average_maps(_table(tmp_path / "maps.parquet", rows), GEOMETRY)


def test_counts_and_signed_mean(means):
    assert (means["n_good"], means["n_normal"]) == (2, 1)
    np.testing.assert_allclose(means["margin_good"], [[1.5, 0.5], [0, 4.5]])
    np.testing.assert_allclose(means["margin_normal"], [[-4, 0], [0, 0]])


def test_evidence_is_for_the_groups_own_class(means):
    np.testing.assert_allclose(means["positive_good"], [[1.5, 0.5], [0, 4]])
    np.testing.assert_allclose(means["positive_normal"], [[2, 0], [0, 0]])


def test_weightings_of_the_evidence(means):
    """R is (3, 1, 0, 0) and (0, 0, 0, 8): a strong map counts more only in the raw mean."""
    np.testing.assert_allclose(means["unit_sum_good"], [[0.375, 0.125], [0, 0.5]])
    np.testing.assert_allclose(means["min_max_good"], [[0.5, 1 / 6], [0, 0.5]])
    np.testing.assert_allclose(means["rank_good"], np.array([[3 + 1, 2 + 1], [0.5 + 1, 0.5 + 3]]) / 6)


def test_frame_stays_and_content_moves(means):
    """What the mirror image shows in the same place is the frame's; what changes sides is the content's."""
    np.testing.assert_allclose(means["frame_normal"], [[-4, 0], [0, 0]])
    np.testing.assert_allclose(means["content_normal"], np.zeros((2, 2)))
    np.testing.assert_allclose(means["frame_good"] + means["content_good"], means["margin_good"])
    np.testing.assert_allclose(means["content_good"], [[0.5, -0.5], [-3.25, 2.25]])


def test_stock_mean_shows_the_predicted_class(tmp_path):
    """A photograph of `good` taken for `normal` is drawn with the map of `normal`, as the published figures do."""
    rows = [(1, [9, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0])]
    means = average_maps(_table(tmp_path / "maps.parquet", rows), GEOMETRY)
    assert means["stock_good"].shape == (64, 64)
    assert means["stock_good"][0, 0] == pytest.approx(1)
    assert means["stock_good"][-1, -1] == 0


def test_a_group_without_images_has_no_mean(tmp_path):
    means = average_maps(_table(tmp_path / "maps.parquet", [(1, [0] * 4, [1] * 4, [1] * 4)]), GEOMETRY)
    assert means["n_normal"] == 0
    assert np.isnan(means["margin_normal"]).all()
    assert means["stock_normal"].shape == (64, 64)


def test_means_do_not_depend_on_the_reading_batches(tmp_path):
    rng = np.random.default_rng(0)
    rows = [(int(i % 3 == 0), *rng.normal(size=(3, 4))) for i in range(1100)]
    whole = average_maps(_table(tmp_path / "maps.parquet", rows), GEOMETRY)
    good = np.array([row[2] - row[1] for row in rows if row[0] == 1], np.float32)
    np.testing.assert_allclose(whole["margin_good"].ravel(), good.mean(0), atol=1e-6)


def test_mean_faces():
    pixels = torch.tensor([10, 200, 21], dtype=torch.uint8)[:, None, None, None].expand(3, 4, 4, 3)
    means = average_faces(pd.DataFrame({"looks": [1, 0, 1]}), pixels, batch_size=1)
    assert (means["n_good"], means["n_normal"]) == (2, 1)
    assert means["face_good"].dtype == np.uint8
    assert set(means["face_good"].ravel()) == {16}
    assert set(means["face_normal"].ravel()) == {200}
