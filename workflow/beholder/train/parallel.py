"""One training on several GPUs: equal processes, each with its share of every batch, kept in step by torch.

A `Team` of one does nothing, so the loop is the same for one process and for many.
"""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.launcher.api import LaunchConfig, elastic_launch
from torch.nn.parallel import DistributedDataParallel

from beholder.common.devices import claimed_gpus, compute_device
from beholder.common.errors import BeholderError
from beholder.train.interrupt import Interrupted


@dataclass(frozen=True)
class Team:
    """The processes that train one network, and which of them this is."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes files and talks."""
        return self.rank == 0

    def share(self, batch: Tensor) -> Tensor:
        """Return this process's part of a batch."""
        return batch[self.rank :: self.size]

    def join(self, network: nn.Module) -> nn.Module:
        """Return the network to train with: its gradients are the means over the team."""
        return DistributedDataParallel(network) if self.size > 1 else network

    def total(self, numbers: Tensor) -> Tensor:
        """Return the sum over the team."""
        if self.size > 1:
            distributed.all_reduce(numbers)
        return numbers

    def any(self, condition: bool, device: torch.device) -> bool:
        """Return whether the condition holds for some process, so that all act alike."""
        return condition if self.size == 1 else bool(self.total(torch.tensor(float(condition), device=device)) > 0)

    def agree(self, numbers: Sequence[float], device: torch.device) -> list[float]:
        """Return the first process's numbers: those of the others may differ in the last bits, and decide otherwise."""
        agreed = torch.tensor(numbers, dtype=torch.float64, device=device)
        if self.size > 1:
            distributed.broadcast(agreed, 0)
        return agreed.tolist()

    def copy_statistics(self, network: nn.Module) -> None:
        """Give all processes the running statistics of the first; each has seen other images."""
        if self.size > 1:
            for buffer in network.buffers():
                distributed.broadcast(buffer, 0)


def run_team(size: int, threads: int, work: Callable[..., None], *arguments: Any) -> None:
    """Call `work(team, device, *arguments)` in `size` processes and wait for them.

    One process is this one. Several come from torch's launcher, one GPU each where there are GPUs; then `work` must be
    importable and `arguments` picklable. A request to stop reaches every process.

    Raises BeholderError as `work` does, or where the team was asked to stop.
    """
    if size == 1:
        with compute_device(threads) as device:
            work(Team(), device, *arguments)
        return
    os.environ.setdefault("TORCHELASTIC_SIGNALS_TO_HANDLE", "SIGTERM,SIGINT,SIGUSR1")
    config = LaunchConfig(1, 1, size, rdzv_backend="c10d", rdzv_endpoint="localhost:0", max_restarts=0)
    try:
        with claimed_gpus(size):
            messages = elastic_launch(config, _member)(max(1, threads // size), work, *arguments)
    except SignalException as stop:
        raise BeholderError(f"asked to stop by {stop.sigval.name}: the same command continues from there.") from None
    if message := messages[0]:
        raise BeholderError(message)


def _member(threads: int, work: Callable[..., None], *arguments: Any) -> str | None:
    """Be one process of the team. What a user can mend is returned as text: a launcher hands on no exceptions."""
    team = Team(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]))
    level = logging.INFO if team.leads else logging.ERROR
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        with compute_device(threads, team.size) as device:
            if device.type == "cuda":
                device = _own_gpu(team)
            distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
            try:
                work(team, device, *arguments)
            finally:
                distributed.destroy_process_group()
    except Interrupted:
        sys.exit(1)  # returning would wait for a launcher that is itself waiting for this process to end
    except BeholderError as error:
        return str(error)
    return None


def _own_gpu(team: Team) -> torch.device:
    if torch.cuda.device_count() < team.size:
        raise BeholderError(
            f"the recipe asks for {team.size} `processes`, but {torch.cuda.device_count()} GPUs are visible. "
            "Lower it, or ask the scheduler for more."
        )
    device = torch.device("cuda", team.rank)
    torch.cuda.set_device(device)
    return device
