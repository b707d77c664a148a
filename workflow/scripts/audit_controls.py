"""Tells how well networks learnt what they must not be able to learn: shuffled labels, sources of ordinary people."""

import pandas as pd

from beholder.audit.controls import ControlRun, control_rows, evidence_excess
from beholder.audit.inputs import map_column, map_grid, read_margins, read_partitions, read_people
from beholder.audit.table import tidy
from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import read_table, write_table
from beholder.config.audit import Uncertainty
from beholder.explain.geometry import read_geometry
from beholder.splits.controls import control_kind, relabel


@program
def main(settings: dict, test: Input, regions: Input, maps: Inputs, geometries: Inputs, estimates: Output):
    """Write the audit table of all negative controls; rows name no model, for they speak of their background.

    `settings`: the config sections `audit.uncertainty` and `audit.localisation`, the names of the `ordinary` sources, and
    `runs`: background, backbone, recipe, seed and labels of every file.
    """
    uncertainty, people = Uncertainty.model_validate(settings["uncertainty"]), read_people(test)
    partitions, weighting = read_partitions(regions, people), settings["localisation"]["weighting"]

    def control_run(training) -> ControlRun:
        chosen = relabel(people, training.labels, training.seed, settings["ordinary"])
        signed = map_column(read_table(training.maps, ["margin_map"]), "margin_map")
        grid, rows = map_grid(read_geometry(training.geometry)), chosen.index
        excess = evidence_excess(signed[rows], partitions[rows], grid, chosen, weighting)
        return ControlRun(chosen, read_margins([training.maps], people)[0, rows], excess)

    trainings = pd.DataFrame(settings["runs"]).assign(maps=maps, geometry=geometries)
    tables = []
    for (background, model, recipe), own in trainings.groupby(["background", "backbone", "recipe"], sort=False):
        kind = control_kind(own["labels"].iloc[0], settings["ordinary"])
        runs = [control_run(training) for training in own.itertuples()]
        tables.append(tidy(control_rows(kind, f"{recipe}, {model}", runs, uncertainty), background=background))
    write_table(estimates, pd.concat(tables, ignore_index=True))


if __name__ == "__main__":
    main.run()
