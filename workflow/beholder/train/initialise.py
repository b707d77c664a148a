"""What a network's weights start from: nothing, ImageNet, FairFace's attributes, or a file."""

from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn

from beholder.common.errors import BeholderError
from beholder.config.train import Model
from beholder.train.network import Network, Normalisation, create_body
from beholder.train.weights import read_weights

IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def initial_network(
    model: Model, outputs: int, input_size: int, seed: int, weights: Path | None = None, sha256: str | None = None
) -> Network:
    """Return the network to train, with a fresh last layer of `outputs`.

    `weights` is the file for the initialisation `fairface` or one of `train.files`: a network of the train stage, or
    a state dict with timm's (for ResNets: torchvision's) names, such as the published FairFace checkpoint. The last layer
    of a file is left out, whatever it predicted. `seed` decides every weight that no file sets.

    Raises BeholderError where weights are missing, are not what `sha256` says, or do not fit the architecture.
    """
    torch.manual_seed(seed)
    trained_with = HALF  # the source experiment's, for want of any weights
    if model.initialisation == "imagenet":
        body, trained_with = _imagenet(model.architecture, outputs, input_size)
    else:
        body = create_body(model.architecture, outputs, input_size)
        if model.initialisation != "scratch":
            if weights is None:
                raise BeholderError(
                    f"the initialisation {model.initialisation!r} needs a file of weights; none is given."
                )
            trained_with = _load_trunk(body, model.architecture, weights, sha256)
    normalisation = {"auto": trained_with, "half": HALF, "imagenet": IMAGENET}[model.normalisation]
    network = Network(body, model.architecture, outputs, input_size, normalisation)
    if isinstance(network.classifier, nn.Linear):
        # timm draws EfficientNet's last layer as for a thousand outputs: with two, its first logits are about +-8, and
        # a short training only unlearns them.
        network.classifier.reset_parameters()
    return network


def _imagenet(architecture: str, outputs: int, input_size: int) -> tuple[nn.Module, Normalisation]:
    config = timm.get_pretrained_cfg(architecture)
    if config is not None and not config.has_weights:
        raise BeholderError(f"timm has no pretrained weights for {architecture!r}. Choose another initialisation.")
    try:
        body = create_body(architecture, outputs, input_size, pretrained=True)
    except BeholderError:
        raise
    except Exception as error:
        source = config.hf_hub_id if config is not None else architecture
        raise BeholderError(
            f"the pretrained weights of {architecture!r} could not be fetched from https://huggingface.co/{source} "
            f"({type(error).__name__}). Without a network, copy that page's files into the Hugging Face cache (HF_HOME) "
            "beforehand, or download the weights, enter them in `train.files` and name them as `initialisation`."
        ) from error
    return body, _usual_normalisation(body)


def _usual_normalisation(body: nn.Module) -> Normalisation:
    """Return the statistics that timm documents for the weights of this architecture."""
    config = timm.data.resolve_model_data_config(body)
    return Normalisation(config["mean"], config["std"])


def _load_trunk(body: nn.Module, architecture: str, path: Path, sha256: str | None) -> Normalisation:
    """Load all weights but the last layer's from `path`; return the statistics they were trained with."""
    content = read_weights(path, sha256)
    ours = "state_dict" in content and "normalisation" in content
    state = content.get("state_dict", content)
    if not isinstance(state, dict):
        raise BeholderError(f"{path}: expected a state dict under `state_dict`, found {type(state).__name__}.")
    state = {name.removeprefix("module."): value for name, value in state.items() if isinstance(value, Tensor)}
    last_layer = {f"{prefix}.{kind}" for prefix in _last_layers(body) for kind in ("weight", "bias")}
    expected = {name: value for name, value in body.state_dict().items() if name not in last_layer}
    found = {name: value for name, value in state.items() if name not in last_layer}
    _refuse_misfit(path, architecture, expected, found)
    body.load_state_dict(found, strict=False)
    if not ours:
        return _usual_normalisation(body)
    return Normalisation(*(tuple(content["normalisation"][key]) for key in ("mean", "std")))


def _last_layers(body: Any) -> list[str]:
    names = body.pretrained_cfg["classifier"]
    return [names] if isinstance(names, str) else list(names)


def _refuse_misfit(path: Path, architecture: str, expected: dict[str, Tensor], found: dict[str, Tensor]) -> None:
    wrong = []
    # PyTorch before 0.4.1 did not store `num_batches_tracked`, and no network needs it.
    missing = [name for name in expected if name not in found and not name.endswith("num_batches_tracked")]
    surplus = [name for name in found if name not in expected]
    shapes = [
        f"{name} is {list(found[name].shape)}, not {list(expected[name].shape)}"
        for name in expected
        if name in found and found[name].shape != expected[name].shape
    ]
    for kind, names in (("lacks", missing), ("has besides", surplus), ("has other shapes:", shapes)):
        if names:
            wrong.append(f"it {kind} {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}")
    if wrong:
        raise BeholderError(
            f"{path} does not hold the weights of a {architecture}: {'; '.join(wrong)}. "
            "Name another file, or set `architecture` to that of the file."
        )
