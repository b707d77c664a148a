"""Each service, played in its own format."""

import json
from datetime import date

import pytest

from beholder.common.errors import BeholderError
from collect.servers.lists import works
from collect.servers.services import FakeBing, FakeCommons, FakeOpenverse
from collect.servers.web import Reply

ADA = "Ada Lovelace"


def test_commons_pages_are_followed_in_order_with_licence_author_and_date(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 7)})
    commons.page_size = 3
    run = collect("commons", [ADA], per_person=7, api=commons.api)
    taken = run.outcomes[ADA].taken
    assert [photograph.candidate.title for photograph in taken] == [f"{ADA} {n}.jpg" for n in range(7)]
    assert [photograph.rank for photograph in taken] == list(range(1, 8))
    first = taken[0].candidate
    assert (first.licence, first.author, first.captured) == ("CC BY-SA 4.0", "Someone", date(2012, 5, 6))
    assert first.attribution == (
        "“Ada Lovelace 0.jpg” by Someone, CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0), via Wikimedia Commons"
    )
    searches = [request for request in run.asked if request.path == "/w/api.php"]
    assert [request.query.get("gsroffset") for request in searches] == [None, "3", "6"]
    assert all(request.query["gsrnamespace"] == "6" and request.query["maxlag"] == "5" for request in searches)


def test_commons_stops_searching_once_there_are_enough(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 9)})
    commons.page_size = 3
    run = collect("commons", [ADA], per_person=2, api=commons.api)
    assert [request.path for request in run.asked] == ["/w/api.php", f"/files/{ADA} 0.jpg", f"/files/{ADA} 1.jpg"]


def test_commons_lag_is_waited_for(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 1)})
    answer = web.routes["/w/api.php"]
    lag = {
        "error": {
            "code": "maxlag",
            "info": "Waiting for 10.64.16.7: 6.2 seconds lagged",
            "host": "10.64.16.7",
            "lag": 6.2,
        }
    }

    def lagging(request):
        if request.number == 1:
            return Reply(json.dumps(lag).encode(), 200, {"Retry-After": "1", "X-Database-Lag": "6"})
        return answer(request)

    web.routes["/w/api.php"] = lagging
    run = collect("commons", [ADA], per_person=1, api=commons.api)
    assert len(run.outcomes[ADA].taken) == 1
    assert run.asked[1].time - run.asked[0].time >= 1.0


def test_commons_files_that_are_no_photographs_are_not_fetched(web, collect):
    drawing, *photographs = works(ADA, 3)
    drawing.mime = "image/svg+xml"
    commons = FakeCommons(web, {ADA: [drawing, *photographs]})
    run = collect("commons", [ADA], api=commons.api)
    assert f"/files/{drawing.name}" not in web.asked()
    assert len(run.outcomes[ADA].taken) == 2


def test_openverse_anonymous_pages_hold_20_and_keep_its_attribution_line(web, collect):
    openverse = FakeOpenverse(web, {ADA: works(ADA, 25)})
    run = collect("openverse", [ADA], per_person=25, api=openverse.api)
    pages = [request.query for request in run.asked if request.path == "/v1/images/"]
    assert [(page["page"], page["page_size"], page["license"]) for page in pages] == [
        ("1", "20", "pdm,cc0,by,by-sa"),
        ("2", "20", "pdm,cc0,by,by-sa"),
    ]
    photograph = run.outcomes[ADA].taken[24].candidate
    assert photograph.licence == "CC BY-SA 2.0"
    assert photograph.attribution.startswith('"Ada Lovelace 24.jpg" by Someone is licensed under CC BY-SA 2.0.')
    assert photograph.page.startswith("https://www.flickr.com/")


def test_openverse_token_goes_to_openverse_alone(web, collect, monkeypatch):
    monkeypatch.setenv("OPENVERSE_TOKEN", "secret")
    openverse = FakeOpenverse(web, {ADA: works(ADA, 1)}, token="secret")
    run = collect("openverse", [ADA], api=openverse.api, token_variable="OPENVERSE_TOKEN")
    assert len(run.outcomes[ADA].taken) == 1
    assert {request.path for request in run.asked if "Authorization" in request.headers} == {"/v1/images/"}


def test_openverse_token_that_is_refused_is_explained(web, collect, monkeypatch):
    monkeypatch.setenv("OPENVERSE_TOKEN", "expired")
    openverse = FakeOpenverse(web, {ADA: works(ADA, 1)}, token="secret")
    with pytest.raises(BeholderError, match="OPENVERSE_TOKEN"):
        collect("openverse", [ADA], api=openverse.api, token_variable="OPENVERSE_TOKEN")
    monkeypatch.delenv("OPENVERSE_TOKEN")
    with pytest.raises(BeholderError, match="OPENVERSE_TOKEN is empty"):
        collect("openverse", [ADA], api=openverse.api, token_variable="OPENVERSE_TOKEN")


def test_bing_pages_give_address_and_landing_page(web, collect):
    bing = FakeBing(web, {"Ada Lovelace portrait": works(ADA, 23)})
    run = collect("bing", [ADA], per_person=23, query="{name} portrait", address=web.url, accept_unclear_terms=True)
    taken = run.outcomes[ADA].taken
    assert len(taken) == 23
    assert taken[0].candidate.page == "https://example.org/Ada%20Lovelace%200.jpg.html"
    assert taken[0].candidate.licence is None
    searches = [request.query for request in run.asked if request.path == "/images/async"]
    assert [(search["first"], search["qft"]) for search in searches] == [
        ("0", " filterui:photo-photo"),
        ("20", " filterui:photo-photo"),
    ]
    assert bing.web is web


def test_bing_is_not_searched_where_its_robots_txt_forbids_it(web, collect):
    FakeBing(web, {ADA: works(ADA, 3)})
    web.file("/robots.txt", b"User-agent: *\nDisallow: /images/async\n")
    run = collect("bing", [ADA], address=web.url, accept_unclear_terms=True)
    assert "robots" in run.outcomes[ADA].trouble
    assert web.asked() == []


def test_urls_are_taken_from_a_table_with_what_it_says(web, collect, tmp_path):
    portrait = works(ADA, 1)[0]
    url = web.file("/portrait.jpg", portrait.body)
    table = tmp_path / "addresses.csv"
    table.write_text(f"person,url,licence,author,captured\n{ADA},{url},Public domain,A Painter,1999-12-31\n")
    run = collect("urls", [ADA, "Nobody Listed"], table=str(table))
    (taken,) = run.outcomes[ADA].taken
    assert (taken.candidate.licence, taken.candidate.captured) == ("Public domain", date(1999, 12, 31))
    assert taken.candidate.attribution == f"A Painter, Public domain, {url}"
    assert run.outcomes["Nobody Listed"].taken == []


def test_urls_table_with_a_wrong_date_names_the_line(web, collect, tmp_path):
    table = tmp_path / "addresses.csv"
    table.write_text(f"person,url,captured\n{ADA},{web.url}/1.jpg,\n{ADA},{web.url}/2.jpg,31.12.1999\n")
    with pytest.raises(BeholderError, match=r"addresses.csv, line 3: `captured` is '31.12.1999'"):
        collect("urls", [ADA], table=str(table))


def test_filters_look_at_licence_date_and_size(web, collect):
    small, old, undated, unfree, good = works(ADA, 5)
    small.width = small.height = 90
    old.taken = "1950-01-01"
    undated.taken = "circa 1990"
    unfree.licence = "CC BY-NC-ND 2.0"
    commons = FakeCommons(web, {ADA: [small, old, undated, unfree, good]})
    filters = {"taken_from": "2000-01-01", "undated": "reject"}
    outcome = collect("commons", [ADA], api=commons.api, filters=filters).outcomes[ADA]
    assert outcome.left_out == {"too_small": 1, "date": 1, "undated": 1, "licence": 1}
    assert [photograph.candidate.title for photograph in outcome.taken] == [good.name]
    assert len(web.asked("/files/")) == 1
