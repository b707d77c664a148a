"""The experiments of the calibration: rendered people who differ in a planted cue, and otherwise this run's own config."""

from collections.abc import Mapping
from typing import Any

#: The facial difference: alone, it is the dose 0 of every other cue.
FACE = "face"
#: The background alone, at its full dose: the faces tell nothing.
ALONE = "background_alone"

_NAME, _BACKGROUND, _MODEL, _RECIPE = "planted", "original", "network", "recipe"
#: The audit tables of an experiment, in its own folder.
RESULTS = [
    f"results/{_NAME}/audit/{_BACKGROUND}/{_MODEL}/{_RECIPE}/estimates.csv",
    f"results/{_NAME}/audit/confounders/{_BACKGROUND}.csv",
]

#: Sections of the audit whose values shape the measures that are shown against the dose.
_MEASURED = ("uncertainty", "localisation", "swaps", "leakage")
#: Measures that are not shown take as little time as they can.
_SPARED = {
    "faithfulness": {"images": 2, "steps": 2, "random_orders": 1, "randomisations": 1},
    "confounders": {"permutations": 99, "selections": 1},
}


def shown(calibration: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return cue and dose of all that is shown; the face at dose 0 is not, since nothing would tell the groups apart."""
    cues, doses = calibration["cues"], calibration["doses"]
    return [(cue, dose) for cue in cues for dose in doses if cue != FACE or dose > 0] + [(ALONE, 1.0)]


def experiment_of(cue: str, dose: float) -> tuple[str, float]:
    """Return cue and dose of the experiment that shows `cue` at `dose`."""
    return (cue, dose) if dose > 0 else (FACE, 1.0)


def planted_config(config: Mapping[str, Any], cue: str, dose: float) -> dict[str, Any]:
    """Return the config of one experiment from the complete config of a run.

    Taken over is what shapes the measures: crop, choice of weights, interventions, intervals. Lengths in pixels shrink
    with the images.
    """
    audit, size = config["audit"], config["audit"]["calibration"]["input_size"]
    planted = {"background": dose} if cue == ALONE else {FACE: 1.0, cue: dose}
    return {
        "name": _NAME,
        "collect": {"sources": _sources(audit["calibration"], planted)},
        "faces": {"crop": config["faces"]["crop"]},
        "splits": {
            "backgrounds": [_BACKGROUND],
            "pack": {"input_size": size},
            "split": {"fractions": {"train": 0.6, "val": 0.1, "test": 0.3}},
        },
        "train": {
            "models": {_MODEL: {"architecture": audit["calibration"]["architecture"]}},
            "recipes": {_RECIPE: audit["calibration"]["recipe"]},
            "runs": [{"recipe": _RECIPE}],
            "seeds": audit["calibration"]["seeds"],
        },
        "explain": {key: config["explain"][key] for key in ("weights", "batch_size")},
        "audit": {
            **{name: audit[name] for name in _MEASURED},
            **_SPARED,
            "swaps": _swaps(audit["swaps"], size / config["splits"]["pack"]["input_size"]),
        },
    }


def _sources(calibration: Mapping[str, Any], planted: dict[str, float]) -> dict[str, dict[str, Any]]:
    size = {key: calibration[key] for key in ("people", "photographs_per_person")}
    return {
        "planted": {"kind": "synthetic", "looks": 1, "seed": 1, "planted": planted, **size},
        "plain": {"kind": "synthetic", "looks": 0, "seed": 2, **size},
    }


def _swaps(swaps: Mapping[str, Any], scale: float) -> dict[str, Any]:
    """Return the swaps without the other ways of compositing, at another scale; covered regions are not shown."""
    lengths = {key: round(swaps["composite"][key] * scale) for key in ("dilation", "feather")}
    return {
        **swaps,
        "composite": {**swaps["composite"], **lengths},
        "robustness": {"masks": [], "placements": [], "fills": [], "dilations": []},
        "occlusion_images": 1,
    }
