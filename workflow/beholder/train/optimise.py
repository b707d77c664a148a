"""The optimiser and the learning rate of a recipe."""

import math

import torch
from timm.optim import create_optimizer_v2
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from beholder.config.train import Recipe


def make_optimizer(recipe: Recipe, learner: nn.Module) -> torch.optim.Optimizer:
    """Return timm's optimiser; weight decay spares biases and norms."""
    return create_optimizer_v2(
        learner, opt=recipe.optimizer, lr=recipe.lr, weight_decay=recipe.weight_decay, momentum=0.9, fused=True
    )


def make_schedule(recipe: Recipe, optimizer: torch.optim.Optimizer, steps_per_epoch: int) -> LambdaLR:
    """Return the schedule, to be advanced after every step of the optimiser."""
    return LambdaLR(optimizer, lambda step: learning_rate(recipe, step, steps_per_epoch) / recipe.lr)


def learning_rate(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """Return the learning rate of a step, counted from 0 over all epochs: linear warm-up, then constant or half a cosine."""
    warmup, total = recipe.warmup_epochs * steps_per_epoch, recipe.epochs * steps_per_epoch
    if step < warmup:
        return recipe.lr * (step + 1) / warmup
    if recipe.schedule == "constant":
        return recipe.lr
    return recipe.lr * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))
