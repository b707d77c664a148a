"""Train one network to tell the groups apart."""

from functools import partial
from pathlib import Path

import torch

from beholder.common.fingerprint import fingerprint
from beholder.common.program import Input, Output, Scratch, program
from beholder.common.tables import write_table, write_text
from beholder.config.train import LooksRecipe, Model
from beholder.splits.controls import relabel
from beholder.train.checkpoint import Checkpoint, checkpoint_key, hold
from beholder.train.data import load_split
from beholder.train.history import history_table, source_log
from beholder.train.initialise import initial_network
from beholder.train.loop import Training
from beholder.train.network import save_network
from beholder.train.parallel import Team, run_team
from beholder.train.tasks import Looks


@program
def main(
    settings: dict,
    train: Input,
    val: Input,
    train_pixels: Input,
    val_pixels: Input,
    best: Output,
    last: Output,
    history: Output,
    text: Output,
    state: Scratch,
    threads: int = 1,
    weights: Input = None,  # type: ignore[assignment]
) -> None:
    """Train one network on the looks of faces.

    `settings`: `model`, `recipe`, `seed`, `name` of the network, `sha256` of `weights` where the user supplies them, and
    the names of the `ordinary` sources for a recipe that tells these apart. `weights` is the file that the model's initialisation starts from. `state` keeps an unfinished training.
    """
    inputs = [path for path in (train, val, train_pixels, val_pixels, weights) if path]
    key = checkpoint_key(settings, fingerprint("scripts.train"), inputs)
    with hold(state, key) as checkpoint:
        processes = LooksRecipe(**settings["recipe"]).processes
        files = (train, train_pixels, val, val_pixels, weights), (best, last, text, history)
        run_team(processes, threads, fit, settings, checkpoint, *files)
        checkpoint.remove()


def fit(
    team: Team,
    device: torch.device,
    settings: dict,
    checkpoint: Checkpoint,
    inputs: tuple[Path, Path, Path, Path, Path | None],
    outputs: tuple[Path, Path, Path, Path],
) -> None:
    """Be one process of the training; the leading one writes the results."""
    model, recipe, seed = Model(**settings["model"]), LooksRecipe(**settings["recipe"]), settings["seed"]
    train, train_pixels, val, val_pixels, weights = inputs
    task = Looks(recipe.label_smoothing)
    chosen = partial(relabel, labels=recipe.labels, seed=seed, ordinary=settings.get("ordinary", []))
    train_split, val_split = load_split(train, train_pixels, task, chosen), load_split(val, val_pixels, task, chosen)
    network = initial_network(model, task.outputs, train_split.input_size, seed, weights, settings.get("sha256"))
    training = Training(network, task, train_split, val_split, recipe, seed, device, team)
    training.run(checkpoint)
    if team.leads:
        best, last, text, history = outputs
        save_network(best, network, training.best.state, training.best.epoch)
        save_network(last, network, network.body.state_dict(), len(training.history))
        write_text(text, source_log(training.history, settings["name"]))
        write_table(history, history_table(training.history))


if __name__ == "__main__":
    main.run()
