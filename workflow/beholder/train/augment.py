"""Random changes of training images, whole batches at a time, on the device where the images are."""

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from beholder.config.train import Augmentation

#: Random numbers per image: mirror, rotation, brightness, and crop's size, place across and place down.
DRAWS = 6


def mirror(pixels: Tensor, chosen: Tensor) -> Tensor:
    """Mirror the `chosen` (bool [N]) images of uint8 [N, S, S, 3]."""
    return torch.where(chosen.view(-1, 1, 1, 1), pixels.flip(2), pixels)


def augment(pixels: Tensor, settings: Augmentation, draws: Tensor) -> Tensor:
    """Change each image by its own row of `draws`, float [N, DRAWS] uniform in 0..1.

    Takes uint8 [N, S, S, 3]; returns the same where only mirroring is asked for, else float [N, 3, S, S] in 0..255.
    Rotation and crop are one bilinear resampling; what a rotation brings in from outside repeats the border's mirror.
    """
    if settings.flip:
        pixels = mirror(pixels, draws[:, 0] < 0.5)
    if not (settings.rotation or settings.crop or settings.brightness):
        return pixels
    images = pixels.permute(0, 3, 1, 2).float()
    if settings.rotation or settings.crop:
        grid = affine_grid(_transforms(settings, draws), list(images.shape), align_corners=False)
        images = grid_sample(images, grid, padding_mode="reflection", align_corners=False)
    if settings.brightness:
        factor = 1 + settings.brightness * (2 * draws[:, 2] - 1)
        images = (images * factor.view(-1, 1, 1, 1)).clamp(0, 255)
    return images


def _transforms(settings: Augmentation, draws: Tensor) -> Tensor:
    """Return [N, 2, 3]: where each output pixel is read from, in coordinates of -1..1."""
    angle = torch.deg2rad(settings.rotation * (2 * draws[:, 1] - 1))
    kept = 1 - settings.crop * draws[:, 3]
    place = (1 - kept).unsqueeze(1) * (2 * draws[:, 4:6] - 1)
    cos, sin = kept * angle.cos(), kept * angle.sin()
    linear = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
    return torch.cat([linear, place.unsqueeze(2)], 2)
