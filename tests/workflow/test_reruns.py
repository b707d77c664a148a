"""What a change of config, code or data runs again: exactly what depends on it."""

import os
import time
from pathlib import Path

import yaml
from mutations import mutations

GOLDEN = Path(__file__).parent / "reruns.yaml"
HEADER = (
    "# What a change of each key runs again. Checked by test_reruns.py; rewrite with `pytest tests/workflow --fix`.\n"
)


def test_every_key_reruns_exactly_the_rules_that_depend_on_it(stub_run, config, request):
    found = {key: " ".join(stub_run.reruns(changed)) for key, changed in mutations(config)}
    if request.config.getoption("--fix"):
        GOLDEN.write_text(HEADER + yaml.safe_dump(found, sort_keys=False, width=1000))
    expected = yaml.safe_load(GOLDEN.read_text())
    different = {
        key: f"{found.get(key)} instead of {expected.get(key)}" for key in found if found[key] != expected.get(key)
    }
    assert not different
    assert list(expected) == list(found)


def test_a_figure_key_never_reaches_a_network():
    expected = yaml.safe_load(GOLDEN.read_text())
    for key, rules in expected.items():
        if key.startswith(("figures.", "report.")):
            assert all(rule.startswith(("plot_", "tabulate_", "write_")) for rule in rules.split()), key


def test_a_second_run_does_nothing(stub_run):
    assert stub_run.reruns() == {}


def test_swapped_numbers_are_noticed(stub_run, config):
    recipe = config["train"]["recipes"]["short"]
    recipe["epochs"], recipe["batch_size"] = recipe["batch_size"], recipe["epochs"]
    assert stub_run.reruns(config)["train"] == 6


def test_a_new_backbone_adds_only_its_own_jobs(stub_run, config):
    config["train"]["models"]["another"] = {"architecture": "resnet18"}
    jobs = stub_run.reruns(config)
    assert {rule: jobs.get(rule) for rule in ("train", "explain", "pack", "split", "pretrain")} == {
        "train": 2, "explain": 2, "pack": None, "split": None, "pretrain": None,
    }  # fmt: skip


def test_a_new_background_adds_only_its_own_jobs(stub_run, config):
    config["splits"]["backgrounds"].append("blur")
    jobs = stub_run.reruns(config)
    assert {rule: jobs.get(rule) for rule in ("train", "explain", "pack", "split")} == {
        "train": 3, "explain": 3, "pack": 3, "split": None,
    }  # fmt: skip


def test_a_new_seed_adds_only_its_own_jobs(stub_run, config):
    config["train"]["seeds"].append(1)
    jobs = stub_run.reruns(config)
    assert {rule: jobs.get(rule) for rule in ("train", "explain", "pack")} == {"train": 6, "explain": 6, "pack": None}


def test_another_recipe_of_one_model_adds_only_its_trainings(stub_run, config):
    config["train"]["runs"].append({"recipe": "long", "models": ["net"], "backgrounds": ["white"]})
    assert stub_run.reruns(config)["train"] == 1


def test_a_control_is_trained_explained_and_read_by_one_rule(stub_run, config):
    config["train"]["runs"].append({"recipe": "control", "models": ["mine"], "backgrounds": ["white"], "seeds": [0]})
    jobs = stub_run.reruns(config)
    assert set(jobs) == {"train", "explain", "audit_controls", "audit_verdict", "audit_hypotheses", "write_audit"}
    assert jobs["train"] == jobs["explain"] == 1


def test_an_edited_function_reruns_the_rules_that_use_it(fresh_stub_run):
    fresh_stub_run.edit("workflow/beholder/explain/average.py", "\ndef ", "\nEDITED = 1\n\n\ndef ")
    jobs = fresh_stub_run.reruns()
    assert "average_maps" in jobs
    assert not {"train", "pack", "crop_faces"} & set(jobs)


def test_an_edit_with_an_old_date_is_noticed(fresh_stub_run):
    path = "workflow/beholder/splits/packing.py"
    fresh_stub_run.edit(path, "\ndef ", "\nEDITED = 1\n\n\ndef ")
    os.utime(fresh_stub_run.folder / path, (0, 0))
    assert {"pack", "train"} <= set(fresh_stub_run.reruns())


def test_comments_docstrings_and_touched_files_rerun_nothing(fresh_stub_run):
    later = time.time() + 100
    for file in (fresh_stub_run.folder / "workflow").rglob("*.py"):
        file.write_text(file.read_text() + "\n# a comment\n")
        os.utime(file, (later, later))
    for file in (fresh_stub_run.folder / "workflow").rglob("*.smk"):
        os.utime(file, (later, later))
    assert fresh_stub_run.reruns() == {}


def test_a_photograph_added_to_a_folder_is_noticed(fresh_stub_run):
    (fresh_stub_run.folder / "folder/person/two.jpg").write_text("two")
    assert fresh_stub_run.reruns()["collect_folder"] == 1


def test_touched_inputs_rerun_nothing(fresh_stub_run):
    later = time.time() + 100
    for file in [*fresh_stub_run.folder.rglob("*.csv"), *fresh_stub_run.folder.glob("folder/person/*.jpg")]:
        os.utime(file, (later, later))
    assert fresh_stub_run.reruns() == {}
