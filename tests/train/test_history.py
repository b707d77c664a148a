"""The record of a training."""

from beholder.train.history import Epoch, history_table, source_log

EPOCHS = [
    Epoch(1, 1e-4, 0.023, 0.9906, 0.021, 0.9935, 1900.0, 44.4927),
    Epoch(2, 1e-4, 0.011, 1.0, 0.02, 0.995, 40.4, 21.5),
]


def test_the_log_has_the_form_of_the_source_experiment():
    assert source_log(EPOCHS, "custom") == (
        "[Epoch 1] Loss: 44.4927 | Train Accuracy: 99.06%\n"
        "Validation Accuracy: 99.35%\n"
        "\n"
        "[Epoch 2] Loss: 21.5000 | Train Accuracy: 100.00%\n"
        "Validation Accuracy: 99.50%\n"
        "\n"
        "saved model custom\n"
        "Total Training Time: 32.34 minutes\n"
    )


def test_the_table_has_the_documented_columns():
    expected = ["epoch", "lr", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "seconds"]
    assert list(history_table(EPOCHS).columns) == expected
