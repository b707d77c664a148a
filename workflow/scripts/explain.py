"""Predicts the test set once and keeps the class maps of every photograph and of its mirror image."""

from beholder.common.devices import compute_device
from beholder.common.program import Input, Output, program
from beholder.common.tables import write_table
from beholder.explain.class_maps import class_maps
from beholder.explain.geometry import write_geometry
from beholder.explain.locate import describe
from beholder.explain.predict import predict, read_test_images
from beholder.train.network import load_network


@program
def main(settings: dict, weights: Input, test: Input, pixels: Input, maps: Output, geometry: Output, threads: int = 1):
    """Write predictions and maps of the test set, and where the maps' cells lie on the photograph."""
    table, images = read_test_images(test, pixels)
    with compute_device(threads) as device:
        explained = class_maps(load_network(weights, device))
        write_geometry(geometry, describe(explained, images[:: max(len(images) - 1, 1)].to(device)))
        write_table(maps, predict(explained, table, images, settings["batch_size"]))


if __name__ == "__main__":
    main.run()
