"""Tests between models: the known answers of the audit's reference."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from beholder.audit.comparisons import benjamini_hochberg, equivalence, holm, mcnemar, sign_flip
from beholder.audit.multiplicity import adjusted_rows
from beholder.audit.table import pick, row, tidy


def test_sign_flip_of_ten_equal_differences():
    assert sign_flip(np.full(10, 0.3)) == pytest.approx(2 / 1024)


def test_sign_flip_agrees_with_scipy():
    values = np.random.default_rng(0).normal(0.5, 1, 12)
    reference = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip(values) == pytest.approx(reference.pvalue, abs=1e-3)
    many = np.random.default_rng(1).normal(0.25, 1, 60)
    assert sign_flip(many) == pytest.approx(stats.ttest_1samp(many, 0).pvalue, abs=0.02)


def test_sign_flip_of_five_clusters_is_missing():
    assert np.isnan(sign_flip(np.ones(5)))
    assert np.isnan(sign_flip(np.array([1.0] * 5 + [np.nan])))


@pytest.mark.parametrize(("counts", "p"), [((1, 9), 0.0215), ((5, 5), 1), ((0, 0), np.nan)])
def test_mcnemar(counts, p):
    assert mcnemar(*counts) == pytest.approx(p, abs=1e-4, nan_ok=True)


def test_corrections():
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert holm(np.array([0.9, np.nan, 0.8])) == pytest.approx([1, np.nan, 1], nan_ok=True)
    assert np.isnan(benjamini_hochberg(np.array([np.nan]))).all()


def test_equivalence():
    assert equivalence(0.002, 0.004, 0.01) == pytest.approx((0.0228, True), abs=1e-4)
    assert not equivalence(0.02, 0.004, 0.01).equivalent
    assert not equivalence(0.0, 0.0, 0.01).equivalent


def test_p_values_of_all_models_are_adjusted_together():
    models = {"a": (0.01, 0.04), "b": (0.03, 0.005)}
    tables = [
        tidy(
            [
                row("background_effect_p", primary, detail="main"),
                *(
                    row("occlusion_p", p, detail=region)
                    for region, p in zip(("eyes", "nose"), models[name], strict=True)
                ),
            ],
            model=name,
            background="original",
            recipe="short",
        )
        for name, (primary, _) in models.items()
    ]
    other = tidy([row("background_effect_p", 0.02, detail="main")], model="a", background="white", recipe="short")
    single = tables[0].assign(seed="0")
    found = adjusted_rows(pd.concat([*tables, other, single], ignore_index=True))
    about = {"model": "a", "background": "original"}
    assert pick(found, metric="background_effect_p_adjusted", **about)["estimate"] == pytest.approx(0.02)
    assert pick(found, metric="background_effect_p_adjusted", background="white")["estimate"] == pytest.approx(0.02)
    eyes = pick(found, metric="occlusion_p_adjusted", detail="eyes", **about)
    assert eyes["estimate"] == pytest.approx(0.02)
    assert eyes["note"] == "exploratory: Benjamini-Hochberg over 4 tests"
    assert len(found) == 7
    assert adjusted_rows(other.iloc[:0]).empty
