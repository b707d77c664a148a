"""The error of the landmark pose on rendered people of known pose."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from beholder.config.collect import SyntheticSource
from scripts import collect_synthetic


@pytest.fixture(scope="module")
def poses(tmp_path_factory, reader) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measured and true angles in degrees of 24 photographs, yaw up to 30."""
    folder = tmp_path_factory.mktemp("rendered")
    source = SyntheticSource(kind="synthetic", looks=0, people=12, photographs_per_person=2, max_yaw=30.0, shards=1)
    collect_synthetic.main(
        settings={**source.model_dump(), "name": "people"},
        manifest=folder / "m.parquet",
        photographs=folder / "photographs",
    )
    manifest = pd.read_parquet(folder / "m.parquet")
    measured = pd.DataFrame([reader.read(Path(path)) for path in manifest["path"]])
    true = manifest[["true_yaw", "true_pitch", "true_roll"]].set_axis(["yaw", "pitch", "roll"], axis=1)
    return measured, true


def test_every_rendered_face_is_measured(poses):
    measured, _ = poses
    assert measured["reason"].isna().all()
    assert (measured["n_faces"] == 1).all()


@pytest.mark.parametrize(("angle", "degrees"), [("yaw", 3.0), ("pitch", 5.0), ("roll", 2.0)])
def test_mean_absolute_error(poses, angle, degrees):
    measured, true = poses
    assert (measured[angle] - true[angle]).abs().mean() < degrees


@pytest.mark.parametrize("angle", ["yaw", "pitch", "roll"])
def test_angles_grow_with_the_truth(poses, angle):
    measured, true = poses
    slope = np.polyfit(true[angle], measured[angle], 1)[0]
    assert 0.85 < slope < 1.2
