import numpy as np
import pandas as pd

from beholder.figures.curves import plot_curves


def histories(models, backgrounds, seeds):
    rows = [
        {
            **{"backbone": model, "background": background, "recipe": "sound", "seed": seed, "epoch": epoch},
            **{"train_accuracy": 0.9, "val_accuracy": 0.6 + 0.1 * seed},
        }
        for model in models
        for background in backgrounds
        for seed in seeds
        for epoch in (1, 2, 3)
    ]
    return pd.DataFrame(rows)


def panels(figure):
    return [axes for axes in figure.axes if axes.get_visible()]


def test_a_panel_per_background_and_model_with_mean_and_range_over_seeds():
    figure = plot_curves(histories(["a", "b"], ["original", "white"], seeds=(0, 1, 2)), 0.5)
    assert [axes.get_title("left") for axes in panels(figure)] == ["a", "b", "a", "b"]
    assert "white background" in panels(figure)[2].get_ylabel()
    for axes in panels(figure):
        training, validation = axes.lines
        assert np.allclose(training.get_ydata(), 0.9) and np.allclose(validation.get_ydata(), 0.7)
        band = axes.collections[1].get_paths()[0].vertices[:, 1]
        assert np.isclose(band.min(), 0.6) and np.isclose(band.max(), 0.8)
        assert axes.get_ylim()[0] == 0.5
    assert "mean over 3 seeds" in figure.texts[1].get_text()


def test_more_models_than_fit_in_a_row_wrap():
    figure = plot_curves(histories(list("abcdefg"), ["original"], seeds=(0,)), 0.5)
    assert [axes.get_title("left") for axes in panels(figure)] == list("abcdefg")
    assert len(figure.axes) == 10
    assert figure.texts[1].get_text() == "A single seed."


def test_early_stopping_leaves_seeds_of_different_length():
    table = histories(["a"], ["original"], seeds=(0, 1))
    figure = plot_curves(table[(table["seed"] == 0) | (table["epoch"] < 3)], 0.5)
    _, validation = panels(figure)[0].lines
    assert np.allclose(validation.get_ydata(), [0.65, 0.65, 0.6])
