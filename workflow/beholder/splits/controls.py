"""Negative controls: other labels for the same photographs.

A network that learns labels dealt out at random has met the test persons before; one that tells two sources of ordinary
people apart has learnt to "name that dataset" (Torralba & Efros 2011), and may do so where the groups differ too.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from beholder.common.errors import BeholderError
from beholder.config.train import Labels


def relabel(table: pd.DataFrame, labels: Labels, seed: int, ordinary: Sequence[str] = ()) -> pd.DataFrame:
    """Return the rows of a split table that take part, under their old index, with the labels in place of `looks`.

    `looks`: the table as it is. `shuffled`: as many rows as before have label 1, but which is drawn by cluster (person or
    component of near-duplicates). `ordinary`: only the rows with looks 0; label 0 for the first of the sources `ordinary`
    and 1 for the others, or halves drawn by cluster where there is one source only.

    Which clusters are labelled 1 depends on the seed, not on the other rows: a cluster that lies in two sets has the same
    label in both, but where a set is cut between 0 and 1.

    Raises BeholderError where only one label is left.
    """
    if labels == "looks":
        return table
    rows = table if labels == "shuffled" else table[table["looks"] == 0]
    if labels == "ordinary" and len(ordinary) > 1:
        dealt = (rows["source"] != ordinary[0]).to_numpy(int)
    else:
        wanted = (rows["looks"] == 1).sum() if labels == "shuffled" else len(rows) / 2
        dealt = _drawn(rows["cluster"].to_numpy(int), wanted, seed)
    if len(np.unique(dealt)) < 2:
        raise BeholderError(
            f"recipe with `labels: {labels}`: all {len(rows)} photographs of a set have one label. It needs more persons, "
            "or in every set photographs of two sources with `looks: 0`."
        )
    return rows.assign(looks=dealt)


def control_kind(labels: Labels, ordinary: Sequence[str]) -> str:
    """Return what a control tells apart: `shuffled` labels, the `sources` of ordinary people, or `halves` of one source."""
    if labels != "ordinary":
        return labels
    return "sources" if len(ordinary) > 1 else "halves"


def _drawn(clusters: np.ndarray, wanted: float, seed: int) -> np.ndarray:
    """Return 0/1 [N]: clusters in random order are 1 until as near to `wanted` rows are as whole clusters allow."""
    names, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    # Numbers of a generator do not depend on how many more are drawn, so those of a cluster are its own.
    order = np.argsort(np.random.default_rng([seed, 10]).random(names.max(initial=0) + 1)[names])
    middle = np.empty(len(names))
    middle[order] = np.cumsum(sizes[order]) - sizes[order] / 2
    return (middle < wanted).astype(int)[codes]
