"""What networks predict."""

import math

import pandas as pd
import pytest
import torch

from beholder.common.errors import BeholderError
from beholder.train.tasks import Attributes, Looks


def test_looks():
    task = Looks()
    targets = task.targets(pd.DataFrame({"looks": [0, 1]}))
    outputs = torch.tensor([[2.0, 0.0], [2.0, 0.0]])
    expected = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(2))) / 2
    assert task(outputs, targets).item() == pytest.approx(expected, rel=1e-6)
    assert task.accuracy(outputs, targets).tolist() == [1.0, 0.0]


def test_label_smoothing_shares_the_truth():
    outputs, targets = torch.tensor([[0.0, 3.0]]), torch.tensor([1])
    right, wrong = math.log(1 + math.exp(-3)), math.log(1 + math.exp(3))
    assert Looks(0.2)(outputs, targets).item() == pytest.approx(0.9 * right + 0.1 * wrong, rel=1e-6)


def test_attributes_stand_in_the_published_order():
    task = Attributes()
    table = pd.DataFrame({"image_id": ["a"], "race": ["Middle Eastern"], "gender": ["Male"], "age": ["3-9"]})
    targets = task.targets(table)
    outputs = torch.zeros(1, 18)
    outputs[0, [6, 7, 9 + 1]] = 20.0  # methods.md: [0:7] race, [7:9] gender, [9:18] age
    assert task.outputs == 18
    assert task(outputs, targets).item() < 1e-6
    assert task.accuracy(outputs, targets).item() == 1.0
    assert task.accuracy(-outputs, targets).item() == 0.0


def test_an_unknown_label_names_the_image():
    table = pd.DataFrame({"image_id": ["s/9"], "race": ["White"], "gender": ["male"], "age": ["3-9"]})
    with pytest.raises(BeholderError, match=r"s/9.*'male'"):
        Attributes().targets(table)
