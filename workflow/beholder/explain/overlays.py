"""Maps of single photographs, drawn by pytorch-grad-cam."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytorch_grad_cam
import torch
from pytorch_grad_cam.ablation_layer import AblationLayer, AblationLayerVit
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor

from beholder.common.labels import GROUPS
from beholder.common.program import progress
from beholder.config.explain import Overlays
from beholder.explain.trunk import Trunk, device_of, find_trunk
from beholder.train.network import Network

METHODS: dict[str, Callable] = {
    "gradcam": pytorch_grad_cam.GradCAM,
    "gradcam++": pytorch_grad_cam.GradCAMPlusPlus,
    "xgradcam": pytorch_grad_cam.XGradCAM,
    "hirescam": pytorch_grad_cam.HiResCAM,
    "layercam": pytorch_grad_cam.LayerCAM,
    "eigencam": pytorch_grad_cam.EigenCAM,
    "scorecam": pytorch_grad_cam.ScoreCAM,
    "ablationcam": pytorch_grad_cam.AblationCAM,
}


def explain_photographs(
    network: Network, table: pd.DataFrame, pixels: Tensor, settings: Overlays
) -> dict[str, np.ndarray]:
    """Return the arrays of `overlays.npz`: a few rows of `table` (`image_id, looks, margin`) and `pixels`, by rising margin.

    For each group g: `image_g` uint8 [N, S, S, 3]; `map_g` float32 [N, S, S] in 0..1, of the predicted class, on pytorch-grad-cam's
    own grid; `image_id_g`, `margin_g` [N]; and the name of the `method`.
    """
    arrays = {"method": np.array(settings.method)}
    for looks, group in GROUPS.items():
        rows = choose(table[table["looks"] == looks], settings.per_group)
        images = pixels[torch.from_numpy(rows.index.to_numpy())]
        predicted = (rows["margin"] > 0).to_numpy(int)
        arrays |= {
            f"image_{group}": images.numpy(),
            f"map_{group}": explain_with(network, images, predicted, settings.method),
            f"image_id_{group}": rows["image_id"].to_numpy(str),
            f"margin_{group}": rows["margin"].to_numpy(np.float32),
        }
    return arrays


def choose(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return up to `count` rows spread evenly over the margin, lowest to highest, with their index."""
    ordered = table.sort_values(["margin", "image_id"])
    steps = np.linspace(0, len(ordered) - 1, min(count, len(ordered)))
    return ordered.iloc[np.rint(steps).astype(int)]


def explain_with(network: Network, images: Tensor, classes: np.ndarray, method: str) -> np.ndarray:
    """Return the maps, float32 [N, S, S] in 0..1, that pytorch-grad-cam's `method` draws for `classes` [N].

    `images` is uint8 [N, S, S, 3]. One image at a time: ScoreCAM and AblationCAM make hundreds of passes for each.
    """
    trunk = find_trunk(network)
    network.eval().requires_grad_(True)  # pytorch-grad-cam hears of gradients only where weights ask for them
    maps = []
    with _explainer(network, trunk, method) as explainer:
        for image, target in progress(list(zip(images, classes.tolist(), strict=True)), method):
            batch = image.to(device_of(network)).permute(2, 0, 1)[None].float()
            # The predicted class is named: left to itself the library would explain class 0 of one-output networks.
            maps.append(explainer(input_tensor=batch, targets=[ClassifierOutputTarget(target)])[0])
    if len(maps) < len(images):  # leaving the library's `with` block swallows an IndexError
        raise RuntimeError(f"{method} failed on image {len(maps)}")
    return np.array(maps, np.float32).reshape(-1, network.input_size, network.input_size)


def _explainer(network: Network, trunk: Trunk, method: str):
    more = {"reshape_transform": None if trunk.layout == "NCHW" else trunk.to_planes}
    if method == "ablationcam":
        more["ablation_layer"] = AblationLayerVit() if trunk.layout == "tokens" else AblationLayer()
    return METHODS[method](model=network, target_layers=[trunk.layer], **more)
