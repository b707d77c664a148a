"""The record of a training: one row per epoch, as a table and in the source experiment's log form."""

from dataclasses import asdict, dataclass

import pandas as pd


@dataclass(frozen=True)
class Epoch:
    """One epoch. Losses are means per image, accuracies lie in 0..1; validation values are NaN without a validation set."""

    epoch: int
    lr: float
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float
    loss_sum: float
    """Sum of the training batches' mean losses: the number that the source experiment printed."""


def describe(epoch: Epoch) -> str:
    """Return one line for the program's log."""
    return (
        f"epoch {epoch.epoch}: loss {epoch.train_loss:.4f}, accuracy {epoch.train_accuracy:.2%}; "
        f"validation loss {epoch.val_loss:.4f}, accuracy {epoch.val_accuracy:.2%}; {epoch.seconds:.1f} s"
    )


def history_table(epochs: list[Epoch]) -> pd.DataFrame:
    """Return `history.csv` (docs/architecture.md)."""
    return pd.DataFrame([asdict(epoch) for epoch in epochs]).drop(columns="loss_sum")


def source_log(epochs: list[Epoch], name: str) -> str:
    """Return the text that the source experiment's training printed; `name` is the network's."""
    lines = [
        f"[Epoch {epoch.epoch}] Loss: {epoch.loss_sum:.4f} | Train Accuracy: {epoch.train_accuracy:.2%}\n"
        f"Validation Accuracy: {epoch.val_accuracy:.2%}\n\n"
        for epoch in epochs
    ]
    minutes = sum(epoch.seconds for epoch in epochs) / 60
    return "".join(lines) + f"saved model {name}\nTotal Training Time: {minutes:.2f} minutes\n"
