"""Compares groups of people by gender, race and age, and checks whether probabilities mean what they say."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from beholder.audit.inputs import read_margins, read_people, require_same_images
from beholder.audit.subgroups import reliability
from beholder.audit.summary_people import subgroup_attention_rows, subgroup_rows
from beholder.audit.table import tidy
from beholder.audit.uncertainty import resample
from beholder.audit.verdict import MAIN
from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table, write_table
from beholder.config.audit import Subgroups, Uncertainty


@program
def main(
    settings: dict,
    test: Input,
    maps: Inputs,
    measures: Inputs,
    swaps: Inputs,
    estimates: Output,
    curve: Output,
):
    """Write the rows of one model over its seeds, and its reliability curve.

    `settings`: the config sections `audit.subgroups` and `audit.uncertainty` under these names, and the `model`,
    `background` and `recipe`.
    """
    config = Subgroups.model_validate(settings["subgroups"])
    uncertainty = Uncertainty.model_validate(settings["uncertainty"])
    people = read_people(test)
    margins = read_margins(maps, people)
    looks = people["looks"].to_numpy()
    draws = resample(people["cluster"].to_numpy(), looks, len(margins), uncertainty.draws, uncertainty.seed)
    rows = subgroup_rows(margins, people, draws, config, uncertainty.level)
    pairs = [table[table["setting"] == MAIN] for table in map(read_table, swaps)]
    shares = np.stack([_face_shares(path, people) for path in measures])
    rows += subgroup_attention_rows(pairs, shares, people, draws, config, uncertainty.level)
    write_table(estimates, tidy(rows, **{key: settings[key] for key in ("model", "background", "recipe")}))
    outcome = pd.concat([people["looks"]] * len(margins)).to_numpy()
    write_table(curve, reliability(expit(margins.ravel()), outcome, config.bins))


def _face_shares(measures: Path, people: pd.DataFrame) -> np.ndarray:
    """Return the share of the registered map's evidence in the face oval, float [N], row by row of `people`."""
    table = read_table(measures, ["image_id", "drawing", "energy_share/face"])
    table = table[table["drawing"] == "registered"]
    require_same_images(people["image_id"], table["image_id"], measures)
    return table["energy_share/face"].to_numpy(float)


if __name__ == "__main__":
    main.run()
