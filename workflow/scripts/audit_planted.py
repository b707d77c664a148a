"""Shows each measure of the audit against the dose of planted differences, and tells whether it found them."""

from beholder.audit.calibration import calibration_table
from beholder.audit.inputs import read_estimates
from beholder.common.program import Inputs, Output, log, program
from beholder.common.tables import write_table


@program
def main(settings: dict, doses: Inputs, calibration: Output) -> None:
    """Write the audit table of all planted experiments.

    `settings`: `shown`, cue and dose of every file of `doses` in their order, and the `floor` and `ceiling`.
    """
    tables = {(cue, dose): read_estimates(path) for (cue, dose), path in zip(settings["shown"], doses, strict=True)}
    table = calibration_table(tables, settings["floor"], settings["ceiling"])
    verdict = table[table["metric"] == "planted_dose"].iloc[0]
    log.info("%s", verdict["note"] or "the audit found what was planted at every dose")
    write_table(calibration, table)


if __name__ == "__main__":
    main.run()
