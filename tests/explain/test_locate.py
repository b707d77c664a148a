"""Geometry of real architectures, and its file."""

import json

import numpy as np
import pytest

from beholder.common.errors import BeholderError
from beholder.explain.class_maps import class_maps
from beholder.explain.geometry import read_geometry, write_geometry
from beholder.explain.locate import describe
from explain.toys import narrow_resnet, network, noise, settle


def _describe(net):
    return describe(class_maps(net), noise(2, net.input_size))


def test_residual_networks_are_drawn_by_formula_and_report_the_measurement():
    geometry = _describe(settle(narrow_resnet(128)))
    assert (geometry.registration, geometry.offset, geometry.stride, geometry.height) == ("formula", 0, 32, 4)
    assert geometry.measured_offset_x == pytest.approx(0, abs=3)
    assert geometry.measured_offset_y == pytest.approx(0, abs=3)


def test_shifted_branches_are_drawn_where_measured():
    geometry = _describe(settle(network("resnet26d", 96), 2))
    assert geometry.registration == "measured"
    assert geometry.stride == 32
    # between the convolutions' centre and the shortcuts'
    assert -3 < geometry.offset < 17
    assert geometry.offset == pytest.approx((geometry.measured_offset_x + geometry.measured_offset_y) / 2)


def test_patches_are_drawn_in_their_place():
    geometry = _describe(network("vit_tiny_patch16_224"))
    assert (geometry.registration, geometry.offset, geometry.stride) == ("nominal", 7.5, 16)
    assert geometry.measured_offset_x is None


def test_head_that_weighs_one_class_against_the_other():
    net = narrow_resnet(64)
    head = net.classifier
    head.weight.data[1] = -head.weight.data[0]
    geometry = _describe(net)
    assert geometry.weight_cosine == pytest.approx(1)
    assert geometry.bias == head.bias.tolist()


def test_geometry_file_round_trip(tmp_path):
    geometry = _describe(narrow_resnet(64))
    write_geometry(tmp_path / "geometry.json", geometry)
    assert read_geometry(tmp_path / "geometry.json") == geometry
    assert json.loads((tmp_path / "geometry.json").read_text())["method"] == "closed_form"


def test_damaged_geometry_names_the_file(tmp_path):
    (tmp_path / "geometry.json").write_text("{}")
    with pytest.raises(BeholderError, match=r"geometry\.json"):
        read_geometry(tmp_path / "geometry.json")


def test_drawing_centres_cells_on_their_pixels():
    geometry = _describe(narrow_resnet(128))
    rows, columns = geometry.drawing()
    assert rows.shape == columns.shape == (128, 4)
    assert np.argmax(rows[:, 2]) == 64
