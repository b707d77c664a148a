"""The training loop: one for all tasks, networks and devices, and resumable at any step."""

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
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
from beholder.train.interrupt import Interrupted, StopRequest, listen
from beholder.train.network import Network
from beholder.train.optimise import learning_rate, make_optimizer, make_schedule
from beholder.train.parallel import Team
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
        self,
        network: Network,
        task: Task,
        train: Split,
        val: Split,
        recipe: Recipe,
        seed: int,
        device: torch.device,
        team: Team = Team(),  # noqa: B008 (frozen)
    ):
        if recipe.early_stopping and not len(val):
            raise BeholderError("`early_stopping` needs a validation set, but `splits.split.fractions.val` is 0.")
        if min(len(train), recipe.batch_size) < 2 * team.size:
            raise BeholderError(
                f"each of {team.size} processes needs at least 2 images of every batch: "
                f"the training set has {len(train)}, `batch_size` is {recipe.batch_size}."
            )
        self.network = network.to(device).to(memory_format=torch.channels_last)
        self.task = task.to(device)
        self.train_split, self.val_split = train.to(device), val.to(device)
        self.recipe, self.seed, self.device, self.team = recipe, seed, device, team
        self.joined = team.join(self.network)
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

        Raises Interrupted after saving where the process is asked to stop, BeholderError where the loss is not a number.
        """
        if state := checkpoint.load():
            self._load(state)
            log.info("resuming at epoch %d, step %d of %d", self.epoch, self.step, self.steps_per_epoch)
        with listen() as stop:
            try:
                while self.epoch <= self.recipe.epochs and not self._out_of_patience():
                    self._train_epoch(stop, checkpoint)
                    self._close_epoch(stop)
                    self._save(checkpoint)
            except _Stopped:
                self._save(checkpoint)
                raise Interrupted(
                    f"asked to stop{f' by {stop.name}' if stop else ''}. The training is saved at epoch {self.epoch}, "
                    f"step {self.step} of {self.steps_per_epoch}: the same command continues from there."
                ) from None

    def _train_epoch(self, stop: StopRequest, checkpoint: Checkpoint) -> None:
        """Take the steps of the running epoch that are still to do."""
        rows = self._rows(self.epoch)
        draws = epoch_draws(rows, self.seed, self.epoch)[self.step :]
        rows = rows[self.step :]
        batches = self.train_split.batches([self.team.share(batch) for batch in rows])
        steps: Iterator = zip(batches, map(self.team.share, draws), map(len, rows), strict=True)
        if self.team.leads:
            steps = progress(steps, f"epoch {self.epoch} of {self.recipe.epochs}", len(rows))
        saved, begun, before = time.monotonic(), time.monotonic(), self.seconds
        self.network.train()
        for (pixels, targets), numbers, images in steps:
            self._seed()
            pixels = augment(pixels, self.recipe.augmentation, numbers.to(self.device))
            self._train_step(pixels, targets, len(targets) / images)
            self.seconds = before + time.monotonic() - begun
            if self.team.any(bool(stop), self.device):
                raise _Stopped
            if time.monotonic() - saved > _SAVE_EVERY:
                self._save(checkpoint)
                saved = time.monotonic()

    def _train_step(self, pixels: Tensor, targets: Tensor, share: float) -> None:
        """Take one step; `share` of the batch's images are this process's."""
        with self.precision.autocast():
            outputs = self.joined(pixels)
        outputs = outputs.float()
        loss = self.task(outputs, targets) * share
        self.optimizer.zero_grad()
        # the team's gradients are averaged, but the shares of the loss add up
        self.precision.scaler.scale(loss * self.team.size).backward()
        self.precision.scaler.step(self.optimizer)
        self.precision.scaler.update()
        self.schedule.step()
        self.step += 1
        with torch.no_grad():  # summed on the device: reading a number would make the GPU wait
            images = len(targets) / share
            right = self.task.accuracy(outputs, targets).sum()
            self.sums += self.team.total(torch.stack([loss, loss * images, right]))

    def _close_epoch(self, stop: StopRequest) -> None:
        """Evaluate, write the running epoch down and begin the next. Repeatable until its last lines."""
        begun = time.monotonic()
        images = sum(map(len, self._rows(self.epoch)))
        loss_sum, loss, right = self.sums.tolist()
        if not math.isfinite(loss):
            raise BeholderError(f"the loss is no longer a number in epoch {self.epoch}. Lower `lr` in the recipe.")
        self._seed()
        if self.recipe.recalibrate_norm:
            recalibrate_norm(self.network, self.train_split, self.precision, lambda: self._leave_if(stop))
        self.team.copy_statistics(self.network)
        measured = evaluate(self.network, self.task, self.val_split, self.precision, lambda: self._leave_if(stop))
        val_loss, val_accuracy = self.team.agree(measured, self.device)
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
        smallest = 2 * self.team.size
        return epoch_rows(len(self.train_split), self.recipe.batch_size, self.seed, epoch, smallest)

    def _seed(self) -> None:
        """Seed whatever the network itself draws, such as dropout, for the step to come."""
        sequence = np.random.SeedSequence([self.seed, self.epoch, self.step, self.team.rank])
        torch.manual_seed(int(sequence.generate_state(1, np.uint64)[0]))

    def _leave_if(self, stop: StopRequest) -> None:
        if stop and self.team.size == 1:  # a team agrees to leave between steps only
            raise _Stopped

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

    def _save(self, checkpoint: Checkpoint) -> None:
        if self.team.leads:
            checkpoint.save(self._state())

    def _state(self) -> dict[str, Any]:
        """Return everything that the rest of the training depends on, in types that load without running code."""
        return {
            "parts": {name: part.state_dict() for name, part in self._stateful().items()},
            "history": [asdict(row) for row in self.history],
            "best": vars(self.best),
            "step": self.step,
            "seconds": self.seconds,
            "sums": self.sums,
        }

    def _load(self, state: dict[str, Any]) -> None:
        for name, part in self._stateful().items():
            part.load_state_dict(state["parts"][name])
        self.history = [Epoch(**row) for row in state["history"]]
        self.best = Best(**state["best"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.sums.copy_(state["sums"])
