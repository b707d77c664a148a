"""What the audit's page asks, in its order, and which numbers of the audit table answer."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Plot(NamedTuple):
    """One metric of all models on one scale: a dot per estimate with its interval."""

    title: str
    metric: str
    details: Mapping[str, str] = {"": ""}
    """Rows of the metric, by `detail`, and what they are called."""
    groups: Sequence[str] = ("all",)
    ends: tuple[float, float] | None = None
    """Ends of the scale; None: as the numbers need, zero included."""
    marks: Sequence[str] = ()
    """Thresholds of the verdict, by their path in its settings."""
    note: str = ""


class Question(NamedTuple):
    """A section of the page."""

    anchor: str
    short: str
    heading: str
    text: str
    plots: Sequence[Plot]
    metrics: Sequence[str]
    """Further metrics that the full table of the section shows."""


MASKS = {"registered/face": "face oval, registered", "registered/person": "person, registered"}
_STOCK = {"stock/person": "person, stock"}
VARIANTS = {
    "original": "photograph",
    "face_only": "cut-out only",
    "ellipse_only": "one ellipse for all, no outline",
    "background_only": "the rest, cut-out filled in",
    "box_black": "the rest, box black",
    "mixed_same": "background of the same group",
    "mixed_random": "random background",
    "mixed_opposite": "background of the other group",
}

QUESTIONS = [
    Question(
        "reliance",
        "Face or background",
        "Does the face decide, or the background?",
        "Faces are cut out and pasted onto other people's backgrounds. If the prediction follows the face, the face decides. "
        "The reliance is the background's share of the whole effect: 0 all face, 1 all background. What is cut out (the face oval, unless the "
        "config says otherwise) is the face; all the rest counts as background, hair and clothes as well. An intervention "
        "like this says what a network uses; a heatmap cannot.",
        [
            Plot(
                "Background reliance",
                "background_reliance",
                {"main": ""},
                ends=(0, 1),
                marks=("thresholds.bri_face_max", "thresholds.bri_bg_min"),
                note="Dashed: at most this for “looks at the face”, at least that for “relies on background”. Where one flat colour is "
                "behind everybody (white, black, transparent, face_only), hair, neck and clothes at most are swapped.",
            ),
            Plot(
                "How often the face wins when face and background disagree",
                "conflict_accuracy",
                {"main": ""},
                ends=(0, 1),
                marks=("thresholds.conflict_bg_max", "thresholds.conflict_face_min"),
            ),
            Plot("Effect of the face, in logits", "face_effect", {"main": ""}),
            Plot("Effect of the background, in logits", "background_effect", {"main": ""}),
            Plot(
                "Change of the margin by pasting a face onto its own background, in standard deviations",
                "self_paste",
                marks=("gates.self_paste_max",),
                note="A control: what compositing alone does.",
            ),
        ],
        [
            "background_effect_p_adjusted", "interaction", "interaction_ratio", "placement_contrast", "background_reliance_per_pair",
            "same_class_swap",
        ],
    ),
    Question(
        "parts",
        "Parts alone",
        "What can a network tell from each part alone?",
        "The margin's AUROC when only a part is left: 0.5 is guessing. Thresholded accuracies stay at 0.5 long after the margin "
        "of a bare background has begun to tell the groups apart.",
        [
            Plot(
                "AUROC of the margin",
                "auroc",
                VARIANTS,
                ends=(0, 1),
                note="Dashed: guessing. The photographs as they are: the whole test set; parts: of as many as the config allows.",
                marks=("0.5",),
            )
        ],
        ["balanced_accuracy", "recall_good", "recall_normal", "background_gap", "flip_rate"],
    ),
    Question(
        "maps",
        "Heatmaps",
        "Where do the heatmaps lie, and what of that is drawing?",
        "Stock tools stretch a map over the photograph as if its cells were centred on it, keep one sign, and scale every photograph "
        "to full red. Registered maps lie where the network's cells look, keep their sign and their strength. What stays when the "
        "photograph is mirrored belongs to the frame (drawing, padding); what moves along belongs to the content. A share of a map "
        "is never a share of the decision.",
        [
            Plot("Share of the evidence", "energy_share", {**MASKS, **_STOCK}, ends=(0, 1)),
            Plot(
                "Evidence outside the person: right (+1) or left (-1) of the image",
                "right",
                {"registered/person": "registered", "stock/person": "stock"},
                ends=(-1, 1),
            ),
            Plot(
                "Evidence outside the person: bottom (+1) or top (-1)",
                "bottom",
                {"registered/person": "registered", "stock/person": "stock"},
                ends=(-1, 1),
            ),
            Plot("Right or left: what stays when the photograph is mirrored", "frame_right", {"registered/person": ""}, ends=(-1, 1)),
            Plot(
                "Right or left: what follows the photograph when it is mirrored",
                "content_right",
                {"registered/person": ""},
                ends=(-1, 1),
                marks=("flags.a_content",),
            ),
        ],
        ["enrichment", "excess", "rank_accuracy", "pointing", "region_share", "empty_maps"],
    ),
    Question(
        "origins",
        "Origin of the background",
        "Where does the background of the averaged heatmap come from?",
        "The published picture is an average of maps that were each cut at zero, stretched to full red and drawn by a plain resize. Its heat "
        "right of the people less that left of them, as a share of both, is taken apart here: each step undoes one of these choices, and "
        "what the share loses is that choice's part. What is left is the network's: what stays when the photograph is mirrored is the "
        "frame's, what follows it is the content's. An answer is open where an interval reaches across its limit. Only an intervention tells whether any of it decides.",
        [
            Plot(
                "Averaged heatmap as published: right (+1) or left (−1) of the person",
                "heatmap_asymmetry",
                {"right/person": "outside the person", "right/face": "outside the face"},
                groups=("good", "normal"),
                ends=(-1, 1),
            ),
            Plot(
                "The same evidence averaged in four ways, drawn where it belongs (normal)",
                "average_asymmetry",
                {
                    "right/person/positive": "raw",
                    "right/person/unit_sum": "equal sums",
                    "right/person/min_max": "each stretched to full red",
                    "right/person/rank": "ranks",
                },
                groups=("normal",),
                ends=(-1, 1),
            ),
        ],
        ["heatmap_part", "against_own_class", "average_sharpness", "average_face_share", "drawing_shift", "weight_cosine"],
    ),
    Question(
        "regions",
        "Regions",
        "Which regions matter when they are covered?",
        "What the margin loses when one region is covered. A map that points to a side whose covering changes nothing is wrong.",
        [
            Plot(
                "Loss of margin, in logits",
                "occlusion",
                {
                    name: name.replace("side_", "background, ").replace("_", ", ")
                    for name in ("eyes", "mouth", "hair", "clothes", "side_left", "side_right", "side_top", "side_bottom")
                },
                groups=("good", "normal"),
            )
        ],
        ["occlusion_p_adjusted"],
    ),
    Question(
        "trust",
        "Trust in the maps",
        "Can the maps be trusted?",
        "If a map marks what matters, the margin falls faster when its cells are removed first than in a random order or from the "
        "centre. Maps of a network with random weights must not resemble it.",
        [
            Plot(
                "How much faster the margin falls when the map's cells go first (area, 0: no faster)",
                "deletion_gain",
                {"over random": "than in random order", "over centre": "than from the centre"},
            ),
            Plot(
                "How much faster it comes back when the map's cells return first",
                "insertion_gain",
                {"over random": "than in random order", "over centre": "than from the centre"},
            ),
        ],
        ["removal_area", "relevance_gain", "random_weights", "frame_prior"],
    ),
    Question(
        "confounders",
        "Processing and framing",
        "What do file, pixels and framing give away?",
        "A probe that never sees the face's identity tells the groups apart from compression, sharpness, colours or the crop, on people it "
        "has not seen. That shows a shortcut exists; dependence of the margin on the probe within a group shows that it may be used.",
        [
            Plot(
                "AUROC of probes",
                "probe_auroc",
                {"pixels": "pixels as the network sees them", "framing": "framing", "file": "file (invisible to the network)", "demographics": "gender, race and age alone"},
                ends=(0.3, 1),
                marks=("flags.probe_auroc",),
            ),
            Plot(
                "Correlation of margin and probe within a group",
                "within_class_r",
                {"pixels": "pixels", "framing": "framing"},
                ends=(-1, 1),
                marks=("flags.within_r",),
            ),
            Plot(
                "Negative control: accuracy of networks trained on labels dealt out to persons at random",
                "control_shuffled_balanced_accuracy",
                ends=(0.3, 1),
                marks=("flags.shuffled_accuracy",),
                note="Chance is 0.5. More can only come from persons who are in two sets.",
            ),
            Plot(
                "Negative control: AUROC of networks trained to tell the sources of ordinary people apart",
                "control_sources_auroc",
                ends=(0.3, 1),
                marks=("flags.probe_auroc",),
                note="Where sources of like people can be told apart, the groups' sources can be as well.",
            ),
        ],
        [
            "probe_auroc_logistic", "probe_p", "feature_auroc", "matched_accuracy", "negative_control_auroc",
            "label_shuffle_auroc", "harmonise_drop", "control_shuffled_auroc", "control_shuffled_excess",
            "control_sources_balanced_accuracy", "control_sources_excess", "control_halves_balanced_accuracy", "control_halves_auroc",
            "control_halves_excess",
        ],
    ),
    Question(
        "leakage",
        "Leakage",
        "Do photographs or people occur in two sets?",
        "The same file, nearly the same picture, its mirror image, or the same person.",
        [Plot("Balanced accuracy that touched photographs add", "leakage_gain")],
        ["touched", "overlap", "shared_persons", "balanced_accuracy_untouched"],
    ),
    Question(
        "groups",
        "Groups and calibration",
        "Whom does it judge well, and do its probabilities mean what they say?",
        "Accuracy, background reliance and the face's share of the maps per gender, race and age within each of the two groups, where labels exist and are many enough.",
        [
            Plot("Best less worst group", "subgroup_gap", {"gender": "gender", "race": "race", "age": "age"}, ("good", "normal")),
            Plot("Expected calibration error, less what noise adds", "calibration_error_debiased", marks=("flags.calibration_error",)),
            Plot("Brier score", "brier"),
        ],
        [
            "subgroup_accuracy", "subgroup_reliance", "subgroup_face_share", "calibration_error", "calibration_error_equal_mass", "log_loss", "calibration_intercept",
            "calibration_slope",
        ],
    ),
    Question(
        "comparisons",
        "Comparisons",
        "Does the background change anything, and do the models differ?",
        "The same test photographs under two backgrounds, and two models on the same photographs. “Equivalent” needs a test of its own: "
        "a difference that is not found is not the absence of one.",
        [
            Plot("Balanced accuracy, change against the original background", "accuracy_change", {"against original": ""}),
            Plot("Background reliance, change against the original background", "reliance_change", {"against original": ""}),
        ],
        ["accuracy_equivalence_p", "reliance_equivalence_p", "model_difference", "model_difference_p", "mcnemar_p"],
    ),
    Question(
        "calibration",
        "Can it be believed?",
        "Can the audit be believed?",
        "Rendered people carry a planted difference on a known share of one group; networks are trained on them and audited like the "
        "others. A planted background must raise the background reliance at every dose. Where only the face differs, it must stay on "
        "the floor, and where only the background does, near 1. Lines are called cue/dose; the faces of the two groups differ but for "
        "“background_alone”, and for the cue “face” nothing else does.",
        [
            Plot("Background reliance", "planted_background_reliance", ends=(0, 1)),
            Plot("AUROC of the margin of the background alone", "planted_background_auroc", ends=(0, 1), marks=("0.5",)),
            Plot("How often the face wins when face and background disagree", "planted_conflict_accuracy", ends=(0, 1)),
        ],
        [
            "planted_dose", "planted_spearman", "planted_background_effect", "planted_content_asymmetry", "planted_energy_share",
            "planted_energy_share_stock", "planted_balanced_accuracy", "planted_probe_pixels", "planted_probe_framing",
            "planted_probe_file",
        ],
    ),
]  # fmt: skip
