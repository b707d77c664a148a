"""Random changes of training images."""

import torch

from beholder.config.train import Augmentation
from beholder.train.augment import DRAWS, augment

HALFWAY = torch.full((1, DRAWS), 0.5)


def draws(**columns: float) -> torch.Tensor:
    """Numbers for one image; 0.5 is no mirroring, no rotation, no change of brightness, the middle."""
    numbers = HALFWAY.clone()
    for name, value in columns.items():
        numbers[0, ["mirror", "rotation", "brightness", "crop", "across", "down"].index(name)] = value
    return numbers


def image(size: int = 33) -> torch.Tensor:
    return torch.randint(0, 256, (1, size, size, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_nothing_asked_nothing_changed():
    assert torch.equal(augment(image(), Augmentation(), draws(mirror=0.1)), image())


def test_mirroring_is_exact_and_follows_the_draw():
    settings = Augmentation(flip=True)
    assert torch.equal(augment(image(), settings, draws(mirror=0.4)), image().flip(2))
    assert torch.equal(augment(image(), settings, draws(mirror=0.6)), image())


def test_the_middle_of_every_range_is_the_image_itself():
    settings = Augmentation(rotation=30.0, brightness=0.5)
    found = augment(image(), settings, HALFWAY)
    torch.testing.assert_close(found, image().permute(0, 3, 1, 2).float(), rtol=0, atol=0.01)


def test_a_quarter_turn_is_a_quarter_turn():
    found = augment(image(), Augmentation(rotation=90.0), draws(rotation=1.0))
    expected = image().permute(0, 3, 1, 2).float().rot90(1, (2, 3))
    torch.testing.assert_close(found, expected, rtol=0, atol=0.05)


def test_a_crop_enlarges_one_part():
    ramp = torch.arange(64, dtype=torch.uint8).view(1, 1, 64, 1).expand(1, 64, 64, 3)
    found = augment(ramp, Augmentation(crop=0.5), draws(crop=1.0, across=0.0))[0, 0, 32]
    assert abs(found[0].item() - 0) < 1 and abs(found[-1].item() - 31.5) < 1
    found = augment(ramp, Augmentation(crop=0.5), draws(crop=1.0, across=1.0))[0, 0, 32]
    assert abs(found[0].item() - 31.5) < 1 and abs(found[-1].item() - 63) < 1


def test_brightness_scales_and_stays_in_range():
    settings = Augmentation(brightness=0.5)
    dark = augment(image(), settings, draws(brightness=0.0))
    torch.testing.assert_close(dark, image().permute(0, 3, 1, 2).float() * 0.5)
    assert augment(image(), settings, draws(brightness=1.0)).max() == 255


def test_images_of_a_batch_are_changed_each_on_its_own():
    pixels, numbers = image().expand(3, -1, -1, -1), torch.rand(3, DRAWS, generator=torch.Generator().manual_seed(1))
    settings = Augmentation(rotation=20.0, crop=0.2, brightness=0.2)
    together = augment(pixels, settings, numbers)
    for i in range(3):
        torch.testing.assert_close(together[i : i + 1], augment(pixels[i : i + 1], settings, numbers[i : i + 1]))
    assert not torch.allclose(together[0], together[1])
