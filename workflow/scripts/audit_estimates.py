"""Sums up what was measured on all trainings of one model: estimates with intervals over seeds and persons."""

import numpy as np
import pandas as pd

from beholder.audit.estimates import Measurements, TestSet, estimate_rows, seed_rows
from beholder.audit.inputs import map_grid, read_margins, read_partitions, read_people, require_same_images
from beholder.audit.table import tidy
from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table, write_table
from beholder.config.audit import Uncertainty
from beholder.explain.geometry import read_geometry
from beholder.splits.backgrounds import FLAT


@program
def main(
    settings: dict,
    test: Input,
    regions: Input,
    touched: Input,
    features: Input,
    maps: Inputs,
    geometry: Input,
    measures: Inputs,
    swaps: Inputs,
    variants: Inputs,
    occlusion: Inputs,
    removal: Inputs,
    random_weights: Inputs,
    plain: Inputs,
    estimates: Output,
):
    """Write the audit table of one model, background and recipe; lists of files are in the order of the seeds.

    `settings`: the config section `audit.uncertainty`, the number of `models` that are judged at once, and the `model`,
    `background`, `recipe` and `seeds`.
    """
    run = {key: settings[key] for key in ("model", "background", "recipe")}
    uncertainty, people = Uncertainty.model_validate(settings["uncertainty"]), read_people(test)
    probes, leaks = read_table(features), read_table(touched)
    for path, table in ((features, probes), (touched, leaks)):
        require_same_images(people["image_id"], table["image_id"], path)
    scores = probes.filter(like="probe/").rename(columns=lambda name: name.removeprefix("probe/"))
    known = TestSet(people, read_partitions(regions, people).any((1, 2, 3)), leaks, scores, run["background"] in FLAT)
    found = Measurements(
        margins=read_margins(maps, people),
        localised=_by_drawing([read_table(path) for path in measures]),
        swaps=[read_table(path) for path in swaps],
        variants=[read_table(path) for path in variants],
        occlusion=[read_table(path) for path in occlusion],
        removal=[read_table(path) for path in removal],
        random_weights=[read_table(path) for path in random_weights],
        plain=[dict(np.load(path)) for path in plain],
        grid=map_grid(read_geometry(geometry)),
    )
    tables = [tidy(estimate_rows(found, known, uncertainty, settings["models"]), **run)]
    if len(settings["seeds"]) > 1:
        rows = seed_rows(found, known, uncertainty)
        tables += [tidy(own, **run, seed=seed) for seed, own in zip(settings["seeds"], rows, strict=True)]
    write_table(estimates, pd.concat(tables, ignore_index=True))


def _by_drawing(tables: list[pd.DataFrame]) -> dict[str, list[pd.DataFrame]]:
    """Return the measures of all seeds by drawing; only the registered one has those that need the mirrored map."""
    result = {}
    for drawing in tables[0]["drawing"].unique():
        own = [table[table["drawing"] == drawing].drop(columns=["image_id", "drawing"]) for table in tables]
        known = pd.concat(own).notna().any()
        result[drawing] = [table.loc[:, known] for table in own]
    return result


if __name__ == "__main__":
    main.run()
