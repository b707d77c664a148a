import numpy as np
import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from beholder.figures.samples import draw_sample, group_rows, plot_samples, tile


def test_rows_of_a_group_are_those_of_the_packed_array_without_flips():
    train = pd.DataFrame(
        {"image_id": ["a", "b", "b", "c", "d", "d"], "looks": [0, 1, 1, 0, 1, 1], "flip": [0, 0, 1, 0, 0, 1]}
    )
    assert group_rows(train, "good").tolist() == [1, 3]
    assert group_rows(train, "normal").tolist() == [0, 2]


def test_empty_group_is_named():
    with pytest.raises(BeholderError, match="`good`"):
        group_rows(pd.DataFrame({"image_id": ["a"], "looks": [0]}), "good")


def test_draw_is_seeded_without_repeats_and_content_with_few():
    rows = np.arange(100, 150)
    drawn = draw_sample(rows, 20, seed=3)
    assert drawn.tolist() == draw_sample(rows, 20, seed=3).tolist()
    assert drawn.tolist() != draw_sample(rows, 20, seed=4).tolist()
    assert len(set(drawn)) == 20 and set(drawn) <= set(rows)
    assert sorted(draw_sample(rows, 99, seed=3)) == rows.tolist()


def test_tile_puts_images_in_rows():
    images = np.stack([np.full((4, 4, 3), value, np.uint8) for value in (10, 20, 30)])
    sheet = tile(images, columns=2, gap=1)
    assert sheet.shape == (9, 9, 3)
    assert sheet[0, 0, 0] == 10 and sheet[0, 5, 0] == 20 and sheet[5, 0, 0] == 30
    assert (sheet[4] == 255).all() and (sheet[5:, 5:] == 255).all()


def test_title_tells_group_background_and_n():
    figure = plot_samples(np.zeros((7, 8, 8, 3), np.uint8), 1234, "good", "white", columns=5)
    text = " ".join(text.get_text() for text in figure.texts)
    assert "“good”" in text and "white background" in text and "7 of 1,234 training photographs" in text
