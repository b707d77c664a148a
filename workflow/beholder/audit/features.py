"""The features of all test photographs, block by block, and the controls that a probe must not pass."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from beholder.audit.confounders import FILE, file_features, framing_features, pixel_features
from beholder.audit.inputs import LABELS
from beholder.audit.probes import probe_scores, random_labels
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import resample
from beholder.common.labels import GROUPS
from beholder.common.program import progress
from beholder.config.audit import Confounders, Uncertainty

#: Columns of the selection that describe framing before the crop.
FRAMING_COLUMNS = ["yaw", "pitch", "interocular", "missing_area"]


def measure_features(
    selection: pd.DataFrame, pixels: np.ndarray, geometry: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """Return the blocks `file`, `pixels` and `framing`, one row per image.

    selection: rows of the images, with path and `FRAMING_COLUMNS`; pixels uint8 [N, S, S, 3] as a network sees them;
    geometry: the arrays of `geometry.npz`. A photograph that is gone has NaN file features.
    """
    landmarks, faces = geometry["landmarks"], geometry["face"]
    rows = range(len(selection))
    seen = [pixel_features(np.asarray(pixels[n])) for n in progress(rows, "measuring pixels", len(selection))]
    framing = pd.DataFrame([framing_features(landmarks[n], faces[n]) for n in rows])
    for name in FRAMING_COLUMNS:
        framing[name] = selection[name].to_numpy(float)
    files = pd.DataFrame([file_features(Path(path)) for path in selection["path"]], columns=list(FILE))
    return {"file": files, "pixels": pd.DataFrame(seen), "framing": framing}


def demographic_features(people: pd.DataFrame) -> pd.DataFrame:
    """Return gender, race and age of every row as columns `label=value` of 0 and 1, NaN where unknown.

    Only labels that most images of both groups have; no column where there are none: missing labels tell the groups apart
    without a look at anybody.
    """
    columns = {}
    for label in LABELS:
        known = people[label].notna()
        if known.groupby(people["looks"]).mean().min() > 0.5:
            for value in sorted(people[label].dropna().unique()):
                columns[f"{label}={value}"] = (people[label] == value).astype(float).where(known)
    return pd.DataFrame(columns, index=people.index)


def control_rows(
    blocks: Mapping[str, pd.DataFrame], people: pd.DataFrame, config: Confounders, uncertainty: Uncertainty
) -> list[dict[str, Any]]:
    """Return how well a probe of the pixels tells apart what it must not: negative_control_auroc, two sources of one group.

    Far above .5, two sets of the same kind of people can be told apart by their processing alone ("name that data set").
    label_shuffle_auroc, one group with random labels, checks the probe itself and must be near .5.
    """
    rows = []
    for looks, group in GROUPS.items():
        member = (people["looks"] == looks).to_numpy()
        sources = people["source"][member]
        names = list(sources.value_counts().index[:2])
        if len(names) == 2:
            pair = member & people["source"].isin(names).to_numpy()
            labels = (people["source"][pair] == names[0]).to_numpy(int)
            detail = f"{names[0]} against {names[1]}"
            rows.append(
                _control("negative_control_auroc", detail, group, pair, labels, blocks, people, config, uncertainty)
            )
        labels = random_labels(people["cluster"][member].to_numpy(), config.seed)
        rows.append(
            _control("label_shuffle_auroc", "random labels", group, member, labels, blocks, people, config, uncertainty)
        )
    return rows


def _control(metric, detail, group, member, labels, blocks, people, config, uncertainty) -> dict[str, Any]:
    clusters = people["cluster"][member].to_numpy()
    if len(np.unique(labels)) < 2:
        return row(metric, float("nan"), detail=detail, group=group, note="too few persons")
    scores = probe_scores(blocks["pixels"][member], labels, clusters, "boosting", config.folds, config.seed)
    draws = resample(clusters, labels, 1, uncertainty.draws, uncertainty.seed)
    interval = draws.interval(draws.auroc(scores[None], labels == 1), uncertainty.level, (0, 1))
    counts = Counts(int(np.isfinite(scores).sum()), len(np.unique(clusters)), int(np.isnan(scores).sum()))
    return row(metric, interval, detail=detail, group=group, counts=counts)
