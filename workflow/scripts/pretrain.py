"""Train a network on FairFace's attributes, to start others from."""

from pathlib import Path

import torch

from beholder.common.errors import BeholderError
from beholder.common.fingerprint import fingerprint
from beholder.common.program import Input, Output, Scratch, program
from beholder.common.tables import read_table, write_table
from beholder.config.train import Model, Recipe
from beholder.train.checkpoint import Checkpoint, checkpoint_key, hold
from beholder.train.data import hold_out, make_split, read_pixels
from beholder.train.history import history_table
from beholder.train.initialise import initial_network
from beholder.train.loop import Training
from beholder.train.network import save_network
from beholder.train.parallel import Team, run_team
from beholder.train.tasks import Attributes


@program
def main(
    settings: dict, split: Input, pixels: Input, weights: Output, history: Output, state: Scratch, threads: int = 1
) -> None:
    """Train a network on race, gender and age, from scratch.

    `settings`: `architecture`, `recipe`, `seed`. A tenth of the clusters is held out to choose the epoch by.
    """
    key = checkpoint_key(settings, fingerprint("scripts.pretrain"), [split, pixels])
    with hold(state, key) as checkpoint:
        processes = Recipe(**settings["recipe"]).processes
        run_team(processes, threads, fit, settings, checkpoint, (split, pixels), (weights, history))
        checkpoint.remove()


def fit(
    team: Team,
    device: torch.device,
    settings: dict,
    checkpoint: Checkpoint,
    inputs: tuple[Path, Path],
    outputs: tuple[Path, Path],
) -> None:
    """Be one process of the training; the leading one writes the results."""
    model = Model(architecture=settings["architecture"], normalisation="imagenet")
    recipe, seed = Recipe(**settings["recipe"]), settings["seed"]
    task = Attributes(recipe.label_smoothing)
    table, pixels = read_table(inputs[0]), read_pixels(inputs[1])
    if table["cluster"].nunique() < 2:
        raise BeholderError(
            "pretraining needs photographs with age, gender and race that are not in the validation or test set, and there "
            f"are {len(table)}. Label those of a source, or let the models start from `imagenet` or `scratch`."
        )
    images = make_split(table, pixels, task, " and ".join(map(str, inputs))).to(device)  # once for both parts
    held_out = hold_out(table, seed)
    network = initial_network(model, task.outputs, images.input_size, seed)
    training = Training(network, task, images.rows(~held_out), images.rows(held_out), recipe, seed, device, team)
    training.run(checkpoint)
    if team.leads:
        save_network(outputs[0], network, training.best.state, training.best.epoch)
        write_table(outputs[1], history_table(training.history))


if __name__ == "__main__":
    main.run()
