"""Measuring a network on a set of images, and getting its batch norm ready for that."""

from collections.abc import Callable

import torch
from torch.optim.swa_utils import update_bn

from beholder.train.data import Split
from beholder.train.network import Network
from beholder.train.precision import Precision
from beholder.train.tasks import Task

_BATCH = 64
#: Images over which running statistics are recomputed. Per channel that is 1024 times the map's area of values.
_CALIBRATION_IMAGES = 1024


@torch.inference_mode()
def evaluate(
    network: Network, task: Task, split: Split, precision: Precision, between: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Return mean loss and accuracy over `split`, NaN where it is empty. `between` is called after every batch."""
    if not len(split):
        return float("nan"), float("nan")
    network.eval()
    sums = torch.zeros(2, dtype=torch.float64, device=split.image.device)
    for pixels, targets in split.batches(torch.arange(len(split)).split(_BATCH)):
        with precision.autocast():
            outputs = network(pixels)
        outputs = outputs.float()
        sums += torch.stack([task(outputs, targets) * len(targets), task.accuracy(outputs, targets).sum()])
        between()
    loss, accuracy = (sums / len(split)).tolist()
    return loss, accuracy


def recalibrate_norm(
    network: Network, split: Split, precision: Precision, between: Callable[[], None] = lambda: None
) -> None:
    """Recompute batch norm's running statistics with the weights as they are, over a random draw of `split`.

    Running statistics trail the weights by some hundred steps: after a short training they describe a network
    that no longer exists, and evaluation reads chance. The draw is always the same one. Its batches mix the classes as
    those of training do, where the table's own order would normalise each class by itself, and count alike because
    they are of nearly one size.
    """
    order = torch.randperm(len(split), generator=torch.Generator().manual_seed(0))
    rows = order[:_CALIBRATION_IMAGES]

    def batches():
        for pixels, _ in split.batches(rows.tensor_split(-(-len(rows) // _BATCH))):
            yield pixels
            between()

    with torch.no_grad(), precision.autocast():
        update_bn(batches(), network)
