"""`faces`: detection, crop, pose, mask and the choice of usable faces."""

from typing import Annotated, Literal

from pydantic import Field

from beholder.config.base import Count, Fraction, Section, Weights


class Crop(Section):
    """How a face is found and cut out; the same for both groups. Read by `crop_faces`."""

    size: Annotated[int, Field(ge=32, le=1024)] = 300
    """Side of the square crop in pixels."""
    margin: Annotated[float, Field(ge=0, le=2)] = 0.0
    """Space around the face oval on each side, as a share of its longer side. FairFace's usual files (padding 0.25) have none to spare: at 0.1 a fifth of the crop lies outside them, which gives the group away. With padding 1.25 use 0.25."""
    align: bool = True
    """Turn the crop so that the eyes are level."""
    border: Literal["replicate", "black", "reflect"] = "replicate"
    """What fills the part of the crop that lies outside the photograph."""
    jpeg_quality: Annotated[int, Field(ge=50, le=100)] = 95
    """Quality at which every crop is encoded, 4:4:4."""
    detection_confidence: Fraction = 0.5
    """Faces scored lower by the detector do not count."""
    min_face: Count = 48
    """A face box smaller than this many pixels of the photograph is rejected as `too_small`."""
    max_megapixels: Annotated[float, Field(gt=0)] = 60.0
    """Photographs with more pixels are not decoded but rejected as `too_large`."""


class Pose(Section):
    """How yaw, pitch and roll are estimated. Read by `crop_faces`."""

    method: Literal["landmarks", "hopenet"] = "landmarks"
    """`landmarks`: rigid fit to the face mesh. `hopenet`: the network of Ruiz et al. 2018; needs `weights`."""
    weights: Weights | None = None
    """Hopenet's weights, e.g. `hopenet_alpha2.pkl`."""


class Limits(Section):
    """The largest absolute angles in degrees that count as frontal; null for no limit."""

    yaw: Annotated[float, Field(gt=0)] | None = 20.0
    """Turn to the side."""
    pitch: Annotated[float, Field(gt=0)] | None = 25.0
    """Up and down."""
    roll: Annotated[float, Field(gt=0)] | None = 30.0
    """Tilt."""


class Select(Section):
    """Which faces are used. Read by `select_faces`."""

    good: Limits = Limits()
    """Frontal filter of the group `looks` 1."""
    normal: Limits = Limits()
    """Frontal filter of the group `looks` 0."""
    several_faces: Literal["reject", "largest"] = "reject"
    """What happens to photographs with more than one face."""
    min_sharpness: Annotated[float, Field(ge=0)] = 0.0
    """Crops with a lower variance of the Laplacian are rejected as `blurred`; 0 for no limit."""
    max_missing_area: Fraction = 0.1
    """Crops of which a larger share lies outside the photograph are rejected as `cut_off`: the filled border would tell tight photographs from wide ones."""
    implausible_masks: Literal["keep", "reject"] = "keep"
    """Faces whose person mask is implausible are always flagged and counted."""
    duplicate_distance: Annotated[int, Field(ge=0, le=16)] = 6
    """Photographs whose perceptual hashes differ in at most this many of 64 bits, mirrored or not, are looked at as near-duplicates."""
    duplicate_correlation: Fraction = 0.95
    """Of those, pairs of 32 x 32 grey thumbnails correlating at least this much are near-duplicates and stay together in the splits."""
    rejections: str | None = None
    """CSV with the columns `image_id` and `reason`: photographs rejected by hand."""


class Curate(Section):
    """Which photographs a person should look at. Nothing is rejected by it; `faces.select.rejections` names what a person rejected. Read by `curate`."""

    unlike: Fraction = 0.1
    """A face is suspected when it resembles a larger share of the other people more than its own person's photographs."""
    drawing: Annotated[float, Field(gt=0)] = 1.0
    """A crop is suspected to be drawn above this score; at 1 about 2 % of real photographs are."""


class Faces(Section):
    """Stage 2."""

    crop: Crop = Crop()
    """Detection and crop."""
    pose: Pose = Pose()
    """Head pose."""
    select: Select = Select()
    """Choice."""
    curate: Curate = Curate()
    """Suspicions."""
