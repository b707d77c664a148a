"""Trains on and audits one set of rendered people with a planted difference, by this workflow itself."""

import os
import sys
from pathlib import Path

import pandas as pd
import yaml

from beholder.audit.inputs import read_estimates
from beholder.audit.planted import RESULTS
from beholder.common.errors import BeholderError
from beholder.common.program import Output, Scratch, program
from beholder.common.subprocesses import run_alone
from beholder.common.tables import write_table, write_text

#: The workflow that this program is part of.
_ROOT = Path(__file__).resolve().parents[2]


@program
def main(settings: dict, folder: Scratch, estimates: Output, threads: int = 1, gpus: int = 0) -> None:
    """Write the audit tables of one experiment, one after the other.

    `settings`: the config of the experiment. `folder` keeps what it has computed, so that an interrupted or changed one
    goes on from there.
    """
    write_text(folder / "config.yaml", yaml.safe_dump(settings, sort_keys=False))
    command = [sys.executable, "-m", "snakemake", "--snakefile", _ROOT / "Snakefile", "--configfile", "config.yaml"]
    command += ["--workflow-profile", _ROOT / "profiles/default", "--cores", str(threads)]
    # One run at a time is seen to here, and a lock that outlives a killed one would have to be removed by hand.
    command += ["--resources", f"gpu={gpus}", "--nolock", "--", *RESULTS]
    started_by = ("SNAKEMAKE_", "BEHOLDER_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(started_by)}
    if run_alone(command, folder.resolve(), environment):
        raise BeholderError(
            f"the experiment in {folder} failed; what failed there stands above in the log. "
            "The same command continues from there."
        )
    write_table(estimates, pd.concat([read_estimates(folder / table) for table in RESULTS], ignore_index=True))


if __name__ == "__main__":
    main.run()
