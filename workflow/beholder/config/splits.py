"""`splits`: train, validation and test sets and their packed pixels."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from beholder.config.base import Colour, Count, Section, Seed

Background = Literal[
    "original",
    "white",
    "transparent",
    "black",
    "mean",
    "blur",
    "grayscale",
    "face_only",
    "background_only",
    "harmonised",
]


class Fractions(Section):
    """Shares of each group that the sets are drawn from, before balancing; they add up to 1."""

    train: Annotated[float, Field(gt=0, lt=1)] = 0.7
    """Training."""
    val: Annotated[float, Field(ge=0, lt=1)] = 0.15
    """Validation: choice of epoch and early stopping. With `validate_on_test` this share joins the training set."""
    test: Annotated[float, Field(gt=0, lt=1)] = 0.15
    """Test: read by `explain` and later stages only."""

    @model_validator(mode="after")
    def _sum(self):
        if abs(self.train + self.val + self.test - 1) > 1e-6:
            raise ValueError(f"train + val + test must be 1, not {self.train + self.val + self.test:g}")
        return self


class Counts(Section):
    """Images per class, flips included; null takes what balancing leaves."""

    train: Count | None = None
    """Published: 31000."""
    val: Count | None = None
    """The source experiment had no validation set."""
    test: Count | None = None
    """Published: 7800."""


class Split(Section):
    """Read by `split`."""

    by: Literal["person", "image"] = "person"
    """`person` keeps persons and near-duplicates together. `image` draws single images, as the source experiment did: leaks, for comparison only."""
    fractions: Fractions = Fractions()
    """Shares of the sets."""
    counts: Counts = Counts()
    """Images per class."""
    official_parts: bool = False
    """Photographs with an official part (FairFace) keep to it: part `train` only trains, part `val` is only validated and tested on. For weights that saw the `train` part."""
    stratify: list[Literal["gender", "race", "age"]] = ["gender"]
    """Labels whose mix is made equal in both groups by down-sampling; a label that is missing for more than half of a group is not used."""
    flip_smaller: bool = True
    """Add mirrored copies of the smaller group: in training only, or with `by: image` before the draw, as the source experiment did."""
    validate_on_test: bool = False
    """Use the test set as validation set, as the source experiment did."""
    seed: Seed = 0
    """Seed of every draw."""

    @model_validator(mode="after")
    def _validated(self):
        if self.fractions.val == 0 and not self.validate_on_test:
            raise ValueError(
                "fractions.val is 0: give it a share, or set validate_on_test (the source experiment's fault)"
            )
        return self


class Pack(Section):
    """Read by `pack`."""

    input_size: Annotated[int, Field(ge=32, le=1024)] = 224
    """Side in pixels of the images that the networks see."""
    transparent_colour: Colour = [128, 128, 128]
    """Colour under the transparent background; the source's loader made it black."""
    oval_colour: Colour = [128, 128, 128]
    """Colour around the face in `face_only`, and in its place in `background_only`."""
    blur_sigma: Annotated[float, Field(gt=0)] = 12.0
    """Standard deviation of the blur of the `blur` background, in crop pixels."""
    feather: Annotated[float, Field(ge=0)] = 2.0
    """Standard deviation of the mask edge's softening, in crop pixels. 0 cuts hard at a mask of 0.5 and leaves the old background in the edge, as the source experiment did."""
    harmonised_size: Annotated[int, Field(ge=16)] = 112
    """`harmonised`: every image is reduced to this side, compressed once, and enlarged again."""
    harmonised_quality: Annotated[int, Field(ge=10, le=100)] = 75
    """`harmonised`: JPEG quality."""


#: The keys of `pack` that a background mode reads beside `input_size`: a change of another key leaves its pixels alone.
PACK_READS: dict[str, list[str]] = {
    "original": [],
    "white": ["feather"],
    "transparent": ["feather", "transparent_colour"],
    "black": ["feather"],
    "mean": ["feather"],
    "blur": ["feather", "blur_sigma"],
    "grayscale": [],
    "face_only": ["feather", "oval_colour"],
    "background_only": ["feather", "oval_colour"],
    "harmonised": ["harmonised_size", "harmonised_quality"],
}


class Splits(Section):
    """Stage 3."""

    split: Split = Split()
    """The sets."""
    backgrounds: Annotated[list[Background], Field(min_length=1)] = ["original", "white"]
    """Background modes to train and explain."""
    pack: Pack = Pack()
    """The packed pixels."""
