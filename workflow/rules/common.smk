"""What all rules share, namely the validated config, the trainings it asks for, and the settings that a job tracks."""

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

from beholder.audit.planted import ALONE
from beholder.common.errors import BeholderError
from beholder.common.fingerprint import fingerprint
from beholder.common.labels import GROUPS
from beholder.common.tables import write_text
from beholder.config.checks import remarks
from beholder.config.inputs import missing_inputs
from beholder.config.load import load_config

try:
    config.update(load_config(config, files=workflow.configfiles))
    missing_inputs(config)
except BeholderError as error:
    raise WorkflowError(str(error)) from None
if not workflow.remote_exec:
    for remark in remarks(config):
        print(f"Note: {remark}", file=sys.stderr)


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
CALIBRATION = config["audit"]["calibration"]
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
#: What a job that computes on a graphics card asks for. Profiles say how many there are; of 0, Snakemake asks for none.
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


def run_of(wildcards):
    """Return the training that the wildcards name."""
    return {
        "background": wildcards.background,
        "backbone": wildcards.backbone,
        "recipe": wildcards.recipe,
        "seed": int(wildcards.seed),
    }


def seeds_of(wildcards):
    """Return the trainings of one model, background and recipe."""
    return runs_with(
        background=wildcards.background,
        backbone=wildcards.backbone,
        recipe=wildcards.recipe,
    )


wildcard_constraints:
    source=any_of(SOURCES),
    shard=r"\d+",
    background=any_of(dict.fromkeys([*BACKGROUNDS, "original"])),  # pretraining sees photographs as they are
    backbone=any_of(MODELS),
    recipe=any_of(RECIPES),
    seed=r"\d+",
    split="train|val|test|pretrain",
    group=any_of(GROUPS.values()),
    drawing="stock|signed",
    cue=any_of([*CALIBRATION["cues"], ALONE]),
    dose=any_of(f"{dose:g}" for dose in CALIBRATION["doses"]),
