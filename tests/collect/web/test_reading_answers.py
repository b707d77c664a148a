"""How the services' words become ours."""

from datetime import date

import pytest

from beholder.collect.web.licences import CODES, licence_code
from beholder.collect.web.sources.commons import _day, plain_text
from beholder.common.errors import BeholderError
from beholder.config.load import load_config


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CC BY-SA 4.0", "by-sa"),
        ("cc-by-sa-3.0-de", "by-sa"),
        ("CC BY 2.0", "by"),
        ("Creative Commons Attribution-Share Alike 4.0", "by-sa"),
        ("Creative Commons Attribution-NonCommercial-NoDerivs 2.0", "by-nc-nd"),
        ("CC BY-NC-ND 2.0", "by-nc-nd"),
        ("by-nc", "by-nc"),
        ("CC0", "cc0"),
        ("cc-zero", "cc0"),
        ("Public domain", "public-domain"),
        ("PD-USGov", "public-domain"),
        ("Public Domain Mark 1.0", "public-domain"),
        ("No restrictions", "public-domain"),
        ("GFDL", "other"),
        ("All rights reserved by the photographer", "other"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_licences_have_one_name_each(text, code):
    assert licence_code(text) == code
    assert code in CODES


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<a href="//x" title="User:É">Élise &amp; Co</a>', "Élise & Co"),
        ("  two\n lines ", "two lines"),
        ("https://example.org/a_b", "https://example.org/a_b"),
        ("<script>alert(1)</script>A. Painter", "A. Painter"),
        (False, None),
        (None, None),
    ],
)
def test_metadata_lose_their_markup(markup, text):
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2012-05-06 10:11:12", date(2012, 5, 6)),
        ("2012:05:06 10:11:12", date(2012, 5, 6)),
        ("Taken on 6 May 2012", None),
        ("circa 1990", None),
        ("2012-13-45", None),
        (None, None),
    ],
)
def test_only_a_whole_date_is_a_day(text, day):
    assert _day(text) == day


def test_bing_has_to_be_switched_on_knowingly():
    source = {"kind": "bing", "looks": 1, "people": "people.tsv", "requests": {"contact": "me@example.org"}}
    for accepted in ({}, {"accept_unclear_terms": False}):
        with pytest.raises(BeholderError, match=r"collect\.sources\.stars\.accept_unclear_terms"):
            load_config({"name": "x", "collect": {"sources": {"stars": {**source, **accepted}}}})


def test_requests_need_a_contact_and_queries_a_name():
    source = {
        "kind": "commons",
        "looks": 1,
        "people": "people.tsv",
        "requests": {"contact": "nobody"},
        "query": "portrait",
    }
    with pytest.raises(BeholderError) as error:
        load_config({"name": "x", "collect": {"sources": {"stars": source}}})
    assert "requests.contact: 'nobody'" in str(error.value)
    assert "needs {name} where the person's name belongs" in str(error.value)
