"""`explain`: predictions and class maps of the test set."""

from typing import Annotated, Literal

from pydantic import Field

from beholder.config.base import Section


class Overlays(Section):
    """Maps of single photographs. Read by `explain_overlays`."""

    method: Literal[
        "gradcam", "gradcam++", "xgradcam", "hirescam", "layercam", "eigencam", "scorecam", "ablationcam"
    ] = "gradcam++"
    """Method of pytorch-grad-cam."""
    per_group: Annotated[int, Field(ge=1, le=48)] = 6
    """Photographs per group, spread evenly over the margin."""


class Explain(Section):
    """Stage 5."""

    weights: Literal["best", "last"] = "best"
    """Weights of the best validation epoch, or of the last epoch as in the source experiment."""
    batch_size: Annotated[int, Field(ge=1)] = 64
    """Images per forward pass."""
    overlays: Overlays = Overlays()
    """Single photographs."""
