"""The table of predictions and maps, row by row against the network itself."""

import numpy as np
import pytest
import torch

from beholder.common.errors import BeholderError
from beholder.explain.class_maps import class_maps
from beholder.explain.predict import predict, read_test_images
from beholder.train.network import load_network


@pytest.fixture(scope="module")
def explained(run):
    table, pixels = read_test_images(run.test, run.pixels)
    maps = class_maps(load_network(run.weights))
    return maps, table, pixels, predict(maps, table, pixels, batch_size=4)


def test_every_image_once_and_in_packed_order(explained):
    _, _, pixels, predicted = explained
    assert predicted["image_id"].tolist() == [f"toy/{i}" for i in range(len(pixels))]
    assert predicted["person"].iloc[2] == "toy/1"


def test_predictions_are_the_networks(explained):
    maps, _, pixels, predicted = explained
    with torch.no_grad():
        logits, mirrored = maps.network(pixels).numpy(), maps.network(pixels.flip(2)).numpy()
    np.testing.assert_allclose(predicted[["z0", "z1"]], logits, atol=1e-5)
    np.testing.assert_allclose(predicted["margin"], logits[:, 1] - logits[:, 0], atol=1e-5)
    np.testing.assert_allclose(predicted["margin_flipped"], mirrored[:, 1] - mirrored[:, 0], atol=1e-5)


def test_maps_add_up_to_both_margins(explained):
    maps, _, _, predicted = explained
    bias = maps.network.classifier.bias.detach().numpy()
    for column, margin in [("margin_map", "margin"), ("margin_map_flipped", "margin_flipped")]:
        cells = np.stack(predicted[column])
        assert cells.dtype == np.float32
        assert cells.shape[1] == maps.trunk.height * maps.trunk.width
        np.testing.assert_allclose(cells.sum(1) + bias[1] - bias[0], predicted[margin], atol=1e-5)
    np.testing.assert_allclose(
        np.stack(predicted["map1"]) - np.stack(predicted["map0"]), np.stack(predicted["margin_map"]), atol=1e-6
    )


def test_mirrored_map_is_in_displayed_coordinates(run):
    """The map of a mirrored image is that of an image which was mirrored before."""
    table, pixels = read_test_images(run.test, run.pixels)
    maps = class_maps(load_network(run.weights))
    twice = predict(maps, table, pixels.flip(2), batch_size=11)
    once = predict(maps, table, pixels, batch_size=11)
    np.testing.assert_allclose(np.stack(once["margin_map_flipped"]), np.stack(twice["margin_map"]), atol=1e-6)


def test_an_array_of_another_table_is_refused(run, tmp_path):
    np.save(tmp_path / "test.npy", np.zeros((3, 8, 8, 3), np.uint8))
    with pytest.raises(BeholderError, match="lists 11 images"):
        read_test_images(run.test, tmp_path / "test.npy")
