"""Answers where the background of the averaged heatmaps comes from, from the audit's table."""

from beholder.audit.hypothesis_tests import as_markdown, limits, put_to_test
from beholder.audit.inputs import read_estimates
from beholder.common.program import Input, Output, program
from beholder.common.tables import write_table, write_text
from beholder.config.audit import Flags, Hypotheses


@program
def main(settings: dict, table: Input, tests: Output, answers: Output):
    """Write every test of every hypothesis for every model, and the answers in words.

    `settings`: the config section `audit.hypotheses` under this name, the `flags` of `audit.verdict`, and as `reliance`
    the highest background reliance of a network that looks at the face.
    """
    config, flags = Hypotheses.model_validate(settings["hypotheses"]), Flags.model_validate(settings["flags"])
    estimates = read_estimates(table)
    found = put_to_test(estimates, limits(config, flags, settings["reliance"]), config.mask)
    write_table(tests, found)
    write_text(answers, as_markdown(found, estimates, config.mask))


if __name__ == "__main__":
    main.run()
