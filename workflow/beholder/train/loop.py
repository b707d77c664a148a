"""The training loop: one for all tasks, networks and devices, and resumable at any step."""

import logging
import math
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from beholder.common.errors import BeholderError
from beholder.common.program import progress
from beholder.config.train import Recipe
from beholder.train.augment import augment
from beholder.train.checkpoint import Checkpoint
from beholder.train.data import Split, epoch_draws, epoch_rows
from beholder.train.evaluate import evaluate, recalibrate_norm
from beholder.train.history import Epoch, describe
from beholder.train.interrupt import StopRequest, listen
from beholder.train.network import Network
from beholder.train.optimise import learning_rate, make_optimizer, make_schedule
from beholder.train.precision import Precision
from beholder.train.tasks import Task

#: Longest time between two checkpoints, in seconds; there is one after every epoch anyway.
_SAVE_EVERY = 600.0
log = logging.getLogger("beholder")


class _Stopped(Exception):
    """The process was asked to stop; the training's state is consistent."""


@dataclass
class Best:
    """The weights of the epoch with the lowest validation loss; without a validation set, of the last epoch."""

    epoch: int = 0
    val_loss: float = float("inf")
    state: dict[str, Tensor] = field(default_factory=dict)


class Training:
    """One training of one network.

    Every random draw depends on `seed`, the epoch and the position within it, so `_state` is all there is: a training
    continued from it ends, on the CPU, with the same bytes as one that was never interrupted.
    """

    def __init__(
        self, network: Network, task: Task, train: Split, val: Split, recipe: Recipe, seed: int, device: torch.device
    ):
        if recipe.early_stopping and not len(val):
            raise BeholderError("`early_stopping` needs a validation set, but `splits.split.fractions.val` is 0.")
        if len(train) < 2:
            raise BeholderError(f"training needs at least 2 images, the training set has {len(train)}.")
        self.network = network.to(device, memory_format=torch.channels_last)
        self.task = task.to(device)
        self.train_split, self.val_split = train.to(device), val.to(device)
        self.recipe, self.seed, self.device = recipe, seed, device
        self.steps_per_epoch = len(self._rows(1))
        self.precision = Precision(device)
        self.optimizer = make_optimizer(recipe, nn.ModuleList([self.network, self.task]))
        self.schedule = make_schedule(recipe, self.optimizer, self.steps_per_epoch)
        self.history: list[Epoch] = []
        self.best = Best()
        self.step, self.seconds = 0, 0.0
        self.sums = torch.zeros(3, dtype=torch.float64, device=device)  # batch means, image losses, right answers

    @property
    def epoch(self) -> int:
        """The epoch that is running, counted from 1."""
        return len(self.history) + 1

    def run(self, checkpoint: Checkpoint) -> None:
        """Train to the end, from `checkpoint` where it holds this very training.

        Raises BeholderError where the process is asked to stop (after saving) or the loss is no longer a number.
        """
        torch.manual_seed(self.seed)
        if state := checkpoint.load():
            self._load(state)
            log.info("resuming at epoch %d, step %d of %d", self.epoch, self.step, self.steps_per_epoch)
        with listen() as stop:
            try:
                while self.epoch <= self.recipe.epochs and not self._out_of_patience():
                    self._train_epoch(stop, checkpoint)
                    self._close_epoch(stop)
                    checkpoint.save(self._state())
            except _Stopped:
                checkpoint.save(self._state())
                raise BeholderError(
                    f"asked to stop by {stop.name}. The training is saved at epoch {self.epoch}, step {self.step} of "
                    f"{self.steps_per_epoch}: the same command continues from there."
                ) from None

    def _train_epoch(self, stop: StopRequest, checkpoint: Checkpoint) -> None:
        """Take the steps of the running epoch that are still to do."""
        rows = self._rows(self.epoch)
        draws = epoch_draws(rows, self.seed, self.epoch)[self.step :]
        batches = self.train_split.batches(rows[self.step :])
        saved, begun, before = time.monotonic(), time.monotonic(), self.seconds
        self.network.train()
        description = f"epoch {self.epoch} of {self.recipe.epochs}"
        for (pixels, targets), numbers in progress(zip(batches, draws, strict=True), description, len(draws)):
            self._train_step(augment(pixels, self.recipe.augmentation, numbers.to(self.device)), targets)
            self.seconds = before + time.monotonic() - begun
            _leave_if(stop)
            if time.monotonic() - saved > _SAVE_EVERY:
                checkpoint.save(self._state())
                saved = time.monotonic()

    def _train_step(self, pixels: Tensor, targets: Tensor) -> None:
        with self.precision.autocast():
            outputs = self.network(pixels)
        outputs = outputs.float()
        loss = self.task(outputs, targets)
        self.optimizer.zero_grad()
        self.precision.scaler.scale(loss).backward()
        self.precision.scaler.step(self.optimizer)
        self.precision.scaler.update()
        self.schedule.step()
        self.step += 1
        with torch.no_grad():  # summed on the device: reading a number would make the GPU wait
            self.sums += torch.stack([loss, loss * len(targets), self.task.accuracy(outputs, targets).sum()])

    def _close_epoch(self, stop: StopRequest) -> None:
        """Evaluate, write the running epoch down and begin the next. Repeatable until its last lines."""
        begun = time.monotonic()
        images = sum(map(len, self._rows(self.epoch)))
        loss_sum, loss, right = self.sums.tolist()
        if not math.isfinite(loss):
            raise BeholderError(f"the loss is no longer a number in epoch {self.epoch}. Lower `lr` in the recipe.")
        with torch.random.fork_rng():
            if self.recipe.recalibrate_norm:
                recalibrate_norm(self.network, self.train_split, self.precision, lambda: _leave_if(stop))
            val_loss, val_accuracy = evaluate(
                self.network, self.task, self.val_split, self.precision, lambda: _leave_if(stop)
            )
        row = Epoch(
            epoch=self.epoch,
            lr=learning_rate(self.recipe, self.epoch * self.steps_per_epoch - 1, self.steps_per_epoch),
            train_loss=loss / images,
            train_accuracy=right / images,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            seconds=self.seconds + time.monotonic() - begun,
            loss_sum=loss_sum,
        )
        if val_loss < self.best.val_loss or not len(self.val_split):
            self.best = Best(row.epoch, val_loss, {name: value.clone() for name, value in self._weights().items()})
        self.history.append(row)
        self.step, self.seconds = 0, 0.0
        self.sums.zero_()
        log.info("%s", describe(row))

    def _out_of_patience(self) -> bool:
        patience = self.recipe.early_stopping
        return bool(patience) and len(self.history) - self.best.epoch >= patience

    def _rows(self, epoch: int) -> list[Tensor]:
        return epoch_rows(len(self.train_split), self.recipe.batch_size, self.seed, epoch)

    def _weights(self) -> dict[str, Tensor]:
        return self.network.body.state_dict()

    def _stateful(self) -> dict[str, Any]:
        return {
            "network": self.network.body,
            "task": self.task,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
            "scaler": self.precision.scaler,
        }

    def _state(self) -> dict[str, Any]:
        """Return everything that the rest of the training depends on, in types that load without running code."""
        return {
            "parts": {name: part.state_dict() for name, part in self._stateful().items()},
            "history": [asdict(row) for row in self.history],
            "best": vars(self.best),
            "step": self.step,
            "seconds": self.seconds,
            "sums": self.sums,
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state() if self.device.type == "cuda" else None,
        }

    def _load(self, state: dict[str, Any]) -> None:
        for name, part in self._stateful().items():
            part.load_state_dict(state["parts"][name])
        self.history = [Epoch(**row) for row in state["history"]]
        self.best = Best(**state["best"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.sums.copy_(state["sums"])
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda" and state["random_cuda"] is not None:
            torch.cuda.set_rng_state(state["random_cuda"])


def _leave_if(stop: StopRequest) -> None:
    if stop:
        raise _Stopped
