"""Why an averaged heatmap lights the background: eight hypotheses and what each predicts.

A prediction names a row of the audit table and a limit of the config; `hypothesis_tests` compares them. Primary ones decide.
All speak of the photographs of the ordinary group unless they say otherwise.
"""

from collections.abc import Sequence
from typing import NamedTuple

from beholder.audit.verdict import MAIN

#: What the parts of a heatmap's lean are called.
PART_WORDS = {
    "outline": "people off centre",
    "misalignment": "faces averaged off each other",
    "drawing": "drawing",
    "min_max": "stretching to full red",
    "complement": "one class cut at zero",
    "frame": "frame, padding",
    "framing": "framing",
    "content": "content of the photograph",
}
_DIRECTIONS = {"right": "right less left", "bottom": "bottom less top", "outside": "background less {mask}"}


class Prediction(NamedTuple):
    """A prediction and where in the audit table it is put to the test."""

    question: str
    metric: str
    detail: str
    """`{mask}` stands for the mask of the config."""
    limit: str
    """Name of the limit: a key of `audit.hypotheses`, or of `audit.verdict.flags`."""
    group: str = "normal"
    primary: bool = False
    small: bool = False
    """A small value speaks for the hypothesis."""
    positive: bool = False
    """Only values above 0 do."""


class Hypothesis(NamedTuple):
    """A cause and what it predicts."""

    name: str
    cause: str
    tests: Sequence[Prediction]


def _part(name: str, primary: bool = False, group: str = "normal", direction: str = "right") -> Prediction:
    words = f"{PART_WORDS[name]}: {_DIRECTIONS[direction]}" + (f", group {group}" if group != "normal" else "")
    return Prediction(
        words[0].upper() + words[1:], "heatmap_part", f"{direction}/{{mask}}/{name}", "part", group, primary
    )


HYPOTHESES = (
    Hypothesis(
        "H1",
        "Drawing: the map is drawn where the network did not look",
        (
            _part("drawing", primary=True),
            _part("drawing", group="good"),
            _part("drawing", direction="bottom"),
            Prediction("Pixels by which stock tools draw it too far right and down", "drawing_shift", "", "shift", "all", positive=True),
        ),
    ),
    Hypothesis(
        "H2",
        "Frame: padding marks the borders of every picture alike",
        (
            _part("frame", primary=True),
            Prediction("Lopsidedness of the map of an image without content", "frame_prior", "constant_trained/right", "part"),
        ),
    ),
    Hypothesis(
        "H3",
        "Complement: “normal” is drawn where the evidence for “good” is not",
        (
            _part("complement", primary=True),
            _part("complement", primary=True, direction="outside"),
            Prediction(
                "Share of the evidence that speaks against the own class: within less outside",
                "against_own_class",
                "{mask} less outside",
                "part",
                positive=True,
            ),
            Prediction("How far one class' weights are the other's, reversed (cosine)", "weight_cosine", "", "cosine", "all", positive=True),
            Prediction("Background reliance (it predicts none)", "background_reliance", MAIN, "reliance", "all", small=True),
        ),
    ),
    Hypothesis("H4", "Scaling: every map is stretched to full red before averaging", (_part("min_max", primary=True),)),
    Hypothesis(
        "H5",
        "Content: something in the background decides",
        (
            Prediction("Background reliance, by swapping", "background_reliance", MAIN, "reliance", "all", primary=True),
            _part("content"),
            Prediction("AUROC of the photograph without the face", "auroc", "background_only", "bg_only_auroc", "all"),
            Prediction("Lopsidedness that follows a mirrored photograph", "content_right", "registered/{mask}", "a_content"),
        ),
    ),
    Hypothesis(
        "H6",
        "Processing: compression, resampling, noise, black borders",
        (
            Prediction("Margin follows the traces within a group (r)", "within_class_r", "pixels", "within_r", "all", primary=True),
            Prediction("Balanced accuracy lost when all are processed alike", "harmonise_drop", "", "harmonise_drop", "all", primary=True, positive=True),
            Prediction("AUROC of a probe that sees the traces alone", "probe_auroc", "pixels", "probe_auroc", "all"),
        ),
    ),
    Hypothesis(
        "H7",
        "Framing: people stand off centre, or their outline gives them away",
        (
            _part("outline", primary=True),
            _part("framing", primary=True),
            Prediction("AUROC of a probe that sees the framing alone", "probe_auroc", "framing", "probe_auroc", "all"),
            Prediction("Margin follows the framing within a group (r)", "within_class_r", "framing", "within_r", "all"),
            Prediction("Background reliance when faces move", "placement_contrast", "placement=target", "placement_contrast", "all"),
        ),
    ),
    Hypothesis(
        "H8",
        "Misalignment: faces are averaged that do not lie on each other",
        (
            _part("misalignment", primary=True),
            Prediction("Sharpness gained in the face's coordinates", "average_sharpness", "gain", "sharpening", positive=True),
            Prediction("Share of the heat on the face gained there", "average_face_share", "gain", "part", positive=True),
        ),
    ),
)  # fmt: skip
