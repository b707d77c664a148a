"""Compares groups of people by gender, race and age, and checks whether probabilities mean what they say."""

import pandas as pd
from scipy.special import expit

from beholder.audit.inputs import read_margins, read_people
from beholder.audit.subgroups import reliability
from beholder.audit.summary_people import subgroup_rows
from beholder.audit.table import tidy
from beholder.audit.uncertainty import resample
from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import write_table
from beholder.config.audit import Subgroups, Uncertainty


@program
def main(settings: dict, test: Input, maps: Inputs, estimates: Output, curve: Output):
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
    write_table(estimates, tidy(rows, **{key: settings[key] for key in ("model", "background", "recipe")}))
    outcome = pd.concat([people["looks"]] * len(margins)).to_numpy()
    write_table(curve, reliability(expit(margins.ravel()), outcome, config.bins))


if __name__ == "__main__":
    main.run()
