"""What the rules of each stage look up by their wildcards, namely paths and settings; stage by stage."""

import hashlib
from pathlib import Path

from beholder.audit.planted import experiment_of, planted_config, shown
from beholder.collect.folder import listing
from beholder.config.splits import PACK_READS

# collect


def sources_of(*kinds):
    """Return the names of the sources of some kinds."""
    return [name for name, source in SOURCES.items() if source["kind"] in kinds]


def ordinary_sources():
    """Return the names of the sources of ordinary people."""
    return [name for name, source in SOURCES.items() if source["looks"] == 0]


def source_settings(name):
    """Return what the collecting of a source depends on: its config, and for a folder its photographs' names and sizes."""
    source = {"name": name, **SOURCES[name]}
    if source["kind"] == "folder":
        files = canonical(listing(Path(source["path"]), source["table"]))
        source["listing"] = hashlib.sha256(files.encode()).hexdigest()[:16]
    return source


def source_tables(wildcards):
    """Return the CSV files that a source reads."""
    source = SOURCES[wildcards.source]
    if source["kind"] == "fairface":
        return [
            f"{source['path']}/fairface_label_{part}.csv" for part in source["parts"]
        ]
    table = source.get("table")
    return [f"{source['path']}/{table}" if "path" in source else table] if table else []


def people_list(wildcards):
    """Return the list of people that a web source collects."""
    people = SOURCES[wildcards.source].get("people", [])
    return people if isinstance(people, str) else []


# faces


def shard_tables():
    """Return the paths of all face tables, source by source."""
    return [
        f"<results>/faces/{name}/{shard}.parquet"
        for name, source in SOURCES.items()
        for shard in range(source["shards"])
    ]


def curate_settings():
    """Return what the list of suspicions depends on: its own keys, and those that say what a near-duplicate is."""
    select = config["faces"]["select"]
    return {
        **config["faces"]["curate"],
        **{key: select[key] for key in select if key.startswith("duplicate_")},
    }


# splits


def pack_settings(background):
    """Return the keys of `splits.pack` that packing with this background reads."""
    keys = ["input_size", *PACK_READS[background]]
    return {
        "background": background,
        **{key: config["splits"]["pack"][key] for key in keys},
    }


# train


def initial_weights(wildcards):
    """Return the file of weights that a training starts from, in a list that is empty for none."""
    model, train = MODELS[wildcards.backbone], config["train"]
    if model["initialisation"] in train["files"]:
        return [train["files"][model["initialisation"]]["file"]]
    if model["initialisation"] != "fairface":
        return []
    if train["fairface"]:
        return [train["fairface"]["file"]]
    return [f"<results>/train/pretrain/{model['architecture']}.pt"]


def weights_digest(backbone):
    """Return the SHA-256 that user-supplied weights must have, or None."""
    model, train = MODELS[backbone], config["train"]
    supplied = train["fairface"] if model["initialisation"] == "fairface" else None
    return (train["files"].get(model["initialisation"]) or supplied or {}).get("sha256")


def train_settings(wildcards):
    """Return what one training depends on."""
    recipe = RECIPES[wildcards.recipe]
    return {
        "name": wildcards.backbone,
        "model": MODELS[wildcards.backbone],
        "sha256": weights_digest(wildcards.backbone),
        "recipe": recipe,
        "seed": int(wildcards.seed),
        **({"ordinary": ordinary_sources()} if recipe["labels"] == "ordinary" else {}),
    }


# explain


def explained_weights(wildcards):
    """Return the weights to explain: of the best or of the last epoch."""
    return (
        f"<results>/train/{RUN.format(**wildcards)}/{config['explain']['weights']}.pt"
    )


# audit


#: The programs that one planted experiment runs.
DOSE_PROGRAMS = [
    "collect_synthetic",
    "crop_faces",
    "select_faces",
    "split",
    "pack",
    "pack_geometry",
    "train",
    "explain",
    "audit_regions",
    "audit_leakage",
    "audit_confounders",
    "audit_localisation",
    "audit_swaps",
    "audit_faithfulness",
    "audit_estimates",
]
#: Whether every verdict waits for the planted experiments.
CALIBRATED = config["audit"]["verdict"]["gates"]["planted_dose"] == "required"


def audit_settings(name, sections=(), **more):
    """Return what a program depends on: some sections of the config's `audit`, that of the intervals among them."""
    sections = [*sections, "uncertainty"]
    return settings(
        name, {**{section: config["audit"][section] for section in sections}, **more}
    )


def model_of(wildcards):
    """Return one model, background and recipe as the audit's tables name them."""
    return {
        "model": wildcards.backbone,
        "background": wildcards.background,
        "recipe": wildcards.recipe,
    }


def dose_tables():
    """Return the table of every planted experiment that is shown; dose 0 is the same one for all cues."""
    return [
        "<results>/audit/calibration/{}/{:g}.csv".format(*experiment_of(cue, dose))
        for cue, dose in shown(CALIBRATION)
    ]


def audit_tables():
    """Return every table of estimates."""
    models = list(
        dict.fromkeys(
            f"{run['background']}/{run['backbone']}/{run['recipe']}" for run in RUNS
        )
    )
    backgrounds = list(dict.fromkeys(run["background"] for run in RUNS))
    return [
        *(f"<results>/audit/{model}/estimates.csv" for model in models),
        *(f"<results>/audit/{model}/subgroups.csv" for model in models),
        *(f"<results>/audit/{model}/origins.csv" for model in models),
        *(f"<results>/audit/confounders/{name}.csv" for name in backgrounds),
        "<results>/audit/leakage.csv",
        "<results>/audit/comparisons.csv",
        *(["<results>/audit/calibration.csv"] if CALIBRATED else []),
        *(["<results>/audit/controls.csv"] if CONTROLS else []),
    ]


def controls():
    """Return every training of a negative control with its labels, each once."""
    unique = {
        RUN.format(**run): {**run, "labels": RECIPES[run["recipe"]]["labels"]}
        for run in CONTROLS
    }
    return list(unique.values())


def hypotheses_settings():
    """Return what the answers about averaged heatmaps depend on: their own limits, and two sorts of the verdict's."""
    verdict = config["audit"]["verdict"]
    return {
        "hypotheses": config["audit"]["hypotheses"],
        "flags": verdict["flags"],
        "reliance": verdict["thresholds"]["bri_face_max"],
    }


# figures


def networks():
    """Return in words what every model is, namely its architecture and what it starts from."""
    own = {} if config["train"]["fairface"] else {"fairface": "pretrained here"}
    return {
        name: f"{model['architecture']}, {own.get(model['initialisation'], model['initialisation'])}"
        for name, model in MODELS.items()
    }


def figure_settings(rule, section=None, **more):
    """Return what a figure depends on: the resolution, its own config section, and what else it shows."""
    own = config["figures"][section] if section else {}
    return settings(rule, {"dpi": config["figures"]["dpi"], **own, **more})


def heatmap_runs(wildcards):
    """Return the trainings that one figure of averaged heatmaps shows: all models and seeds of a background."""
    return runs_with(recipe=wildcards.recipe, background=wildcards.background)
