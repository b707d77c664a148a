"""Labels for negative controls: whole persons, the same number, the same every time."""

import numpy as np
import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from beholder.splits.controls import control_kind, relabel


def table(sizes=(1, 2, 3, 4), clusters=400, seed=0, sources=("street", "square")) -> pd.DataFrame:
    """Return a split table; persons of group 1 have many photographs, those of group 0 few."""
    looks = np.arange(clusters) % 2
    count = np.random.default_rng(seed).choice(sizes, clusters) * (1 + looks)
    cluster = np.repeat(np.arange(clusters), count)
    return pd.DataFrame(
        {
            "image_id": [f"a/{n}" for n in range(len(cluster))],
            "cluster": cluster,
            "looks": looks[cluster],
            "source": np.where(looks[cluster] == 1, "stars", np.array(sources)[cluster // 2 % len(sources)]),
            "flip": 0,
        }
    )


def test_shuffled_labels_keep_persons_whole_and_the_groups_as_large():
    true = table()
    shuffled = relabel(true, "shuffled", seed=3)
    assert (shuffled.groupby("cluster")["looks"].nunique() == 1).all()
    assert abs(shuffled["looks"].sum() - true["looks"].sum()) <= 4
    assert shuffled.drop(columns="looks").equals(true.drop(columns="looks"))
    persons = pd.DataFrame({"true": true["looks"], "new": shuffled["looks"], "cluster": true["cluster"]})
    agree = persons.drop_duplicates("cluster").eval("true == new").mean()
    assert 0.4 < agree < 0.6, "new labels say nothing of the old ones"


def test_the_same_seed_draws_the_same_labels_and_another_one_others():
    once, again, other = (relabel(table(), "shuffled", seed=seed)["looks"] for seed in (1, 1, 2))
    assert once.equals(again)
    assert 0.3 < (once != other).mean() < 0.7


def test_a_person_in_two_sets_has_one_label():
    whole = table()
    train, test = whole[whole["cluster"] < 300], whole[whole["cluster"] % 3 == 0]
    labels = [relabel(part, "shuffled", seed=0).groupby("cluster")["looks"].first() for part in (train, test)]
    both = pd.concat(labels, axis=1, join="inner").to_numpy()
    assert len(both) == 100 and (both[:, 0] == both[:, 1]).mean() > 0.9


def test_ordinary_people_are_told_apart_by_source():
    found = relabel(table(), "ordinary", seed=0, ordinary=["street", "square"])
    assert set(found["source"]) == {"street", "square"}
    assert found["looks"].equals((found["source"] == "square").astype(int))
    assert control_kind("ordinary", ["street", "square"]) == "sources"


def test_ordinary_people_of_one_source_are_halved_by_person():
    found = relabel(table(sources=("street",)), "ordinary", seed=0, ordinary=["street"])
    assert (found.groupby("cluster")["looks"].nunique() == 1).all()
    assert found["looks"].mean() == pytest.approx(0.5, abs=0.02)
    assert control_kind("ordinary", ["street"]) == "halves"


def test_the_groups_themselves_are_left_alone():
    true = table()
    assert relabel(true, "looks", seed=0) is true


def test_one_person_cannot_be_shuffled():
    with pytest.raises(BeholderError, match="needs more persons"):
        relabel(table(clusters=2).query("looks == 0"), "ordinary", seed=0, ordinary=["street"])
