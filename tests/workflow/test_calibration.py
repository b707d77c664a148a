"""The proof that the audit can be believed, small: what is planted in rendered people is found in the networks."""

import ast
import re
import subprocess
import sys

import pandas as pd
import pytest
import yaml

from beholder.audit.planted import RESULTS, planted_config
from beholder.config.load import load_config
from experiment import CONFIG, REPOSITORY, Experiment

#: Large and close enough for a small network to learn the faces' difference to the full: noise is then small beside it.
SMALL = {
    "faces.crop": {"margin": 0.0},
    "audit.uncertainty": {"draws": 500},
    "audit.swaps": {"pairs": 300, "variant_images": 120},
    "audit.calibration": {
        "cues": ["background", "face"],
        "doses": [0.0, 0.5, 1.0],
        "people": 60,
        "input_size": 96,
        "architecture": "test_resnet",
        "seeds": [0],
        "recipe": {
            "epochs": 15,
            "batch_size": 16,
            "lr": 3e-3,
            "schedule": "cosine",
            "recalibrate_norm": True,
            "augmentation": {"flip": True},
        },
    },
    "splits.pack": {"input_size": 224},
}


def test_an_experiment_tracks_every_program_that_it_runs(tmp_path):
    config = planted_config(load_config(CONFIG), "background", 0.5)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "rules", "--cores", "1"]
    command += ["--snakefile", REPOSITORY / "Snakefile", "--configfile", "config.yaml", "--", *RESULTS]
    output = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    runs = set(re.findall(r"^(\w+) +\d+$", output, re.MULTILINE)) - {"total"}
    listed = re.search(r"DOSE_PROGRAMS = (\[.*?\])", (REPOSITORY / "workflow/rules/lookups.smk").read_text(), re.DOTALL)
    assert listed and runs == set(ast.literal_eval(listed[1]))


@pytest.mark.slow
def test_a_planted_background_raises_the_reliance_at_every_dose_and_a_face_alone_does_not(tmp_path):
    experiment = Experiment.make(tmp_path / "checkout")
    experiment.configure(SMALL)
    experiment.finish("audit_calibration")
    results = experiment.folder / "results/tiny"
    table = pd.read_csv(results / "audit/calibration.csv", keep_default_na=False, na_values=[""])
    over_seeds = table[table["seed"] == "all"].set_index(["metric", "detail"])["estimate"]
    reliance = over_seeds["planted_background_reliance"]
    assert reliance["background/0"] < reliance["background/0.5"] < reliance["background/1"], reliance
    assert reliance["face/1"] <= 0.02
    assert reliance["background_alone/1"] > 0.5
    assert over_seeds["planted_balanced_accuracy", "face/1"] > 0.95
    assert (
        over_seeds["planted_background_auroc", "background/1"] > over_seeds["planted_background_auroc", "face/1"] + 0.1
    )
    verdict = table[table["metric"] == "planted_dose"].iloc[0]
    assert verdict["estimate"] == 1, verdict["note"]
    assert (results / "figures/calibration.png").stat().st_size > 10_000
    assert "Nothing to be done" in experiment.finish("audit_calibration")
