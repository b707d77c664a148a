"""Optimisers and learning rates of recipes."""

import pytest
import torch
from torch import nn

from beholder.config.train import Recipe
from beholder.train.optimise import learning_rate, make_optimizer, make_schedule


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_decay_spares_biases_and_norms(name):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))
    optimizer = make_optimizer(Recipe(optimizer=name, weight_decay=0.1), net)
    decayed = {id(p) for group in optimizer.param_groups if group["weight_decay"] for p in group["params"]}
    assert decayed == {id(net[0].weight), id(net[3].weight)}


def test_cosine_after_warm_up():
    recipe = Recipe(lr=0.1, epochs=5, schedule="cosine", warmup_epochs=1)
    rates = [learning_rate(recipe, step, 10) for step in range(50)]
    assert rates[0] == pytest.approx(0.01) and rates[9] == pytest.approx(0.1) and rates[10] == pytest.approx(0.1)
    assert rates[30] == pytest.approx(0.05) and 0 < rates[49] < 0.001
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_the_published_recipe_keeps_its_rate():
    assert {learning_rate(Recipe(), step, 7) for step in range(70)} == {1e-4}


def test_the_optimiser_follows_the_schedule():
    layer, recipe = nn.Linear(2, 1), Recipe(lr=0.1, epochs=2, schedule="cosine")
    optimizer = make_optimizer(recipe, layer)
    schedule = make_schedule(recipe, optimizer, 4)
    for step in range(8):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(learning_rate(recipe, step, 4))
        layer(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        schedule.step()
