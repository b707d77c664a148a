"""From numbers to words: gates, decision, robustness and qualifiers. Rules only; no number is computed here.

The decision compares whole intervals with the config's thresholds. Intervals should have the level 1 - (1 - level) / K for
K models (Bonferroni; `level_for`). Other shortcuts qualify a verdict, and processing that is shown to be used replaces
"looks at the face", because its traces travel with the pasted face; nothing makes a verdict better.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from beholder.audit.table import NO_EFFECT
from beholder.audit.uncertainty import Interval
from beholder.config.audit import Flags, Gates, Thresholds, Verdict

Label = Literal["face", "background", "processing", "undetermined"]
Status = Literal["found", "not found", "not tested"]

WORDS: dict[Label, str] = {
    "face": "looks at the face",
    "background": "relies on background",
    "processing": "relies on processing",
    "undetermined": "undetermined",
}

#: Why the swaps alone may tell nothing.
MIXED, IMPRECISE = "mixed: face and background both have a part", "imprecise: the intervals reach across the limits"

#: The key of the main way of compositing among the reliances; the others are called `axis=value`.
MAIN = "main"

#: Ways of compositing that move hair, neck and clothes to the other side.
_OTHER_CUTS = ("mask=face", "mask=person")

#: Per qualifier the measures that may show it: name of the measure, name of its flag in the config.
QUALIFIERS: dict[str, dict[str, str]] = {
    "framing": {"geometry_probe_auroc": "probe_auroc", "placement_contrast": "placement_contrast"},
    "processing": {
        "tensor_probe_auroc": "probe_auroc",
        "within_class_r": "within_r",
        "harmonise_drop": "harmonise_drop",
    },
    "surroundings of the face": {"background_only_auroc": "bg_only_auroc", "content_asymmetry": "a_content"},
    "leakage": {"leakage_gain": "leakage_gain"},
    "dataset identity": {"negative_control_auroc": "probe_auroc", "trained_control_auroc": "probe_auroc"},
    "label shuffle": {"shuffled_accuracy": "shuffled_accuracy", "halves_accuracy": "shuffled_accuracy"},
    "subgroups": {"subgroup_gap": "subgroup_gap"},
    "calibration": {"calibration_error": "calibration_error"},
}
#: Measures that count on either side of 0; of the others only the side that is named tells of a shortcut.
TWO_SIDED = ("within_class_r", "placement_contrast", "content_asymmetry")
#: Measures that show that processing is used, not only that it could be.
_USED = ("within_class_r", "harmonise_drop")

NOT_ESTABLISHED = (
    'That "celebrity" was learnt: any difference between the sources in the pixels of the face (sharpness, make-up, '
    'lighting, age, demographics) reads as "face". Only negative controls and harmonisation speak to that.',
    "Absence of processing shortcuts: their traces lie inside the face and travel with it when it is pasted.",
    "Which feature of the face matters: shares of a class map describe, they do not intervene.",
    "Other sources, crops or people: the effective number of observations is about the number of people.",
    "Natural photographs: composites differ from them; the self-paste control measures a part of that.",
    'Fairness or fitness for use. "Not found" is not "absent": see what doses of a planted background were found.',
)


@dataclass(frozen=True)
class Evidence:
    """What a verdict is made from. None or a missing key means not measured."""

    reliance: Mapping[str, Interval]
    """BRI under `MAIN` and under each variation `axis=value`."""
    conflict_accuracy: Mapping[str, Interval]
    """Under the same keys."""
    no_effect: bool
    """Neither face nor background moves the margin."""
    interaction_ratio: float
    self_paste: float
    balanced_accuracy: Interval
    mask_ok: float
    clusters_per_class: int
    """Of the smaller class."""
    seeds: int
    shared_persons: int
    """Persons on both sides of the split."""
    flat: bool = False
    """The same colour is behind everybody."""
    planted_dose: bool | None = None
    """Whether the pipeline found a planted background."""
    measures: Mapping[str, Interval] = field(default_factory=dict)
    """By the names in `QUALIFIERS`."""


@dataclass(frozen=True)
class Judgement:
    """The verdict on one model, background and recipe."""

    label: Label
    leaning: Label
    """What the swaps alone say, gates and robustness aside."""
    reasons: list[str]
    qualifiers: dict[str, Status]
    headline: str


def judge(evidence: Evidence, config: Verdict, name: str = "The network") -> Judgement:
    """Return the verdict. `name` opens the headline, e.g. `ResNet34, original background`."""
    leaning, why = decide(evidence.reliance.get(MAIN), evidence.conflict_accuracy.get(MAIN), config.thresholds)
    qualifiers = {key: _status(measures, evidence, config.flags) for key, measures in QUALIFIERS.items()}
    used = [measure for measure in _USED if _beyond(evidence, measure, config.flags)]
    label, reasons = leaning, [why] if why else []
    if leaning == "face" and used:
        label, reasons = "processing", [f"processing is used: {', '.join(used)}"]
    stops = failed_gates(evidence, config.gates) + contradictions(evidence, config.thresholds)
    if stops:
        label, reasons = "undetermined", stops + [why] * (bool(why) and not evidence.no_effect)
    return Judgement(
        label, leaning, reasons, qualifiers, _headline(name, label, leaning, reasons, qualifiers, evidence)
    )


def level_for(level: float, models: int) -> float:
    """Return the level of each of several models' intervals so that all hold together at `level`."""
    return 1 - (1 - level) / models


def decide(reliance: Interval | None, conflict: Interval | None, thresholds: Thresholds) -> tuple[Label, str]:
    """Return a label and, where undetermined, why. Comparisons with a missing end are false."""
    if reliance is None or conflict is None:
        return "undetermined", "no swaps"
    if reliance.estimate != reliance.estimate:  # who wins conflicts is chance then
        return "undetermined", "no effect"
    if reliance.high <= thresholds.bri_face_max and conflict.low >= thresholds.conflict_face_min:
        return "face", ""
    if reliance.low >= thresholds.bri_bg_min or conflict.high <= thresholds.conflict_bg_max:
        return "background", ""
    return "undetermined", MIXED if reliance.low > thresholds.bri_face_max else IMPRECISE


def failed_gates(evidence: Evidence, gates: Gates) -> list[str]:
    """Return in words, with the number in brackets, every precondition that does not hold; a missing one does not."""
    planted = {True: True, False: False, None: gates.planted_dose == "optional"}[evidence.planted_dose]
    checks = {
        f"too few persons in the smaller class ({evidence.clusters_per_class})": evidence.clusters_per_class
        >= gates.min_clusters_per_class,
        f"too few seeds ({evidence.seeds})": evidence.seeds >= gates.min_seeds,
        f"too few usable masks ({evidence.mask_ok:.0%})": evidence.mask_ok >= gates.mask_ok_min,
        f"pasting itself moves the margin too much ({evidence.self_paste:.2f} sd)": evidence.self_paste
        <= gates.self_paste_max,
        NO_EFFECT: not evidence.no_effect,
        f"interaction of face and background ({evidence.interaction_ratio:.2f})": evidence.interaction_ratio
        <= gates.interaction_max,
        f"balanced accuracy may be too low ({evidence.balanced_accuracy.low:.2f})": evidence.balanced_accuracy.low
        >= gates.balanced_acc_lo_min,
        f"persons on both sides of the split ({evidence.shared_persons})": evidence.shared_persons == 0,
        "planted background not found" if evidence.planted_dose is False else "power not tested": planted,
    }
    return [words for words, holds in checks.items() if not holds]


def contradictions(evidence: Evidence, thresholds: Thresholds) -> list[str]:
    """Return in words the ways of compositing under which the verdict is another one.

    What is imprecise or has no effect contradicts nothing and cannot be contradicted.
    """
    unclear = (IMPRECISE, "no swaps", "no effect")
    main = decide(evidence.reliance.get(MAIN), evidence.conflict_accuracy.get(MAIN), thresholds)
    if main[1] in unclear:
        return []
    found = []
    for key, reliance in evidence.reliance.items():
        label, why = decide(reliance, evidence.conflict_accuracy.get(key), thresholds)
        if key != MAIN and label != main[0] and why not in unclear:
            note = ": hair, neck or clothing contribute" if key in _OTHER_CUTS else ""
            found.append(f"depends on {key.split('=')[0]}{note}")
    return list(dict.fromkeys(found))


def _beyond(evidence: Evidence, measure: str, flags: Flags) -> bool:
    """Tell whether the whole interval lies beyond the flag, on either side for the measures `TWO_SIDED`."""
    flag = getattr(flags, next(m[measure] for m in QUALIFIERS.values() if measure in m))
    interval = evidence.measures.get(measure)
    return interval is not None and (interval.low > flag or (measure in TWO_SIDED and interval.high < -flag))


def _status(measures: dict[str, str], evidence: Evidence, flags: Flags) -> Status:
    if any(_beyond(evidence, measure, flags) for measure in measures):
        return "found"
    known = [evidence.measures[m] for m in measures if m in evidence.measures]
    return "not found" if any(interval.low == interval.low for interval in known) else "not tested"


def _headline(
    name: str, label: Label, leaning: Label, reasons: list[str], qualifiers: dict[str, Status], evidence: Evidence
) -> str:
    sentences = [f"{name}: {WORDS[label]}" + (f" ({'; '.join(reasons)})." if reasons else ".")]
    if label == "undetermined" and leaning != "undetermined":
        sentences.append(f"The swaps alone would say: {WORDS[leaning]}.")
    reliance, conflict = evidence.reliance.get(MAIN), evidence.conflict_accuracy.get(MAIN)
    if reliance and reliance.estimate == reliance.estimate:
        sentences.append(
            f"Background carries {reliance.estimate:.0%} of the swap effect [{reliance.low:.0%} to {reliance.high:.0%}; "
            f"{evidence.clusters_per_class} persons in the smaller class, {evidence.seeds} seed{'s' * (evidence.seeds != 1)}]."
        )
    if evidence.flat:
        sentences.append("One flat colour is behind everybody: hair, neck and clothes at most were swapped.")
    if conflict and conflict.estimate == conflict.estimate:
        sentences.append(f"The face won {conflict.estimate:.0%} of conflicts.")
    for status in ("found", "not found", "not tested"):
        names = [key for key, value in qualifiers.items() if value == status]
        if names:
            sentences.append(f"{status.capitalize()}: {', '.join(names)}.")
    return " ".join(sentences)
