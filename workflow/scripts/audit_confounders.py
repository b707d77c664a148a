"""Measures what file, pixels and framing give away of the group, without a look at the face."""

import numpy as np
import pandas as pd

from beholder.audit.features import FRAMING_COLUMNS, control_rows, demographic_features, measure_features
from beholder.audit.inputs import read_people, require_same_images
from beholder.audit.summary_people import probe_rows
from beholder.audit.table import row, tidy
from beholder.audit.uncertainty import resample
from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table, write_table
from beholder.config.audit import Confounders, Uncertainty


@program
def main(
    settings: dict,
    test: Input,
    selection: Input,
    pixels: Input,
    geometry: Input,
    background: str,
    estimates: Output,
    features: Output,
):
    """Write probes and controls, and per image all features and probe scores.

    `settings`: the config sections `audit.confounders` and `audit.uncertainty` under these names.
    """
    config = Confounders.model_validate(settings["confounders"])
    uncertainty = Uncertainty.model_validate(settings["uncertainty"])
    people = read_people(test)
    selected = read_table(selection, ["image_id", "path", *FRAMING_COLUMNS]).set_index("image_id")
    with np.load(geometry) as arrays:
        require_same_images(people["image_id"], arrays["image_id"], geometry)
        blocks = measure_features(selected.loc[people["image_id"]], np.load(pixels, mmap_mode="r"), arrays)
    demographics = demographic_features(people)
    if len(demographics.columns):
        blocks["demographics"] = demographics
    draws = resample(people["cluster"].to_numpy(), people["looks"].to_numpy(), 1, uncertainty.draws, uncertainty.seed)
    rows, scores = probe_rows(blocks, people, draws, config, uncertainty.level)
    if not len(demographics.columns):
        rows.append(row("probe_auroc", float("nan"), detail="demographics", note="no labels that both groups have"))
    rows += control_rows(blocks, people, config, uncertainty)
    write_table(estimates, tidy(rows, background=background))
    named = [block.add_prefix(f"{name}/") for name, block in blocks.items()]
    write_table(features, pd.concat([people[["image_id"]], *named, scores.add_prefix("probe/")], axis=1))


if __name__ == "__main__":
    main.run()
