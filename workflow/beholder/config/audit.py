"""`audit`: what the networks decide by. One sub-section per rule, and `uncertainty`, which all of them read."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from beholder.config.base import Count, Fraction, Section, Seed
from beholder.config.train import Augmentation, Recipe

Mask = Literal["person", "face", "ellipse"]
Fill = Literal["inpaint", "blur", "mean", "noise", "white"]


class Uncertainty(Section):
    """Intervals. Read by every rule of this stage."""

    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Confidence level of every interval; the verdict's is corrected for the number of models."""
    draws: Annotated[int, Field(ge=200)] = 2000
    """Bootstrap draws over seeds and persons."""
    equivalence_accuracy: Annotated[float, Field(gt=0, lt=1)] = 0.01
    """A white background "changes nothing" if it changes the balanced accuracy by less than this."""
    equivalence_reliance: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """The same for the background reliance."""
    seed: Seed = 0
    """Seed of the draws."""


class Localisation(Section):
    """Where the maps' evidence lies. Read by `audit_localisation`."""

    weighting: Literal["density", "mass"] = "density"
    """`density` weighs the map as it is drawn; `mass` counts every cell once, as the margin does."""


class Composite(Section):
    """How a face is cut out and pasted."""

    mask: Mask = "face"
    """What is cut out, the rest being background: the `face` oval; the `person`, whose mask takes parts of the scene along where a crop is tight; or an `ellipse` that is the same for all photographs and so has no outline of its own."""
    placement: Literal["source", "target"] = "source"
    """`source`: the face stays where it was; `target`: it moves onto the other face's landmarks."""
    fill: Fill = "inpaint"
    """What fills the hole that the other face leaves."""
    dilation: Annotated[int, Field(ge=0, le=64)] = 0
    """Pixels that the mask is grown by. A rim of background then travels with the face: planted backgrounds are found best at 0."""
    feather: Annotated[int, Field(ge=0, le=64)] = 4
    """Pixels over which its edge fades."""


class Robustness(Section):
    """Values tried one at a time beside those of `composite`; a verdict that depends on them is withdrawn."""

    masks: list[Mask] = ["person", "ellipse"]
    """Other masks."""
    placements: list[Literal["source", "target"]] = ["target"]
    """Other placements."""
    fills: list[Fill] = ["blur", "mean"]
    """Other fills."""
    dilations: list[Annotated[int, Field(ge=0, le=64)]] = [4, 8]
    """Other dilations."""


class Swaps(Section):
    """Interventions: faces on other backgrounds, covered regions. Read by `audit_swaps`."""

    pairs: Count = 1000
    """Pairs of a celebrity and another person; four composites each."""
    pairs_per_person: Count = 25
    """No person is in more pairs than this."""
    composite: Composite = Composite()
    """The main way of compositing."""
    robustness: Robustness = Robustness()
    """Other ways."""
    variant_images: Count = 2000
    """Photographs scored with face only, background only and mixed backgrounds."""
    occlusion_images: Count = 200
    """Photographs whose regions are covered one by one."""
    batch_size: Count = 64
    """Composites per forward pass."""
    seed: Seed = 0
    """Seed of the choice of pairs and partners."""


class Confounders(Section):
    """What file, pixels and framing give away. Read by `audit_confounders`."""

    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """Folds of persons; a probe is scored on persons it has not seen."""
    permutations: Annotated[int, Field(ge=99)] = 999
    """Random labellings of the null distribution."""
    selections: Count = 20
    """Random choices of one image per person that the null is averaged over."""
    seed: Seed = 0
    """Seed of folds, permutations and choices."""


class Faithfulness(Section):
    """Whether removing what a map marks changes the margin; weights made random. Read by `audit_faithfulness`."""

    images: Count = 200
    """Photographs."""
    steps: Annotated[int, Field(ge=2, le=100)] = 10
    """Forward passes per curve."""
    random_orders: Annotated[int, Field(ge=1)] = 5
    """Random orders that the curve is compared with."""
    fill: Fill = "inpaint"
    """What replaces removed cells."""
    randomisations: Count = 10
    """Seeds of the weight randomisation and of untrained networks."""
    seed: Seed = 0
    """Seed of the choice of photographs and of the orders."""


class Leakage(Section):
    """Photographs and persons on both sides of a split. Read by `audit_leakage`."""

    distance: Annotated[int, Field(ge=0, le=16)] = 6
    """Photographs whose perceptual hashes differ in at most this many of 64 bits, mirrored or not, may be near."""
    correlation: Fraction = 0.95
    """They are near if their thumbnails correlate at least this much."""


class Subgroups(Section):
    """Accuracy by gender, race and age, and calibration. Read by `audit_subgroups`."""

    min_images: Count = 30
    """Smaller groups have no estimate."""
    min_persons: Count = 10
    """Groups of fewer persons have no estimate."""
    bins: Annotated[int, Field(ge=2, le=100)] = 10
    """Bins of the reliability curve."""


class Calibration(Section):
    """Sets of rendered people that differ in a planted cue, trained on and audited like the real ones. Read by `audit_dose` and `audit_planted`."""

    cues: Annotated[list[Literal["background", "tag", "framing", "colour", "jpeg", "face"]], Field(min_length=1)] = [
        "background",
        "tag",
        "framing",
        "jpeg",
        "face",
    ]
    """What is planted in one group: `collect.sources.<name>.planted`. The faces differ as well, so that a network has an honest way; with `face` nothing else does."""
    doses: Annotated[list[Fraction], Field(min_length=3)] = [0.0, 0.2, 0.5, 0.8, 1.0]
    """Shares of the group that carry the cue, rising; 0, 0.5 and 1 are among them."""
    people: Count = 150
    """Rendered people in each group."""
    photographs_per_person: Count = 3
    """Photographs of each."""
    input_size: Annotated[int, Field(ge=32, le=1024)] = 112
    """Side in pixels of the images; lengths in pixels of `audit.swaps.composite` shrink with it."""
    architecture: str = "resnet18"
    """A timm architecture, trained from scratch."""
    recipe: Recipe = Recipe(
        epochs=12, lr=1e-3, schedule="cosine", recalibrate_norm=True, augmentation=Augmentation(flip=True)
    )
    """How it is trained."""
    seeds: Annotated[list[Seed], Field(min_length=1)] = [0, 1, 2, 3]
    """Trainings per cue and dose."""
    floor: Fraction = 0.02
    """Highest background reliance that counts as none."""
    ceiling: Fraction = 0.95
    """Lowest background reliance where nothing but the background differs."""

    @model_validator(mode="after")
    def _whole_scale(self):
        if sorted(set(self.doses)) != self.doses or not {0.0, 0.5, 1.0} <= set(self.doses):
            raise ValueError("doses: must rise, with 0, 0.5 and 1 among them")
        if not {"background", "face"} <= set(self.cues):
            raise ValueError("cues: must hold background and face, which the verdict rests on")
        return self


class Thresholds(Section):
    """Between "looks at the face" and "relies on background"; against the interval, not the estimate."""

    bri_face_max: Fraction = 0.15
    """Highest background reliance of a network that looks at the face."""
    bri_bg_min: Fraction = 0.40
    """Lowest background reliance of a network that relies on the background."""
    conflict_face_min: Fraction = 0.95
    """How often at least the face must win where face and background disagree. Where it always wins, 50 persons in either class show 0.95."""
    conflict_bg_max: Fraction = 0.70
    """How often at most it wins if the background decides."""


class Gates(Section):
    """What must hold for any verdict at all."""

    min_clusters_per_class: Count = 20
    """Persons, or components of near-duplicates, in either class."""
    min_seeds: Count = 10
    """Trainings."""
    mask_ok_min: Fraction = 0.90
    """Share of photographs with a usable mask."""
    self_paste_max: Annotated[float, Field(ge=0)] = 0.10
    """Change of the margin by pasting a face onto its own background, in standard deviations of the margin."""
    interaction_max: Annotated[float, Field(ge=0)] = 0.5
    """Interaction over the sum of face and background effect."""
    balanced_acc_lo_min: Fraction = 0.60
    """Lower end of the balanced accuracy: a network that cannot tell the classes looks at nothing."""
    planted_dose: Literal["required", "optional"] = "required"
    """Whether the same pipeline must have found a planted background (`audit_calibration`)."""


class Flags(Section):
    """When another shortcut counts as found: its whole interval lies beyond."""

    probe_auroc: Fraction = 0.75
    """AUROC of a probe that sees framing or processing alone, and of the negative controls that tell sources apart."""
    shuffled_accuracy: Fraction = 0.55
    """Balanced accuracy of a network trained on labels dealt out at random; it can only come from persons in two sets."""
    within_r: Fraction = 0.2
    """Correlation of margin and probe within the classes."""
    harmonise_drop: Fraction = 0.02
    """Balanced accuracy lost when all photographs are processed alike."""
    placement_contrast: Fraction = 0.1
    """Difference of the background reliance between the two placements."""
    bg_only_auroc: Fraction = 0.65
    """AUROC of the margin of backgrounds alone."""
    a_content: Fraction = 0.1
    """Left-right asymmetry of the background evidence that follows the photograph when mirrored."""
    leakage_gain: Fraction = 0.0
    """Balanced accuracy on all test photographs over that on the untouched ones."""
    subgroup_gap: Fraction = 0.05
    """Accuracy between the best and the worst group."""
    calibration_error: Fraction = 0.05
    """Expected calibration error."""


class Hypotheses(Section):
    """Where the background of an averaged heatmap comes from. Read by `audit_hypotheses`, with `verdict.flags`."""

    mask: Literal["person", "face"] = "person"
    """Background is what lies outside the whole person, or outside the face oval: close crops show little but people."""
    part: Fraction = 0.05
    """A part of the heatmap's lopsidedness counts if its whole interval lies beyond this, and does not if it lies within."""
    shift: Annotated[float, Field(ge=0)] = 3.0
    """Pixels by which stock tools draw maps off their place that count; trained filters may look a few pixels aside."""
    cosine: Fraction = 0.9
    """From here on the weights of one class are the other's, reversed, and their maps each other's complements."""
    sharpening: Annotated[float, Field(ge=0)] = 0.05
    """By how much an average in the face's own coordinates must be sharper, as a share."""


class Verdict(Section):
    """The verdict in words. Read by `audit_verdict`."""

    thresholds: Thresholds = Thresholds()
    """Decision."""
    gates: Gates = Gates()
    """Preconditions."""
    flags: Flags = Flags()
    """Other shortcuts."""


class Audit(Section):
    """Stage 6."""

    uncertainty: Uncertainty = Uncertainty()
    """Intervals."""
    localisation: Localisation = Localisation()
    """Maps."""
    swaps: Swaps = Swaps()
    """Interventions."""
    confounders: Confounders = Confounders()
    """Probes."""
    faithfulness: Faithfulness = Faithfulness()
    """Trust in the maps."""
    leakage: Leakage = Leakage()
    """Splits."""
    subgroups: Subgroups = Subgroups()
    """Groups of people; what probabilities mean."""
    calibration: Calibration = Calibration()
    """Planted differences."""
    hypotheses: Hypotheses = Hypotheses()
    """Averaged heatmaps."""
    verdict: Verdict = Verdict()
    """Words."""
