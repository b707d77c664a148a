"""The stub run that the tests of reruns share."""

import copy
from pathlib import Path

import pytest
import yaml
from stub import StubRun, preload

from beholder.config.load import load_config


@pytest.fixture(scope="session")
def all_keys() -> dict:
    """A complete config that uses every kind of source and of initialisation."""
    return load_config(yaml.safe_load((Path(__file__).parent / "all_keys.yaml").read_text()))


@pytest.fixture(scope="session")
def stub_run(all_keys, tmp_path_factory) -> StubRun:
    """A finished stub run; its tests must not change what it made."""
    preload()
    folder = tmp_path_factory.mktemp("stub") / "checkout"
    for source in ("folder", "other_folder"):
        (folder / source / "person").mkdir(parents=True)
        (folder / source / "person/one.jpg").write_text(source)
        (folder / source / "people.csv").write_text("file,person\nperson/one.jpg,one\n")
    for source in ("fairface", "other_fairface"):
        for part in ("train", "val"):
            (folder / source / part).mkdir(parents=True)
            (folder / source / f"fairface_label_{part}.csv").write_text(f"file,age,gender,race,service_test,{source}\n")
    for name in ("weights.pt", "weights2.pt", "rejections.csv"):
        (folder / name).write_text(name)
    return StubRun.make(folder, all_keys)


@pytest.fixture
def fresh_stub_run(stub_run, tmp_path) -> StubRun:
    """A copy of the finished stub run to edit."""
    return stub_run.copy(tmp_path / "checkout")


@pytest.fixture
def config(all_keys) -> dict:
    """A complete config to change."""
    return copy.deepcopy(all_keys)
