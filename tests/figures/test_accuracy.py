import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from beholder.figures import accuracy, accuracy_text
from beholder.figures.runs import TABLE_ORDER, pair_runs, read_histories

from . import fabricate


@pytest.fixture(scope="module")
def published():
    return pd.read_csv(accuracy.PUBLISHED)


@pytest.fixture
def tables(tmp_path, published):
    """Per-epoch table and summary of two models, two backgrounds and two seeds."""
    runs = fabricate.runs(models=["resnet18", "custom"], seeds=(0, 1))
    histories = [fabricate.history(tmp_path / f"{index}.csv", run) for index, run in enumerate(runs)]
    maps = [
        fabricate.maps(tmp_path / f"{index}.parquet", run, wrong=run["seed"] * 10) for index, run in enumerate(runs)
    ]
    table = read_histories(pair_runs(runs, histories))
    return accuracy.epoch_table(table), accuracy.summary_table(
        table, pair_runs(runs, maps), fabricate.NETWORKS, published
    )


@pytest.mark.parametrize(("right", "n"), [(97, 100), (100, 100), (1, 30), (0, 5)])
def test_interval_is_wilsons(right, n):
    low, high = accuracy.wilson_interval(pd.Series([right / n]), pd.Series([n]))
    expected = binomtest(right, n).proportion_ci(method="wilson")
    assert np.allclose([low[0], high[0]], [expected.low, expected.high], atol=1e-6)


def test_effective_n_counts_persons_not_photographs():
    assert accuracy.effective_n(pd.Series(np.repeat(np.arange(10), 100))) == 10
    assert accuracy.effective_n(pd.Series(np.arange(50))) == 50


def test_epochs_average_over_seeds(tables):
    epochs, _ = tables
    assert len(epochs) == 2 * 2 * 10 and (epochs["seeds"] == 2).all()
    assert epochs["val_accuracy"].between(0, 1).all() and epochs["val_deviation"].notna().all()


def test_summary_joins_test_accuracy_and_published_values(tables):
    _, summary = tables
    row = summary.set_index(["background", "backbone"]).loc[("original", "resnet18")]
    assert row["test_accuracy"] == pytest.approx(0.975) and row["test_n"] == 200 and row["seeds"] == 2
    assert row["network"] == "resnet18, scratch"
    assert row["test_deviation"] == pytest.approx(np.std([1, 0.95], ddof=1))
    assert row["test_low"] < 0.975 < row["test_high"]
    assert (row["published_best_val"], row["published_last_val"]) == (0.9959, 0.9952)
    white = summary.set_index(["background", "backbone"]).loc[("white", "custom")]
    assert (white["published_best_val"], white["published_last_val"]) == (0.9959, 0.9958)


def test_unpublished_models_and_single_seeds_have_gaps_not_errors(tmp_path, published):
    runs = fabricate.runs(models=["vit"], backgrounds=("blur",), seeds=(0,))
    table = read_histories(pair_runs(runs, [fabricate.history(tmp_path / "h.csv", runs[0])]))
    maps = pair_runs(runs, [fabricate.maps(tmp_path / "m.parquet", runs[0])])
    [row] = accuracy_text.summary_text(accuracy.summary_table(table, maps, fabricate.NETWORKS, published)).rows
    assert row[:5] == ["published", "blur", "vit", "vit_base_patch16_224, imagenet", "1"]
    assert row[-1] == "– / –" and "±" not in row[5]


def test_published_values_are_the_sources(published):
    epochs = published[(published["background"] == "original") & (published["statistic"] == "epoch")]
    assert set(epochs["backbone"]) == set(TABLE_ORDER)
    assert all(list(rows["epoch"]) == list(range(1, 11)) for _, rows in epochs.groupby("backbone"))
    value = epochs.set_index(["backbone", "epoch"])
    assert value.loc[("efficientnet_b0", 10), "val_accuracy"] == 0.9996
    assert value.loc[("resnet50", 1), "train_accuracy"] == 0.9526
    assert value.loc[("custom", 1), ["train_accuracy", "val_accuracy"]].tolist() == [0.9948, 1.0]


def test_markdown_has_the_sources_numbers_titles_and_columns(tables):
    epochs, _ = tables
    text = accuracy_text.markdown(accuracy_text.epoch_tables(epochs), "note")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "### Table 1: Custom Model (2 seeds)",
        "### Table 2: ResNet-18 (2 seeds)",
        "### Custom Model, white background (2 seeds)",
        "### ResNet-18, white background (2 seeds)",
    ]
    assert "| Epoch | Train Accuracy | Validation Accuracy |" in text
    assert text.count("\n| 10 | ") == 4
