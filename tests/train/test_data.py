"""Batches from packed arrays."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from beholder.common.errors import BeholderError
from beholder.train.data import epoch_draws, epoch_rows, hold_out, load_split, read_pixels
from beholder.train.tasks import Looks


def test_rows_of_the_table_become_images_flips_and_targets(data):
    split = load_split(data.train, data.train_pixels, Looks())
    packed, table = np.load(data.train_pixels), pd.read_csv(data.train)
    assert len(split) == len(table) == 48 and split.input_size == 32
    ((pixels, targets),) = split.batches([torch.tensor([3, 44])])  # row 44 is the mirrored copy of image 0
    np.testing.assert_array_equal(pixels[0], packed[3])
    np.testing.assert_array_equal(pixels[1], packed[0][:, ::-1])
    assert targets.tolist() == table["looks"][[3, 44]].tolist()


def test_streaming_gives_the_same_batches(data):
    split = load_split(data.train, data.train_pixels, Looks())
    for batch_size in (7, 20, 30, 48):
        chunks = torch.randperm(48).split(batch_size)
        streamed = list(replace(split, resident=False).batches(chunks))
        assert len(streamed) == len(chunks)
        for (a, b), (c, d) in zip(split.batches(chunks), streamed, strict=True):
            assert torch.equal(a, c) and torch.equal(b, d)


def test_the_packed_file_is_never_written(data):
    before = data.train_pixels.read_bytes()
    read_pixels(data.train_pixels).zero_()
    assert data.train_pixels.read_bytes() == before


def test_every_epoch_shows_each_row_once_in_an_order_of_its_own():
    first, second = (torch.cat(epoch_rows(50, 8, seed=3, epoch=epoch)) for epoch in (1, 2))
    assert first.sort().values.tolist() == second.sort().values.tolist() == list(range(50))
    assert first.tolist() != second.tolist()
    assert torch.equal(first, torch.cat(epoch_rows(50, 8, seed=3, epoch=1)))


def test_a_lone_last_image_is_left_out():
    assert [len(rows) for rows in epoch_rows(17, 8, 0, 1)] == [8, 8]
    assert [len(rows) for rows in epoch_rows(18, 8, 0, 1)] == [8, 8, 2]


def test_each_image_has_random_numbers_of_its_own():
    rows = epoch_rows(50, 8, 0, 1)
    draws = epoch_draws(rows, 0, 1)
    assert [len(numbers) for numbers in draws] == [len(batch) for batch in rows]
    assert len(torch.cat(draws)[:, 0].unique()) == 50
    assert not torch.equal(draws[0], epoch_draws(rows, 0, 2)[0])


def test_whole_clusters_are_held_out():
    table = pd.DataFrame({"cluster": np.arange(200) // 4})
    chosen = hold_out(table, seed=0)
    assert 20 <= chosen.sum() <= 24
    assert set(table["cluster"][chosen.numpy()]).isdisjoint(table["cluster"][~chosen.numpy()])


def test_table_and_array_of_different_splits_are_refused(data):
    with pytest.raises(BeholderError, match=r"do not belong together: 20 images in the table, 44"):
        load_split(data.val, data.train_pixels, Looks())


@pytest.mark.parametrize("damage", ["missing", "cut", "form"])
def test_damaged_arrays_are_named(damage, data, tmp_path):
    path = tmp_path / "train.npy"
    if damage == "cut":
        path.write_bytes(data.train_pixels.read_bytes()[:-100])
    elif damage == "form":
        np.save(path, np.zeros((2, 32, 32), np.float32))
    with pytest.raises(BeholderError, match=r"train\.npy"):
        read_pixels(path)
