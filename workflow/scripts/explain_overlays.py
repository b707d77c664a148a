"""Explains a few photographs with a method of pytorch-grad-cam."""

from beholder.common.devices import compute_device
from beholder.common.errors import BeholderError
from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table, write_arrays
from beholder.config.explain import Overlays
from beholder.explain.overlays import explain_photographs
from beholder.explain.predict import read_test_images
from beholder.train.network import load_network


@program
def main(settings: dict, weights: Input, test: Input, pixels: Input, maps: Input, overlays: Output, threads: int = 1):
    """Write photographs of both groups with their maps. `settings`: the config section `explain.overlays`."""
    listed, images = read_test_images(test, pixels)
    table = read_table(maps, ["image_id", "looks", "margin"])
    if not table["image_id"].equals(listed["image_id"]):
        raise BeholderError(f"{maps} is not of the images in {test}. Delete it: the next run makes it again.")
    with compute_device(threads) as device:
        network = load_network(weights, device)
        write_arrays(overlays, explain_photographs(network, table, images, Overlays.model_validate(settings)))


if __name__ == "__main__":
    main.run()
