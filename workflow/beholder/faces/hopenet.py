"""Head pose from Hopenet, with weights that the user supplies.

N. Ruiz, E. Chong, J. M. Rehg, "Fine-grained head pose estimation without keypoints", CVPRW 2018. The signs are those
of `pose`.
"""

import numpy as np
import torch
from torchvision.models.resnet import Bottleneck, ResNet

from beholder.common.checksums import verify
from beholder.common.errors import BeholderError
from beholder.config.base import Weights
from beholder.faces.pose import Pose

#: Each angle is classified into 66 bins of 3 degrees from -99 on and read as the expected left edge of the bin; the
#: training's regression term absorbs the half bin.
BINS, BIN_DEGREES, FIRST_BIN = 66, 3, -99
#: ImageNet's, with which the published weights were trained.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


class Hopenet(ResNet):
    """A ResNet-50 with three heads of 66 bins: yaw, pitch, roll. The parameters are named as in the published files."""

    def __init__(self):
        super().__init__(Bottleneck, [3, 4, 6, 3])
        features = self.fc.in_features
        del self.fc
        self.fc_yaw, self.fc_pitch, self.fc_roll = (torch.nn.Linear(features, BINS) for _ in range(3))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return float32 [n, 3] yaw, pitch, roll in degrees of normalised float32 [n, 3, 224, 224] images."""
        x = self.features(images)
        edges = FIRST_BIN + BIN_DEGREES * torch.arange(BINS, dtype=x.dtype, device=x.device)
        return torch.stack([head(x).softmax(1) @ edges for head in (self.fc_yaw, self.fc_pitch, self.fc_roll)], 1)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return the pooled features, float32 [n, 2048]."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return torch.flatten(self.avgpool(x), 1)


class HopenetPose:
    """Estimates the pose of single faces."""

    def __init__(self, network: Hopenet):
        self._network = network.eval()

    @torch.inference_mode()
    def __call__(self, face: np.ndarray) -> Pose:
        """Return the pose of a uint8 [224, 224, 3] RGB crop that was not turned."""
        values = (face / np.float32(255) - _MEAN) / _DEVIATION
        return Pose(*self._network(torch.from_numpy(values).permute(2, 0, 1)[None])[0].tolist())


def load(weights: Weights) -> HopenetPose:
    """Return an estimator with the weights of a published checkpoint such as `hopenet_alpha2.pkl`.

    Raises BeholderError where the file is missing, has another SHA-256 or holds other parameters.
    """
    path = verify(weights.file, weights.sha256)
    torch.set_num_threads(1)  # a shard has one core
    network = Hopenet()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        missing, unexpected = network.load_state_dict(state, strict=False)
    except Exception as error:
        raise BeholderError(f"{path} is not a checkpoint of Hopenet: {error}") from error
    # The files predate batch norm's counter, and carry a layer that was only used in training.
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    unexpected = [name for name in unexpected if not name.startswith("fc_finetune.")]
    if missing or unexpected:
        raise BeholderError(
            f"{path} is not a checkpoint of Hopenet: it lacks {missing[:3] or 'nothing'} and has "
            f"{unexpected[:3] or 'nothing'} too much. Expected a file such as hopenet_alpha2.pkl."
        )
    return HopenetPose(network)
