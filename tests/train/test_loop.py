"""The loop: learning, choosing an epoch, stopping early, and going on after an interruption."""

import os
import signal

import pytest
import torch

from beholder.common.errors import BeholderError
from beholder.config.train import Augmentation, Model, Recipe
from beholder.train.checkpoint import hold
from beholder.train.data import load_split
from beholder.train.evaluate import evaluate, recalibrate_norm
from beholder.train.initialise import initial_network
from beholder.train.loop import Training
from beholder.train.precision import Precision
from beholder.train.tasks import Looks

CPU = torch.device("cpu")
RECIPE = Recipe(
    epochs=3,
    batch_size=10,
    lr=3e-3,
    schedule="cosine",
    recalibrate_norm=True,
    augmentation=Augmentation(flip=True, rotation=5.0, brightness=0.1, crop=0.1),
)


class Signalling(Looks):
    """Looks, but sends this process SIGTERM when it has been asked for the accuracy `after` times."""

    def __init__(self, after: int):
        super().__init__()
        self.left = after

    def accuracy(self, outputs, targets):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().accuracy(outputs, targets)


def training(data, recipe=RECIPE, task=None, architecture="test_resnet", val=True) -> Training:
    task = task or Looks()
    train_split = load_split(data.train, data.train_pixels, task)
    val_split = load_split(data.val, data.val_pixels, task)
    network = initial_network(Model(architecture=architecture), task.outputs, train_split.input_size, 0)
    return Training(network, task, train_split, val_split if val else val_split.rows(torch.arange(0)), recipe, 0, CPU)


def finished(folder, *args, key="key", **kwargs) -> Training:
    run = training(*args, **kwargs)
    with hold(folder, key) as checkpoint:
        run.run(checkpoint)
    return run


def assert_same(run: Training, other: Training) -> None:
    """Everything but the seconds is the same, to the bit."""
    assert [vars(row) | {"seconds": 0} for row in run.history] == [vars(row) | {"seconds": 0} for row in other.history]
    for mine, theirs in (
        (run.network.body.state_dict(), other.network.body.state_dict()),
        (run.best.state, other.best.state),
    ):
        assert mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)
    assert run.best.epoch == other.best.epoch


@pytest.fixture(scope="module")
def undisturbed(data, tmp_path_factory) -> Training:
    return finished(tmp_path_factory.mktemp("state"), data)


def test_it_learns(data, tmp_path):
    run = finished(tmp_path, data, RECIPE.model_copy(update={"epochs": 8}))
    assert run.history[-1].val_accuracy >= 0.95
    assert run.history[-1].train_loss < 0.5 * run.history[0].train_loss


def test_the_same_seed_gives_the_same_bytes(data, tmp_path, undisturbed):
    assert_same(finished(tmp_path, data), undisturbed)


# Five steps an epoch: 3 is within the first, 5 its last, 6 its evaluation, 8 within the second, 16 the end of the third.
@pytest.mark.parametrize("calls", [3, 5, 6, 8, 16])
def test_a_stopped_training_goes_on_as_if_nothing_had_happened(calls, data, tmp_path, undisturbed):
    with pytest.raises(BeholderError, match="asked to stop by SIGTERM"):
        finished(tmp_path, data, task=Signalling(calls))
    resumed = training(data)
    with hold(tmp_path, "key") as checkpoint:
        assert checkpoint.load() is not None
        resumed.run(checkpoint)
    assert_same(resumed, undisturbed)


def test_dropout_goes_on_with_the_same_numbers(data, tmp_path):
    def with_dropout(task=None):
        run = training(data, RECIPE.model_copy(update={"epochs": 2}), task)
        run.network.body.drop_rate = 0.5
        return run

    whole, cut, resumed = with_dropout(), with_dropout(Signalling(3)), with_dropout()
    with hold(tmp_path / "whole", "key") as checkpoint:
        whole.run(checkpoint)
    with hold(tmp_path / "cut", "key") as checkpoint:
        with pytest.raises(BeholderError):
            cut.run(checkpoint)
        torch.manual_seed(99)
        resumed.run(checkpoint)
    assert_same(resumed, whole)


def test_a_checkpoint_of_other_settings_is_not_used(data, tmp_path, undisturbed):
    with pytest.raises(BeholderError):
        finished(tmp_path, data, RECIPE.model_copy(update={"lr": 1.0}), Signalling(8), key="other")
    assert_same(finished(tmp_path, data), undisturbed)


def test_a_damaged_checkpoint_is_not_used(data, tmp_path, undisturbed):
    with pytest.raises(BeholderError):
        finished(tmp_path, data, task=Signalling(8))
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:10_000])
    assert_same(finished(tmp_path, data), undisturbed)


def test_best_has_the_lowest_validation_loss(data, tmp_path):
    run = finished(tmp_path, data, RECIPE.model_copy(update={"epochs": 6, "lr": 0.02}))
    losses = [row.val_loss for row in run.history]
    assert run.best.epoch == 1 + losses.index(min(losses))
    run.network.body.load_state_dict(run.best.state)
    loss, _ = evaluate(run.network, run.task, run.val_split, Precision(CPU))
    assert loss == pytest.approx(min(losses), rel=1e-5)


def test_early_stopping(data, tmp_path):
    recipe = RECIPE.model_copy(update={"epochs": 12, "lr": 1e-12, "early_stopping": 2, "recalibrate_norm": False})
    recipe = recipe.model_copy(update={"optimizer": "sgd"})
    run = finished(tmp_path, data, recipe)
    assert len(run.history) == run.best.epoch + 2 < 12


def test_without_a_validation_set_the_last_epoch_is_the_best(data, tmp_path):
    run = finished(tmp_path, data, val=False)
    assert run.best.epoch == 3 and run.history[-1].val_accuracy != run.history[-1].val_accuracy
    with pytest.raises(BeholderError, match="early_stopping"):
        training(data, RECIPE.model_copy(update={"early_stopping": 1}), val=False)


def test_recalibration_makes_evaluation_read_what_was_learnt(data, tmp_path):
    losses = {}
    for recalibrate in (True, False):
        recipe = RECIPE.model_copy(update={"epochs": 4, "recalibrate_norm": recalibrate})
        losses[recalibrate] = finished(tmp_path / str(recalibrate), data, recipe).history[-1].val_loss
    assert losses[True] < losses[False]


def test_recalibration_mixes_the_classes_of_a_table_sorted_by_class(data):
    """Batches of one class would hide from batch norm how far the classes are apart; a last one of one image breaks it."""
    split = load_split(data.train, data.train_pixels, Looks())
    rows = split.targets.argsort(stable=True).repeat_interleave(3)[:129]
    network = initial_network(Model(architecture="test_resnet"), 2, split.input_size, 0)
    norm = next(part for part in network.modules() if isinstance(part, torch.nn.BatchNorm2d))
    measured = {}
    for name, batches in (("recalibrated", None), ("whole", [rows]), ("sorted", rows[:128].split(64))):
        if batches is None:
            recalibrate_norm(network, split.rows(rows), Precision(CPU))
        else:
            torch.optim.swa_utils.update_bn((pixels for pixels, _ in split.batches(batches)), network)
        measured[name] = norm.running_var.clone()
    distance = {name: (measured[name] / measured["whole"] - 1).abs().mean() for name in ("recalibrated", "sorted")}
    assert distance["recalibrated"] < distance["sorted"] / 3


def test_a_diverging_loss_is_an_error_with_advice(data, tmp_path):
    with pytest.raises(BeholderError, match="no longer a number in epoch 1"):
        finished(tmp_path, data, RECIPE.model_copy(update={"optimizer": "sgd", "lr": 1e30}))


def test_two_trainings_never_share_a_folder(tmp_path):
    with hold(tmp_path, "key"), pytest.raises(BeholderError, match="in use"), hold(tmp_path, "key"):
        pass
    with hold(tmp_path, "key"):
        pass
