"""`train`: networks, recipes and seeds."""

from typing import Annotated, Literal

from pydantic import Field

from beholder.config.base import Count, Fraction, Name, Section, Seed, Weights

Labels = Literal["looks", "shuffled", "ordinary"]


class Model(Section):
    """A network: an architecture and what its weights start from."""

    architecture: str
    """A timm architecture, such as `resnet18` or `convnext_tiny`."""
    initialisation: str = "scratch"
    """`scratch`, `imagenet` (timm's pretrained weights), `fairface` (`train.fairface`, else the `pretrain` rule), or the name of one of `train.files`."""
    normalisation: Literal["auto", "half", "imagenet"] = "auto"
    """Input statistics: `auto` takes those the weights were trained with; `half` is mean and deviation 0.5 as in the source experiment."""


class Augmentation(Section):
    """Random changes of the training images, made on the device."""

    flip: bool = False
    """Mirror half of the images."""
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    """Largest rotation in degrees."""
    brightness: Fraction = 0.0
    """Largest relative change of brightness."""
    crop: Fraction = 0.0
    """Largest share of the side that a random crop cuts off; the rest is enlarged to the full size."""


class Recipe(Section):
    """How a network is trained. The defaults are the published recipe."""

    epochs: Count = 10
    """Passes over the training set."""
    batch_size: Count = 32
    """Images per step."""
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    """As timm names them."""
    lr: Annotated[float, Field(gt=0)] = 1.0e-4
    """Learning rate. Write 1.0e-4, not 1e-4: YAML reads the latter as text."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Weight decay; not applied to biases and norms."""
    schedule: Literal["constant", "cosine"] = "constant"
    """Learning rate over the epochs."""
    warmup_epochs: Annotated[int, Field(ge=0)] = 0
    """Epochs of linear warm-up."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Label smoothing."""
    early_stopping: Annotated[int, Field(ge=0)] = 0
    """Stop after this many epochs without a better validation loss; 0 never stops."""
    recalibrate_norm: bool = False
    """Recompute batch norm's running statistics over the training set before each evaluation: short trainings leave them behind."""
    augmentation: Augmentation = Augmentation()
    """Random changes."""
    processes: Count = 1
    """Processes that share every batch, one GPU each; batch norm sees its process's share."""


class LooksRecipe(Recipe):
    """A recipe, and what is learnt by it: the groups, or as a negative control of the audit something else."""

    labels: Labels = "looks"
    """`looks`: the groups. Controls: `shuffled` deals the labels out to persons at random; `ordinary` tells the sources of ordinary people apart, or random halves where there is one source. Controls are in `audit/controls.csv` and qualify the verdicts; they have no figures."""


class Run(Section):
    """Which combinations are trained: the product of the lists; null means all."""

    recipe: Name
    """One of `train.recipes`."""
    models: Annotated[list[Name], Field(min_length=1)] | None = None
    """Some of `train.models`."""
    backgrounds: Annotated[list[str], Field(min_length=1)] | None = None
    """Some of `splits.backgrounds`."""
    seeds: Annotated[list[Seed], Field(min_length=1)] | None = None
    """Some of `train.seeds`."""


class Pretrain(Section):
    """Training on the FairFace attributes, for the initialisation `fairface` without published weights. Read by `pretrain`."""

    recipe: Recipe = Recipe()
    """How."""
    seed: Seed = 0
    """Seed."""


class Train(Section):
    """Stage 4."""

    models: Annotated[dict[Name, Model], Field(min_length=1)]
    """The networks by name; the name is the wildcard `backbone`."""
    recipes: Annotated[dict[Name, LooksRecipe], Field(min_length=1)]
    """The recipes by name."""
    runs: Annotated[list[Run], Field(min_length=1)]
    """What is trained. Figures show the recipe of the first run that is no control, tables those of all."""
    seeds: Annotated[list[Seed], Field(min_length=1)] = [0]
    """Each seed is a training of its own."""
    fairface: Weights | None = None
    """The published checkpoint `res34_fair_align_multi_7_20190809.pt`. It saw FairFace's part `train`, which `splits.split.official_parts` keeps out of validation and test."""
    files: dict[Name, Weights] = {}
    """Other weights, by name, for `initialisation`."""
    pretrain: Pretrain = Pretrain()
    """Our own pretraining on FairFace's attributes."""
