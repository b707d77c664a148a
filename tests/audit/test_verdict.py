"""Words from numbers: the toy cases of the audit's reference, gates, robustness, qualifiers."""

from dataclasses import replace

import numpy as np
import pytest

from beholder.audit.evidence import read_evidence
from beholder.audit.table import row, tidy
from beholder.audit.uncertainty import Interval
from beholder.audit.verdict import IMPRECISE, MAIN, MIXED, QUALIFIERS, Evidence, judge, level_for
from beholder.config.audit import Gates, Thresholds, Verdict

SURE = Interval(1.0, 0.99, 1.0)


def about(value, width=0.01):
    return Interval(value, value - width, value + width)


def evidence(reliance=0.003, conflict=SURE, **changes):
    base = Evidence(
        reliance=reliance if isinstance(reliance, dict) else {MAIN: about(reliance)},
        conflict_accuracy={MAIN: conflict},
        no_effect=False,
        interaction_ratio=0.05,
        self_paste=0.02,
        balanced_accuracy=Interval(0.99, 0.98, 1.0),
        mask_ok=0.99,
        clusters_per_class=43,
        seeds=10,
        shared_persons=0,
        planted_dose=True,
    )
    return replace(base, **changes)


@pytest.mark.parametrize(
    ("numbers", "label"),
    [
        (evidence(0.003), "face"),
        (evidence(0.086), "face"),
        (evidence(0.219), "undetermined"),
        (evidence(0.999, about(0.0)), "background"),
        (evidence(0.30, about(0.65)), "background"),
    ],
    ids=["dose 0", "dose .8", "dose 1", "no face cue", "background wins conflicts"],
)
def test_planted_doses(numbers, label):
    assert judge(numbers, Verdict()).label == label


def test_reasons_for_undetermined():
    assert judge(evidence(0.219), Verdict()).reasons == [MIXED]
    wide = evidence(reliance={MAIN: Interval(0.1, 0.05, 0.2)})
    assert judge(wide, Verdict()).reasons == [IMPRECISE]
    xor = evidence(
        reliance={MAIN: Interval(np.nan, np.nan, np.nan)},
        conflict=about(0.5, 0.4),
        no_effect=True,
        interaction_ratio=np.inf,
    )
    verdict = judge(xor, Verdict())
    assert verdict.label == "undetermined" and any("interaction" in reason for reason in verdict.reasons)
    assert verdict.leaning == "undetermined", "who wins conflicts is chance where nothing has an effect"


def test_a_face_may_not_win_by_missing_numbers():
    missing = Interval(0.01, np.nan, np.nan)
    assert judge(evidence(reliance={MAIN: missing}), Verdict()).label == "undetermined"
    assert judge(evidence(reliance={}), Verdict()).reasons == ["no swaps"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"clusters_per_class": 19}, "persons"),
        ({"seeds": 9}, "seeds"),
        ({"mask_ok": 0.89}, "masks"),
        ({"self_paste": 0.11}, "pasting"),
        ({"self_paste": np.nan}, "pasting"),
        ({"interaction_ratio": 0.6}, "interaction"),
        ({"balanced_accuracy": Interval(0.7, 0.59, 0.8)}, "accuracy"),
        ({"shared_persons": 1}, "both sides"),
        ({"planted_dose": None}, "power"),
        ({"planted_dose": False}, "planted"),
        ({"no_effect": True}, "neither face nor background"),
    ],
)
def test_every_gate_withholds_the_verdict_and_says_why(change, word):
    verdict = judge(evidence(**change), Verdict())
    assert verdict.label == "undetermined" and verdict.leaning == "face"
    assert len(verdict.reasons) == 1 and word in verdict.reasons[0]
    assert "would say: looks at the face" in verdict.headline


def test_the_planted_dose_may_be_waived_but_not_failed():
    waived = Verdict(gates=Gates(planted_dose="optional"))
    assert judge(evidence(planted_dose=None), waived).label == "face"
    assert judge(evidence(planted_dose=False), waived).label == "undetermined"


def test_a_verdict_that_depends_on_the_compositing_is_withdrawn():
    numbers = evidence(
        reliance={MAIN: about(0.01), "fill=blur": about(0.02), "mask=face": about(0.6)},
        conflict_accuracy={MAIN: SURE, "fill=blur": SURE, "mask=face": SURE},
    )
    verdict = judge(numbers, Verdict())
    assert verdict.reasons == ["depends on mask: hair, neck or clothing contribute"]
    unsure = {MAIN: about(0.01), "fill=blur": Interval(0.05, 0.0, 0.3)}
    assert judge(evidence(reliance=unsure, conflict_accuracy=dict.fromkeys(unsure, SURE)), Verdict()).label == "face"


def test_only_what_is_sure_is_contradicted_and_hair_only_by_another_cut():
    sure = {"fill=mean": Interval(0.12, 0.06, 0.149)}
    unsure = evidence(
        reliance={MAIN: Interval(0.12, 0.06, 0.16)} | sure, conflict_accuracy={MAIN: SURE, "fill=mean": SURE}
    )
    assert judge(unsure, Verdict()).reasons == [IMPRECISE]
    ellipse = {MAIN: about(0.01), "mask=ellipse": about(0.6)}
    assert judge(evidence(ellipse, conflict_accuracy=dict.fromkeys(ellipse, SURE)), Verdict()).reasons == [
        "depends on mask"
    ]
    mixed = {MAIN: about(0.25), "placement=target": about(0.6)}
    found = judge(evidence(mixed, conflict_accuracy=dict.fromkeys(mixed, SURE)), Verdict())
    assert found.reasons == ["depends on placement", MIXED]


def test_a_gain_is_no_loss():
    better = {"harmonise_drop": Interval(-0.05, -0.07, -0.03), "leakage_gain": Interval(-0.01, -0.02, -0.005)}
    verdict = judge(evidence(measures=better), Verdict())
    assert verdict.label == "face" and verdict.qualifiers["leakage"] == verdict.qualifiers["processing"] == "not found"


def test_of_several_rows_the_surest_counts():
    rows = [
        row("subgroup_gap", Interval(0.12, -0.05, 0.3), detail="race"),
        row("subgroup_gap", Interval(0.3, np.nan, np.nan), detail="age"),
        row("subgroup_gap", Interval(0.09, 0.06, 0.12), detail="gender"),
    ]
    needed = [
        *(row(name, about(0.1), detail=MAIN) for name in ("background_reliance", "conflict_accuracy")),
        row("interaction_ratio", 0.0, detail=MAIN),
        row("balanced_accuracy", about(1.0), detail="original"),
        *(row(name, 1.0) for name in ("self_paste", "mask_ok", "clusters_per_class", "seeds", "shared_persons")),
    ]
    assert read_evidence(tidy(needed + rows)).measures["subgroup_gap"].estimate == 0.09


def test_qualifiers_are_found_not_found_or_not_tested():
    measures = {
        "background_only_auroc": about(0.9),
        "leakage_gain": Interval(0.0, 0.0, 0.0),
        "content_asymmetry": about(-0.21),
        "geometry_probe_auroc": Interval(0.8, 0.7, 0.9),
    }
    verdict = judge(evidence(measures=measures), Verdict())
    assert verdict.label == "face"
    assert verdict.qualifiers["surroundings of the face"] == "found"
    assert verdict.qualifiers["leakage"] == verdict.qualifiers["framing"] == "not found"
    assert verdict.qualifiers["dataset identity"] == "not tested"
    assert "Not tested: processing, dataset identity" in verdict.headline
    assert set(verdict.qualifiers) == set(QUALIFIERS)


def test_processing_that_is_used_replaces_the_face_but_not_the_background():
    decodable = {"tensor_probe_auroc": about(0.95)}
    used = decodable | {"within_class_r": about(0.5)}
    assert judge(evidence(measures=decodable), Verdict()).label == "face"
    assert judge(evidence(measures=used), Verdict()).label == "processing"
    assert judge(evidence(0.9, measures=used), Verdict()).label == "background"


def test_thresholds_come_from_the_config():
    strict = Verdict(thresholds=Thresholds(bri_face_max=0.05))
    assert judge(evidence(0.086), strict).label == "undetermined"
    assert level_for(0.95, 5) == pytest.approx(0.99)


def test_headline_reads_as_a_sentence():
    headline = judge(evidence(0.04), Verdict(), "ResNet34, original background").headline
    assert headline.startswith(
        "ResNet34, original background: looks at the face. Background carries 4% of the swap effect "
        "[3% to 5%; 43 persons in the smaller class, 10 seeds]. The face won 100% of conflicts."
    )
