"""What a network predicts: a task says how many outputs, the loss and the measure of success.

The loop, the batches and the checkpoints are the same for all tasks. A new study adds a class here.
"""

from abc import abstractmethod

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from beholder.common.errors import BeholderError
from beholder.common.labels import AGES, GENDERS, RACES


class Task(nn.Module):
    """A task; parameters that it owns (such as ArcFace's class centres) are trained along with the network."""

    outputs: int

    @abstractmethod
    def targets(self, table: pd.DataFrame) -> Tensor:
        """Return the true values, one row per row of a split table."""

    @abstractmethod
    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss, a scalar: the mean over the batch."""

    @abstractmethod
    def accuracy(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return how right each prediction is, float [N] in 0..1."""


class Looks(Task):
    """The two groups, normal (0) and good-looking (1): cross-entropy over two logits."""

    outputs = 2

    def __init__(self, label_smoothing: float = 0.0):
        super().__init__()
        self.label_smoothing = label_smoothing

    def targets(self, table: pd.DataFrame) -> Tensor:
        """Return int64 [N] of 0 and 1."""
        return torch.tensor(table["looks"].to_numpy("int64"))

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return cross_entropy(outputs, targets, label_smoothing=self.label_smoothing)

    def accuracy(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs.argmax(1) == targets).float()


class Attributes(Task):
    """FairFace's race, gender and age: three softmaxes over 7 + 2 + 9 logits, in the order of the published checkpoint."""

    vocabulary = {"race": RACES, "gender": GENDERS, "age": AGES}
    sizes = [len(labels) for labels in vocabulary.values()]
    outputs = sum(sizes)

    def __init__(self, label_smoothing: float = 0.0):
        super().__init__()
        self.label_smoothing = label_smoothing

    def targets(self, table: pd.DataFrame) -> Tensor:
        """Return int64 [N, 3], the positions in RACES, GENDERS and AGES."""
        columns = [pd.Categorical(table[name], labels).codes for name, labels in self.vocabulary.items()]
        codes = torch.from_numpy(np.stack(columns, axis=1).astype(np.int64))
        if (codes < 0).any():
            row = table.iloc[int((codes < 0).any(1).nonzero()[0])]
            raise BeholderError(
                f"{row['image_id']}: race {row['race']!r}, gender {row['gender']!r}, age {row['age']!r}: "
                "not all of these are FairFace labels (docs/architecture.md). Correct the source's table."
            )
        return codes

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        pairs = zip(outputs.split(self.sizes, dim=1), targets.unbind(1), strict=True)
        losses = [cross_entropy(logits, target, label_smoothing=self.label_smoothing) for logits, target in pairs]
        return torch.stack(losses).sum()

    def accuracy(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the share of the three attributes that is right."""
        right = [part.argmax(1) == targets[:, i] for i, part in enumerate(outputs.split(self.sizes, dim=1))]
        return torch.stack(right).float().mean(0)
