"""What all rules share, namely the validated config, the runs it asks for, and the settings that a job tracks."""

import hashlib
import json
import os
import sys
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

WORKFLOW = Path(workflow.current_basedir).parent

# Jobs find the library and the Python that runs Snakemake, whatever the shell's own paths say.
sys.path.insert(0, str(WORKFLOW))
os.environ.update(
    PYTHONPATH=str(WORKFLOW),
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]),
)

from beholder.audit.planted import ALONE, experiment_of, planted_config, shown
from beholder.common.errors import BeholderError
from beholder.common.fingerprint import fingerprint
from beholder.common.labels import GROUPS
from beholder.common.tables import write_text
from beholder.config.inputs import missing_inputs
from beholder.config.load import load_config
from beholder.config.splits import PACK_READS

try:
    config.update(load_config(config, files=workflow.configfiles))
    missing_inputs(config)
except BeholderError as error:
    raise WorkflowError(str(error)) from None


#: Hands what a run started with on to its jobs; set here, never by a user.
STARTED_WITH = "BEHOLDER_STARTED_WITH"
if not workflow.remote_exec:
    os.environ.pop(STARTED_WITH, None)


def as_started(name, value):
    """Return `value`, if it is what the run started with: on a cluster, every job reads config and code again."""
    started = json.loads(os.environ.get(STARTED_WITH, "{}"))
    if started.setdefault(name, value) != value:
        raise WorkflowError(
            f"{name} was edited after this run started, so its results would mix two versions. "
            "Nothing was written. Start the run again."
        )
    os.environ[STARTED_WITH] = json.dumps(started)
    return value


def canonical(value):
    """Return sorted compact JSON, the only form in which settings reach a job."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


as_started("The config", hashlib.sha256(canonical(config).encode()).hexdigest())

SOURCES = config["collect"]["sources"]
BACKGROUNDS = config["splits"]["backgrounds"]
MODELS = config["train"]["models"]
RECIPES = config["train"]["recipes"]
RUN = "{background}/{backbone}/{recipe}/seed{seed}"
#: One entry per training, negative controls among them.
TRAININGS = [
    {
        "background": background,
        "backbone": backbone,
        "recipe": run["recipe"],
        "seed": seed,
    }
    for run in config["train"]["runs"]
    for background in run["backgrounds"] or BACKGROUNDS
    for backbone in run["models"] or MODELS
    for seed in run["seeds"] or config["train"]["seeds"]
]
#: The trainings that figures show and the audit judges, and the controls that it holds against them.
RUNS = [run for run in TRAININGS if RECIPES[run["recipe"]]["labels"] == "looks"]
CONTROLS = [run for run in TRAININGS if run not in RUNS]
RUN_PATHS = list(dict.fromkeys(RUN.format(**run) for run in TRAININGS))
#: The recipe that the figures show.
MAIN_RECIPE = RUNS[0]["recipe"]
#: How often a training is tried again after the first attempt. On a cluster that is for the Snakemake that submits it: a
#: retry on the node would have no more memory and no more time.
RETRIES = 0 if workflow.remote_exec else 2
#: What a job that computes on a graphics card asks for. Profiles say how many there are, and 0 means the CPU.
GPU = 1


def any_of(names):
    """Return a regular expression for exactly these names; one that matches nothing for none."""
    return "|".join(names) or "(?!)"


def settings(rule, cfg, uses=()):
    """Return all that may change a job's result as one tracked value; `uses` are programs that its own one runs.

    Snakemake compares params as a set without names, so that two single values could be swapped unnoticed.
    """
    code = {name: fingerprint(f"scripts.{name}", WORKFLOW) for name in (rule, *uses)}
    for name in code:
        as_started(f"The code of `{name}`", code[name])
    more = {"uses": {name: code[name] for name in uses}} if uses else {}
    return canonical({"cfg": cfg, "code": code[rule], **more})


def growing(megabytes):
    """Return the memory of a job, once more as much with every attempt, for the ones killed for want of it."""
    return lambda wildcards, attempt: megabytes * attempt


def sources_of(*kinds):
    """Return the names of the sources of some kinds."""
    return [name for name, source in SOURCES.items() if source["kind"] in kinds]


def ordinary_sources():
    """Return the names of the sources of ordinary people."""
    return [name for name, source in SOURCES.items() if source["looks"] == 0]


def source_settings(name):
    """Return what the collecting of a source depends on: its config, and for a folder the names and sizes in it."""
    source = {"name": name, **SOURCES[name]}
    if source["kind"] == "folder":
        files = sorted(
            path for path in Path(source["path"]).rglob("*") if path.is_file()
        )
        listing = [
            (path.relative_to(source["path"]).as_posix(), path.stat().st_size)
            for path in files
        ]
        source["listing"] = hashlib.sha256(canonical(listing).encode()).hexdigest()[:16]
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


def shard_tables():
    """Return the paths of all face tables, source by source."""
    return [
        f"<results>/faces/{name}/{shard}.parquet"
        for name, source in SOURCES.items()
        for shard in range(source["shards"])
    ]


def runs_with(**wanted):
    """Return the trainings whose background, backbone, recipe or seed are the wanted ones, each once."""
    seen = {
        canonical(run): run
        for run in RUNS
        if all(str(run[key]) == str(wanted[key]) for key in wanted)
    }
    return list(seen.values())


def files_of(runs, pattern):
    """Return one path per training; `{run}` in the pattern stands for its folder."""
    return [pattern.format(run=RUN.format(**run)) for run in runs]


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


def pack_settings(background):
    """Return the keys of `splits.pack` that packing with this background reads."""
    keys = ["input_size", *PACK_READS[background]]
    return {
        "background": background,
        **{key: config["splits"]["pack"][key] for key in keys},
    }


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


def explained_weights(wildcards):
    """Return the weights to explain: of the best or of the last epoch."""
    return (
        f"<results>/train/{RUN.format(**wildcards)}/{config['explain']['weights']}.pt"
    )


def curate_settings():
    """Return what the list of suspicions depends on: its own keys, and those that say what a near-duplicate is."""
    select = config["faces"]["select"]
    return {
        **config["faces"]["curate"],
        **{key: select[key] for key in select if key.startswith("duplicate_")},
    }


def audit_settings(name, sections=(), **more):
    """Return what a program depends on: some sections of the config's `audit`, that of the intervals among them."""
    sections = [*sections, "uncertainty"]
    return settings(
        name, {**{section: config["audit"][section] for section in sections}, **more}
    )


def seeds_of(wildcards):
    """Return the trainings of one model, background and recipe."""
    return runs_with(
        background=wildcards.background,
        backbone=wildcards.backbone,
        recipe=wildcards.recipe,
    )


def model_of(wildcards):
    """Return one model, background and recipe as the audit's tables name them."""
    return {
        "model": wildcards.backbone,
        "background": wildcards.background,
        "recipe": wildcards.recipe,
    }


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
CALIBRATION = config["audit"]["calibration"]
#: Whether every verdict waits for the planted experiments.
CALIBRATED = config["audit"]["verdict"]["gates"]["planted_dose"] == "required"


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


def figure_settings(rule, section=None, **more):
    """Return what a figure depends on: the resolution, its own config section, and what else it shows."""
    own = config["figures"][section] if section else {}
    return settings(rule, {"dpi": config["figures"]["dpi"], **own, **more})


def run_of(wildcards):
    """Return the training that the wildcards name."""
    return {
        "background": wildcards.background,
        "backbone": wildcards.backbone,
        "recipe": wildcards.recipe,
        "seed": int(wildcards.seed),
    }


def heatmap_runs(wildcards):
    """Return the trainings that one figure of averaged heatmaps shows: all models and seeds of a background."""
    return runs_with(recipe=wildcards.recipe, background=wildcards.background)


wildcard_constraints:
    source=any_of(SOURCES),
    shard=r"\d+",
    background=any_of(BACKGROUNDS),
    backbone=any_of(MODELS),
    recipe=any_of(RECIPES),
    seed=r"\d+",
    split="train|val|test|pretrain",
    group=any_of(GROUPS.values()),
    drawing="stock|signed",
    cue=any_of([*CALIBRATION["cues"], ALONE]),
    dose=any_of(f"{dose:g}" for dose in CALIBRATION["doses"]),
