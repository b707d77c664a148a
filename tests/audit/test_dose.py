"""The audit against a planted difference: trained networks small enough for a test, from photographs to a verdict."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from audit.faces import face
from beholder.audit.compositing import take_apart
from beholder.audit.dose import failures as failures_of
from beholder.audit.reliance import measure_reliance
from beholder.audit.swaps import sample_pairs, score_all, swap_margins
from beholder.audit.uncertainty import Interval, resample

SIZE = 32
LANDMARKS, OVAL, _ = face(SIZE, scale=1.1)
failures = partial(failures_of, floor=0.02, ceiling=0.95)


def photographs(count, dose, seed, facial=True):
    """Return pixels and looks: class 1 has a grainy face and, in a share `dose`, a striped background."""
    random = np.random.default_rng(seed)
    looks = np.arange(count) % 2
    coarse = torch.from_numpy(random.uniform(90, 160, (count, 3, 4, 4))).float()
    pixels = nn.functional.interpolate(coarse, size=SIZE, mode="bicubic").permute(0, 2, 3, 1).numpy()
    inside = (OVAL > 0)[..., None]
    grain = 40 * random.choice([-1.0, 1.0], (count, SIZE, SIZE, 1)) * inside
    stripes = 40 * np.sign(np.sin(np.arange(SIZE) * np.pi / 2 + 0.1))[None, None, :, None] * ~inside
    planted = (looks == 1) & (random.random(count) < dose)
    pixels = pixels + (grain * looks[:, None, None, None] if facial else 0) + stripes * planted[:, None, None, None]
    return torch.from_numpy(pixels.clip(0, 255).astype(np.uint8)), looks


def train(pixels, looks, seed):
    torch.manual_seed(seed)
    layers = []
    for inputs, outputs, stride in ((3, 12, 1), (12, 16, 2), (16, 16, 2)):
        layers += [nn.Conv2d(inputs, outputs, 3, stride, 1), nn.BatchNorm2d(outputs), nn.ReLU()]
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2))
    images, targets = pixels.permute(0, 3, 1, 2).float() / 128 - 1, torch.from_numpy(looks)
    optimizer = torch.optim.Adam(network.parameters(), 5e-3)
    for _ in range(6):
        for rows in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(images[rows]), targets[rows]).backward()
            optimizer.step()
    network.eval()

    @torch.inference_mode()
    def score(x):
        logits = network(x / 128 - 1)
        return logits[:, 1] - logits[:, 0]

    return score


def audit(dose, facial=True, seeds=2):
    """Return the reliance over seeds, each seed's own value, and the accuracy."""
    pixels, looks = photographs(600, dose, 100, facial)
    masks = torch.from_numpy(OVAL)[None].expand(600, -1, -1)
    layers = take_apart(pixels, masks, np.stack([LANDMARKS] * 600), dilation=0, feather=1)
    first, second = sample_pairs(looks, np.arange(600), np.ones(600, bool), 300, 1, seed=0)
    margins, right = [], []
    for seed in range(seeds):
        score = train(*photographs(600, dose, seed, facial), seed)
        margins.append(swap_margins(score, layers, first, second))
        right.append((score_all(score, iter([pixels.permute(0, 3, 1, 2).float()])) > 0) == looks)
    draws = resample(np.arange(600), looks, seeds, 300, seed=0)
    single = [
        measure_reliance(m[None], first, second, resample(np.arange(600), looks, 1, 300, seed=0)).reliance.estimate
        for m in margins
    ]
    return measure_reliance(np.stack(margins), first, second, draws), np.array(single), np.mean(right)


@pytest.fixture(scope="module")
def doses():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield {dose: audit(dose) for dose in (0.0, 0.5, 1.0)}
    torch.set_num_threads(threads)


def test_the_reliance_rises_with_the_dose_of_a_planted_background(doses):
    for _, _, accuracy in doses.values():
        assert accuracy > 0.97
    reliance = {dose: single for dose, (_, single, _) in doses.items()}
    assert failures(reliance, floor=0.05) == [], reliance
    found = doses[1.0][0].background
    assert found.estimate > 0


def test_a_background_that_alone_differs_takes_all():
    measured, _, accuracy = audit(1.0, facial=False, seeds=1)
    assert accuracy > 0.97
    assert measured.reliance.estimate > 0.9 and measured.conflict_accuracy.estimate < 0.1


def test_what_a_pipeline_fails_to_show_is_said():
    rising = {0.0: np.array([0.01, 0.01]), 0.5: np.array([0.1, 0.2]), 1.0: np.array([0.4, 0.5])}
    faces = {0.2: Interval(0.2, 0.0, 0.5), 1.0: Interval(0.01, 0.0, 0.03)}
    assert failures(rising, Interval(1, 0.5, 1.5), faces) == [], "noise in a weak effect is no background"
    assert "does not rise" in failures({0.0: np.zeros(1), 0.5: np.ones(1), 1.0: np.full(1, 0.5)})[0]
    assert "without a planted" in failures({0.0: np.full(1, 0.1), 0.5: np.full(1, 0.2), 1.0: np.full(1, 0.5)})[0]
    assert "told from 0" in failures(rising, Interval(1, -0.5, 2.5))[0]
    assert "face alone" in failures(rising, face_only={1.0: Interval(0.03, 0.0, 0.3)})[0]
    assert "face alone" in failures(rising, face_only={0.2: Interval(0.3, 0.1, 0.5)})[0]
    assert failures(rising, background_only=Interval(0.97, 0.8, 1.0)) == []
    assert "background alone" in failures(rising, background_only=Interval(0.9, 0.8, 0.96))[0]
    assert "nan" in failures(rising, background_only=Interval(np.nan, np.nan, np.nan))[0]
    assert "nan" in failures(rising, face_only={1.0: Interval(np.nan, np.nan, np.nan)})[0]
    assert len(failures({0.0: np.array([np.nan])})) == 2
