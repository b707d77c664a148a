"""The four programs in the order of the workflow, on files as the earlier stages leave them."""

import numpy as np
import pytest

from beholder.common.errors import BeholderError
from beholder.common.tables import read_table, write_table
from beholder.explain.geometry import read_geometry
from scripts import average_faces, average_maps, explain, explain_overlays

COLUMNS = "image_id looks source person cluster z0 z1 margin margin_flipped margin_map map0 map1 margin_map_flipped"


@pytest.fixture(scope="module")
def results(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    _explain(run, folder)
    return folder


def _explain(run, folder):
    explain.main(
        {"batch_size": 4}, run.weights, run.test, run.pixels, folder / "maps.parquet", folder / "geometry.json"
    )


def test_explain_writes_the_documented_columns(results):
    table = read_table(results / "maps.parquet")
    assert list(table) == COLUMNS.split()
    geometry = read_geometry(results / "geometry.json")
    assert len(table["margin_map"][0]) == geometry.height * geometry.width


def test_explain_repeats_itself(run, results, tmp_path):
    _explain(run, tmp_path)
    for name in ("maps.parquet", "geometry.json"):
        assert (tmp_path / name).read_bytes() == (results / name).read_bytes()


def test_average_maps(results):
    average_maps.main({}, results / "maps.parquet", results / "geometry.json", results / "averages.npz")
    with np.load(results / "averages.npz") as averages:
        table = read_table(results / "maps.parquet")
        good = np.stack(table.loc[table["looks"] == 1, "margin_map"]).mean(0)
        np.testing.assert_allclose(averages["margin_good"].ravel(), good, atol=1e-6)
        assert averages["stock_normal"].shape == (96, 96)


def test_average_faces(run, tmp_path):
    average_faces.main({}, run.test, run.pixels, tmp_path / "faces.npz")
    with np.load(tmp_path / "faces.npz") as faces:
        expected = np.load(run.pixels)[1:10:2].mean(0)
        np.testing.assert_allclose(faces["face_normal"], expected, atol=0.5)
        assert faces["n_good"] == 6


def _overlays(run, maps, folder):
    settings = {"method": "gradcam++", "per_group": 3}
    explain_overlays.main(settings, run.weights, run.test, run.pixels, maps, folder / "overlays.npz")


def test_explain_overlays(run, results, tmp_path):
    _overlays(run, results / "maps.parquet", tmp_path)
    with np.load(tmp_path / "overlays.npz") as overlays:
        assert overlays["map_good"].shape == overlays["image_good"].shape[:3] == (3, 96, 96)
        packed = np.load(run.pixels)
        chosen = int(overlays["image_id_normal"][0].removeprefix("toy/"))
        np.testing.assert_array_equal(overlays["image_normal"][0], packed[chosen])


def test_overlays_refuse_maps_of_other_images(run, results, tmp_path):
    write_table(tmp_path / "maps.parquet", read_table(results / "maps.parquet")[::-1])
    with pytest.raises(BeholderError, match="is not of the images"):
        _overlays(run, tmp_path / "maps.parquet", tmp_path)
