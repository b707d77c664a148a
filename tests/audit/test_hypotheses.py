"""What the audit's numbers say of each cause of a lit background."""

import re

import numpy as np
import pandas as pd
import pytest

from beholder.audit.hypotheses import HYPOTHESES, PART_WORDS
from beholder.audit.hypothesis_tests import as_markdown, conclude, limits, put_to_test, read
from beholder.audit.origins import PARTS
from beholder.audit.table import row, tidy
from beholder.audit.uncertainty import Interval
from beholder.config.audit import Flags, Hypotheses

LIMITS = limits(Hypotheses(), Flags(), 0.15)
RUN = {"model": "net", "background": "original", "recipe": "short"}


def about(value, half=0.01):
    return Interval(value, value - half, value + half)


def table(whole=0.3, reliance=0.02, **parts):
    rows = [row("heatmap_asymmetry", about(whole), detail="right/person", group="normal")]
    rows += [
        row("heatmap_part", about(parts.get(part, 0.0)), detail=f"right/person/{part}", group="normal")
        for part in PARTS
    ]
    rows.append(row("background_reliance", about(reliance), detail="main"))
    shared = tidy([row("probe_auroc", about(0.9), detail="pixels")], background="original")
    return pd.concat([tidy(rows, **RUN), shared], ignore_index=True)


def answers(found):
    return (
        put_to_test(found, LIMITS, "person").drop_duplicates("hypothesis").set_index("hypothesis")["answer"].to_dict()
    )


@pytest.mark.parametrize(
    ("low", "high", "reading"),
    [
        (0.06, 0.2, "speaks for it"),
        (-0.2, -0.06, "speaks for it"),
        (-0.04, 0.05, "speaks against it"),
        (0.0, 0.2, "open"),
        (np.nan, np.nan, "open"),
    ],
)
def test_a_whole_interval_beyond_or_within_the_limit_speaks(low, high, reading):
    assert read(low, high, 0.05) == reading


def test_a_prediction_of_a_small_value_is_read_the_other_way():
    assert read(0.0, 0.1, 0.15, small=True) == "speaks for it"
    assert read(0.2, 0.3, 0.15, small=True) == "speaks against it"


def test_the_cause_that_carries_the_lean_is_named():
    found = answers(table(drawing=0.2, frame=0.1))
    assert found["H1"] == found["H2"] == "yes"
    assert found["H4"] == "no" and found["H5"] == "no"


def test_a_part_that_pulls_the_other_way_explains_nothing():
    found = answers(table(whole=0.3, drawing=0.4, outline=-0.1))
    assert found["H7"] == "no: it works the other way"
    assert answers(table(whole=-0.3, outline=-0.1))["H7"].startswith("yes"), "the lean is to the left here"
    assert answers(table(whole=0.0, outline=-0.1))["H7"].startswith("yes"), "parts may cancel"


def test_a_value_of_the_other_sign_than_predicted_explains_nothing():
    rows = [
        row("against_own_class", about(-0.2), detail="person less outside", group="normal"),
        row("weight_cosine", about(-0.95)),
        row("frame_prior", about(-0.3), detail="constant_trained/right", group="normal"),
    ]
    found = put_to_test(pd.concat([table(), tidy(rows, **RUN)], ignore_index=True), LIMITS, "person")
    readings = found.set_index("metric")["reading"]
    for metric in ("against_own_class", "weight_cosine", "frame_prior"):
        assert readings[metric] == "works the other way", metric


def test_swaps_of_the_wanted_cut_without_an_effect_are_not_replaced_by_another_cut():
    rows = [row("background_reliance", float("nan"), detail="mask=person", note="no effect")]
    found = put_to_test(pd.concat([table(reliance=0.6), tidy(rows, **RUN)], ignore_index=True), LIMITS, "person")
    assert set(found.loc[found["metric"] == "background_reliance", "reading"]) == {"not tested"}


def test_background_that_decides_takes_an_intervention():
    assert answers(table(content=0.3))["H5"] == "no, but not all tests agree"
    assert answers(table(reliance=0.6, content=0.3))["H5"] == "yes"
    assert answers(table(reliance=0.6))["H5"] == "yes, but not all tests agree"


def test_what_was_not_measured_is_not_tested():
    found = put_to_test(table(), LIMITS, "person")
    assert answers(table())["H6"] == "not tested", "a probe tells what could be used, not what is"
    untested = found[found["reading"] == "not tested"]
    assert untested["estimate"].isna().all() and (untested["question"] != "").all()
    probe = found[(found["hypothesis"] == "H6") & (found["metric"] == "probe_auroc")].iloc[0]
    assert probe["reading"] == "speaks for it", "rows of the background serve all its models"


def test_an_open_primary_test_leaves_the_answer_open():
    readings = [{"primary": True, "reading": "open"}, {"primary": False, "reading": "speaks for it"}]
    assert conclude(readings) == "open"
    assert conclude([]) == "not tested"


def test_every_limit_and_part_is_known():
    predictions = [test for hypothesis in HYPOTHESES for test in hypothesis.tests]
    assert {test.limit for test in predictions} <= set(LIMITS)
    assert all(any(test.primary for test in hypothesis.tests) for hypothesis in HYPOTHESES)
    named = {test.detail.rsplit("/", 1)[1] for test in predictions if test.metric == "heatmap_part"}
    assert named == set(PARTS) == set(PART_WORDS)


def test_the_answers_are_told_in_words():
    found = table(drawing=0.2, frame=0.1)
    text = as_markdown(put_to_test(found, LIMITS, "person"), found, "person")
    assert "## net, original background, recipe short" in text
    assert "leans right: right less left is +0.30 (+0.29 to +0.31)" in text and "drawing +0.20" in text
    assert len(re.findall(r"^\| H\d ", text, re.MULTILINE)) == len(HYPOTHESES)


def test_the_background_is_what_lies_outside_the_mask_of_the_maps():
    """Swaps that cut out the face leave hair with the background; maps compared with the person do not."""
    other = tidy([row("background_reliance", about(0.6), detail="mask=person")], **RUN)
    found = pd.concat([table(), other], ignore_index=True)
    assert answers(found)["H5"].startswith("yes")
    by_face = put_to_test(found, LIMITS, "face")
    assert by_face.loc[by_face["metric"] == "background_reliance", "estimate"].unique().tolist() == [0.02]
