"""A mistake in the config is found before any job, and the message says how to mend it."""

import copy
from pathlib import Path

import pytest
import yaml

from beholder.common.errors import BeholderError
from beholder.config.checks import remarks
from beholder.config.documentation import documents
from beholder.config.inputs import missing_inputs
from beholder.config.load import load_config, merge, repeated_keys

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "config").glob("*.yaml"))
SMALL = yaml.safe_load("""
name: small
collect: {sources: {a: {kind: synthetic, looks: 1}, b: {kind: synthetic, looks: 0}}}
train:
  models: {net: {architecture: resnet18}}
  recipes: {short: {epochs: 1}}
  runs: [{recipe: short}]
""")


def with_value(path: str, value: object) -> dict:
    config = copy.deepcopy(SMALL)
    *parents, last = path.split("/")
    section = config
    for key in parents:
        section = section.setdefault(key, {})
    section[last] = value
    return config


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_shipped_configs_are_valid(path):
    load_config(yaml.safe_load(path.read_text()), [path])


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("train/recipes/short/lr", "1e-3", ["train.recipes.short.lr", "1.0e-3"]),
        ("train/recipes/short/epoch", 3, ["train.recipes.short.epoch", "unknown key", "`epochs`", "batch_size"]),
        ("train/recipes/short/epochs", 0, ["train.recipes.short.epochs", "greater than or equal to 1"]),
        ("train/recipes/short/epochs", True, ["train.recipes.short.epochs", "True"]),
        ("train/recipes", {}, ["train.recipes", "is empty"]),
        ("train/models/net/architecture", "resnet81", ["train.models.net.architecture", "`resnet18`"]),
        ("train/models/net/initialisation", "imagnet", ["train.models.net.initialisation", "`imagenet`"]),
        ("train/files", {"imagenet": {"file": "a", "sha256": "0" * 64}}, ["train.files.imagenet", "another"]),
        ("train/runs", [{"recipe": "shrt"}], ["train.runs.0.recipe", "`short`"]),
        ("train/recipes/short/labels", "shufled", ["train.recipes.short.labels", "`shuffled`"]),
        ("train/recipes/short/labels", "shuffled", ["train.runs: all are negative controls", "`labels: looks`"]),
        ("train/pretrain", {"recipe": {"labels": "shuffled"}}, ["train.pretrain.recipe.labels", "unknown key"]),
        ("train/runs", [{"recipe": "short", "models": ["nat"]}], ["train.runs.0.models", "`net`"]),
        ("train/seeds", [0, 0], ["train.seeds", "twice"]),
        ("splits/backgrounds", [], ["splits.backgrounds", "is empty"]),
        ("splits/backgrounds", ["whit"], ["splits.backgrounds.0", "`white`", "face_only"]),
        ("splits/split/fractions", {"train": 0.9}, ["splits.split.fractions", "must be 1"]),
        ("splits/split/fractions", {"train": 0.8, "val": 0.0, "test": 0.2}, ["fractions.val", "validate_on_test"]),
        ("splits/split/stratify", "gender", ["splits.split.stratify", "list"]),
        ("collect/sources/a/kind", "syntetic", ["collect.sources.a.kind", "`synthetic`", "fairface"]),
        ("collect/sources/a/planted", {"bakground": 1.0}, ["collect.sources.a.planted.bakground", "`background`"]),
        ("collect/sources/b/looks", 1, ["collect.sources", "looks: 0"]),
        ("faces/select/good/yaw", "20", ["faces.select.good.yaw", "write 20"]),
        ("faces/pose/method", "hopenet", ["faces.pose.weights", "sha256"]),
        ("fases", {}, ["fases", "unknown key", "`faces`"]),
        ("preset", "publshed", ["preset", "`published`"]),
        ("name", "two words", ["name", "two words"]),
    ],
)
def test_a_mistake_names_the_key_what_is_allowed_and_the_nearest_name(path, value, words):
    with pytest.raises(BeholderError) as error:
        load_config(with_value(path, value))
    for word in words:
        assert word in str(error.value)


def test_weights_that_saw_fairface_are_not_tested_on_it():
    config = with_value("collect/sources/b", {"kind": "fairface", "looks": 0, "path": "fairface"})
    config["train"] |= {"fairface": {"file": "weights.pt", "sha256": "0" * 64}}
    load_config(config)
    config["train"]["models"] = {"net": {"architecture": "resnet34", "initialisation": "fairface"}}
    with pytest.raises(BeholderError, match=r"splits.split.official_parts: must be true .* `collect.sources.b`"):
        load_config(config)
    config["splits"] = {"split": {"official_parts": True}}
    load_config(config)


def test_too_few_seeds_for_any_verdict_are_remarked_on():
    [remark] = remarks(load_config(SMALL))
    assert "`audit.verdict.gates.min_seeds` is 10" in remark
    assert not list(remarks(load_config(with_value("train/seeds", list(range(10))))))


def test_all_mistakes_are_listed_at_once():
    config = with_value("fases", {})
    config["train"]["seeds"] = ["a"]
    with pytest.raises(BeholderError) as error:
        load_config(config)
    assert "fases" in str(error.value) and "train.seeds.0" in str(error.value)


def test_two_models_of_one_name_are_an_error(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("train:\n  models:\n    net: {architecture: resnet18}\n    net: {architecture: resnet34}\n")
    assert repeated_keys(path) == ["train.models.net: stands twice in config.yaml, line 4. Rename one."]
    with pytest.raises(BeholderError, match="stands twice"):
        load_config(SMALL, [path])


def test_defaults_are_filled_in_and_the_result_is_valid_again():
    config = load_config(SMALL)
    assert config["faces"]["crop"]["size"] == 300
    assert config["train"]["recipes"]["short"]["batch_size"] == 32
    assert load_config(config) == config


def test_the_published_preset_is_the_source_experiment():
    config = load_config({"name": "p", "preset": "published", "collect": SMALL["collect"]})
    assert config["splits"]["split"]["by"] == "image"
    assert config["faces"]["select"]["good"] == {"yaw": 25.0, "pitch": None, "roll": None}
    assert config["faces"]["select"]["normal"]["yaw"] is None
    assert list(config["train"]["models"]) == ["custom", "efficientnet_b0", "resnet18", "resnet34", "resnet50"]
    recipe = config["train"]["recipes"]["published"]
    assert (recipe["optimizer"], recipe["lr"], recipe["epochs"], recipe["batch_size"]) == ("adam", 1e-4, 10, 32)


def test_a_users_value_lies_over_the_presets_and_named_things_are_replaced():
    below = {"split": {"by": "image", "seed": 0}, "models": {"a": 1}}
    assert merge(below, {"split": {"seed": 1}, "models": {"b": 2}}) == {
        "split": {"by": "image", "seed": 1},
        "models": {"b": 2},
    }


def test_a_folder_without_photographs_is_missing_before_any_job(tmp_path):
    config = with_value("collect/sources/b", {"kind": "folder", "looks": 0, "path": str(tmp_path)})
    (tmp_path / "README.md").write_text("what belongs here")
    with pytest.raises(BeholderError, match="holds no folders of persons"):
        missing_inputs(load_config(config))
    (tmp_path / "person").mkdir()
    missing_inputs(load_config(config))


def test_missing_inputs_say_what_to_put_where(tmp_path):
    config = with_value("collect/sources/b", {"kind": "fairface", "looks": 0, "path": str(tmp_path), "parts": ["val"]})
    config["train"]["files"] = {"mine": {"file": "mine.pt", "sha256": "0" * 64}}
    config["train"]["models"]["net"]["initialisation"] = "mine"
    with pytest.raises(BeholderError) as error:
        missing_inputs(load_config(config))
    for word in (
        "collect.sources.b",
        "fairface_label_val.csv",
        "resources/fairface/README.md",
        "train.files.mine.file",
    ):
        assert word in str(error.value)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_schema_and_key_table_are_in_step_with_the_model(path):
    assert path.read_text() == documents()[path], "run `make docs`"
