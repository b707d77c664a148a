"""Says in words what every network decides by, and puts all numbers of the audit into one table."""

import json

import pandas as pd

from beholder.audit.cards import as_json, as_markdown, judge_all, verdict_table
from beholder.audit.inputs import read_estimates
from beholder.audit.multiplicity import adjusted_rows
from beholder.common.program import Inputs, Output, log, program
from beholder.common.tables import write_table, write_text
from beholder.config.audit import Verdict


@program
def main(settings: dict, estimates: Inputs, table: Output, verdicts: Output, evidence: Output, cards: Output):
    """Write the table of all estimates, the table of all verdicts, what they rest on, and one card per model.

    `settings`: the config section `audit.verdict`.
    """
    config = Verdict.model_validate(settings)
    everything = pd.concat([read_estimates(path) for path in estimates], ignore_index=True)
    everything = pd.concat([everything, adjusted_rows(everything)], ignore_index=True)
    judged = judge_all(everything, config)
    write_table(table, everything)
    write_table(verdicts, verdict_table(judged))
    write_text(evidence, json.dumps(as_json(judged, config), indent=1, allow_nan=False) + "\n")
    write_text(cards, as_markdown(judged))
    for card in judged:
        log.info("%s", card.judgement.headline)


if __name__ == "__main__":
    main.run()
