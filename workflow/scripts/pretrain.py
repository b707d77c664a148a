"""Train a network on FairFace's attributes, to start others from."""

from pathlib import Path

from beholder.common.devices import compute_device
from beholder.common.fingerprint import fingerprint
from beholder.common.program import Input, Output, Scratch, program
from beholder.common.tables import read_table, write_table
from beholder.config.train import Model, Recipe
from beholder.train.checkpoint import checkpoint_key, hold
from beholder.train.data import hold_out, make_split, read_pixels
from beholder.train.history import history_table
from beholder.train.initialise import initial_network
from beholder.train.loop import Training
from beholder.train.network import save_network
from beholder.train.tasks import Attributes


@program
def main(
    settings: dict, split: Input, pixels: Input, weights: Output, history: Output, state: Scratch, threads: int = 1
) -> None:
    """Train a network on race, gender and age, from scratch.

    `settings`: `architecture`, `recipe`, `seed`. A tenth of the clusters is held out to choose the epoch by.
    """
    recipe, seed = Recipe(**settings["recipe"]), settings["seed"]
    model = Model(architecture=settings["architecture"], normalisation="imagenet")
    key = checkpoint_key(settings, fingerprint("scripts.pretrain"), [split, pixels])
    with hold(Path(state), key) as checkpoint, compute_device(threads) as device:
        task = Attributes(recipe.label_smoothing)
        table = read_table(split)
        images = make_split(table, read_pixels(pixels), task, f"{split} and {pixels}")
        network = initial_network(model, task.outputs, images.input_size, seed)
        held_out = hold_out(table, seed)
        training = Training(network, task, images.rows(~held_out), images.rows(held_out), recipe, seed, device)
        training.run(checkpoint)
        save_network(weights, network, training.best.state, training.best.epoch)
        write_table(history, history_table(training.history))
        checkpoint.remove()


if __name__ == "__main__":
    main.run()
