import pandas as pd
import pytest

from beholder.common.errors import BeholderError
from beholder.figures.funnel import check_funnel, plot_funnel

from . import fabricate


@pytest.fixture
def funnel(tmp_path):
    return pd.read_csv(fabricate.funnel(tmp_path / "funnel.csv"))


def test_counts_that_do_not_add_up_are_refused(funnel):
    check_funnel(funnel)
    funnel.loc[3, "count"] += 1
    with pytest.raises(BeholderError, match="`stars`"):
        check_funnel(funnel)


def test_every_count_and_its_share_are_written(funnel):
    figure = plot_funnel(funnel)
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles == ["good: stars", "normal: fairface", "normal: street"]
    texts = [text.get_text() for text in figure.axes[1].texts]
    assert "3,200" in texts and "811 (25.3%)" in texts and "2,098 (65.6%)" in texts
    assert "2,582 of 3,812 photographs kept" in figure.texts[1].get_text()


def test_bars_fall_from_collected_to_kept(funnel):
    bars = plot_funnel(funnel).axes[0].patches
    lefts = [bar.get_x() for bar in bars]
    assert lefts[0] == 0 and lefts[-1] == 0
    assert lefts[1:-1] == sorted(lefts[1:-1], reverse=True)
    assert lefts[-2] == bars[-1].get_width(), "the last reason leaves what is kept"


def test_reasons_that_never_occur_are_left_out(funnel):
    labels = [label.get_text() for label in plot_funnel(funnel).axes[0].get_yticklabels()]
    assert labels[0] == "collected" and labels[-1] == "kept"
    assert "too small" not in labels and "several faces" in labels
