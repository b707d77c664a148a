"""Compares trainings that share the test set: backgrounds with each other, and models with each other."""

import pandas as pd

from beholder.audit.arms import background_rows, model_rows
from beholder.audit.inputs import read_margins, read_people
from beholder.audit.table import COLUMNS, tidy
from beholder.audit.uncertainty import resample
from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table, write_table
from beholder.config.audit import Uncertainty


@program
def main(settings: dict, test: Input, maps: Inputs, swaps: Inputs, estimates: Output):
    """Write the audit table of all differences.

    `settings`: the config section `audit.uncertainty`, and `runs`: background, backbone, recipe and seed of every file.
    """
    uncertainty, people = Uncertainty.model_validate(settings["uncertainty"]), read_people(test)
    looks, clusters = people["looks"].to_numpy(), people["cluster"].to_numpy()
    runs = pd.DataFrame(settings["runs"]).assign(maps=maps, swaps=swaps)
    tables = [pd.DataFrame(columns=COLUMNS)]
    for (model, recipe), trainings in runs.groupby(["backbone", "recipe"], sort=False):
        trainings = trainings[trainings["seed"].isin(_common(trainings, "background"))]
        arms = dict(list(trainings.groupby("background", sort=False)))
        if len(arms) < 2 or trainings.empty:
            continue
        margins = {name: read_margins(arm["maps"], people) for name, arm in arms.items()}
        swapped = {name: [read_table(path) for path in arm["swaps"]] for name, arm in arms.items()}
        seeds = len(next(iter(margins.values())))
        draws = resample(clusters, looks, seeds, uncertainty.draws, uncertainty.seed)
        for background, rows in background_rows(margins, swapped, people, draws, uncertainty).items():
            tables.append(tidy(rows, model=model, background=background, recipe=recipe))
    for (background, recipe), trainings in runs.groupby(["background", "recipe"], sort=False):
        models = {name: read_margins(own["maps"], people) for name, own in trainings.groupby("backbone", sort=False)}
        for model, rows in model_rows(models, people, uncertainty).items():
            tables.append(tidy(rows, model=model, background=background, recipe=recipe))
    write_table(estimates, pd.concat([table for table in tables if len(table)] or tables, ignore_index=True))


def _common(trainings: pd.DataFrame, column: str) -> set[int]:
    """Return the seeds that every value of a column was trained with."""
    return set.intersection(*(set(seeds) for _, seeds in trainings.groupby(column)["seed"]))


if __name__ == "__main__":
    main.run()
