"""Everything that goes wrong on the web, on a real server: photographs are lost one by one, with a reason, and nothing else is."""

import itertools
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from collect.servers.lists import works
from collect.servers.pictures import bomb, picture
from collect.servers.services import FakeCommons
from collect.servers.web import FakeWeb, Reply

ADA = "Ada Lovelace"
GOOD = picture("good")


@pytest.fixture
def fetch(web, collect, tmp_path):
    """Collect one address after a good photograph; return what came of it and the paths asked for."""

    def run(url: str, **requests):
        good = web.file("/good.jpg", GOOD)
        table = tmp_path / "addresses.csv"
        table.write_text(f'person,url,licence\n{ADA},"{url}",CC0\n{ADA},{good},CC0\n')
        ran = collect("urls", [ADA], table=str(table), requests=requests)
        outcome = ran.outcomes[ADA]
        assert outcome.taken[-1].candidate.url == good, "the good photograph must not suffer"
        reason = next(iter(outcome.left_out), None)
        return reason, [request.path for request in ran.asked if request.path != "/good.jpg"]

    return run


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "html"),
        (b"\xef\xbb\xbf\n <HTML><head>", "html"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "svg"),
        (bomb(), "bomb"),
        (GOOD[: len(GOOD) * 2 // 3], "damaged"),
        (picture("p", kind="PNG")[:-30], "damaged"),
        (picture("g", kind="GIF"), "not_an_image"),
        (b"%PDF-1.7 ...", "not_an_image"),
        (b"", "not_an_image"),
        (picture("small", 100, 300), "too_small"),
    ],
    ids=["html", "html-bom", "svg", "bomb", "cut-jpeg", "cut-png", "gif", "pdf", "empty", "small"],
)
def test_content_decides_not_the_name_or_the_header(web, fetch, body, reason):
    url = web.file("/photo.jpg", body, Content_Type="image/jpeg")
    assert fetch(url) == (reason, ["/photo.jpg"])


def test_a_photograph_under_a_wrong_name_and_type_is_taken(web, fetch):
    url = web.file("/script.html", picture("right", kind="WEBP"), Content_Type="text/html")
    assert fetch(url)[0] is None


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "not_found"), (410, "not_found"), (403, "forbidden"), (418, "http_418")]
)
def test_refusals_are_not_asked_again(web, fetch, status, reason):
    web.routes["/photo.jpg"] = lambda request: Reply(GOOD, status)
    assert fetch(f"{web.url}/photo.jpg") == (reason, ["/photo.jpg"])


def test_a_burst_of_500_is_outlasted(web, fetch):
    web.routes["/photo.jpg"] = lambda request: Reply(picture("late"), 500 if request.number < 3 else 200)
    assert fetch(f"{web.url}/photo.jpg") == (None, ["/photo.jpg"] * 3)


def test_endless_500_is_given_up(web, fetch):
    web.routes["/photo.jpg"] = lambda request: Reply(b"", 500)
    assert fetch(f"{web.url}/photo.jpg") == ("server_error", ["/photo.jpg"] * 3)


def test_429_without_retry_after_is_tried_again_with_back_off(web, fetch):
    web.routes["/photo.jpg"] = lambda request: Reply(picture("late"), 429 if request.number < 3 else 200)
    reason, asked = fetch(f"{web.url}/photo.jpg", back_off=0.1)
    times = [request.time for request in web.requests if request.path == "/photo.jpg"]
    assert (reason, len(asked)) == (None, 3)
    assert times[1] - times[0] >= 0.1
    assert times[2] - times[1] >= 0.2


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_goes_before_the_back_off_and_holds_for_the_whole_host(web, fetch, form):
    moment = datetime.now(UTC) + timedelta(seconds=2)
    wait = "1" if form == "seconds" else format_datetime(moment, usegmt=True)

    def limited(request):
        return Reply(b"", 429, {"Retry-After": wait}) if request.number == 1 else Reply(picture("late"))

    web.routes["/photo.jpg"] = limited
    assert fetch(f"{web.url}/photo.jpg", back_off=30.0)[0] is None
    first, second = (request.time for request in web.requests if request.path == "/photo.jpg")
    assert 0.9 <= second - first < 5


def test_a_host_that_wants_to_be_left_alone_for_an_hour_is(web, collect, tmp_path):
    web.routes["/photo.jpg"] = lambda request: Reply(b"", 503, {"Retry-After": "3600"})
    table = tmp_path / "addresses.csv"
    table.write_text(f"person,url,licence\n{ADA},{web.url}/photo.jpg,CC0\n{ADA},{web.file('/good.jpg', GOOD)},CC0\n")
    started = time.monotonic()
    run = collect("urls", [ADA], table=str(table))
    assert run.outcomes[ADA].left_out == {"rate_limited": 2}
    assert web.asked() == ["/photo.jpg"]
    assert time.monotonic() - started < 5


def test_stalled_and_dripping_bodies_are_given_up_in_time(web, fetch):
    def stall():
        yield GOOD[:500]
        web.released.wait(20)

    def drip():
        for byte in GOOD:
            yield bytes([byte])
            if web.released.wait(0.05):
                return

    for path, body in [("/stalled.jpg", stall()), ("/dripping.jpg", drip())]:
        started = time.monotonic()
        assert fetch(web.file(path, body))[0] == "too_slow"
        assert time.monotonic() - started < 5


def test_a_body_that_ends_before_its_announced_length_is_tried_again(web, fetch):
    whole = picture("whole")

    def truncated(request):
        return (
            Reply([whole[:400]], headers={"Content-Length": str(len(whole))}) if request.number == 1 else Reply(whole)
        )

    web.routes["/photo.jpg"] = truncated
    assert fetch(f"{web.url}/photo.jpg") == (None, ["/photo.jpg"] * 2)


def test_an_endless_body_and_a_huge_announcement_are_cut_off(web, fetch):
    sent = itertools.count()

    def endless():
        for _ in sent:
            yield bytes(65536)

    url = web.file("/endless.jpg", endless())
    assert fetch(url, max_megabytes=1.0, timeout=20.0)[0] == "too_many_bytes"
    assert next(sent) < 200
    url = web.file("/announced.jpg", [b"x"], Content_Length=str(10**12))
    assert fetch(url)[0] == "too_many_bytes"


def test_a_compressed_answer_that_nobody_asked_for_is_not_unpacked(web, fetch):
    assert fetch(web.file("/photo.jpg", b"\x1f\x8b" + bytes(100), Content_Encoding="gzip"))[0] == "encoded"


def test_redirects_are_followed_a_little_and_loops_are_not(web, fetch):
    web.routes["/old.jpg"] = lambda request: Reply(status=301, headers={"Location": "/new.jpg"})
    web.file("/new.jpg", picture("new"))
    assert fetch(f"{web.url}/old.jpg") == (None, ["/old.jpg", "/new.jpg"])
    web.routes["/a"] = lambda request: Reply(status=302, headers={"Location": "/b"})
    web.routes["/b"] = lambda request: Reply(status=302, headers={"Location": "/a"})
    assert fetch(f"{web.url}/a") == ("redirect_loop", ["/a", "/b"])
    web.routes["/far/"] = lambda request: Reply(status=302, headers={"Location": request.path + "x"})
    reason, asked = fetch(f"{web.url}/far/")
    assert (reason, len(asked)) == ("redirect_loop", 6)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://example.org/photo.jpg", "scheme"),
        ("http://127.0.0.1:1/photo.jpg", "private_address"),
        ("http://localhost:1/photo.jpg", "private_address"),
        ("http://2130706433:1/photo.jpg", "private_address"),
        ("http://[::ffff:10.0.0.1]/photo.jpg", "private_address"),
        ("http://169.254.169.254/latest/meta-data/", "private_address"),
        ("http://192.168.1.1/photo.jpg", "private_address"),
        ("http://user:word@example.org/photo.jpg", "bad_address"),
    ],
)
def test_neither_addresses_nor_redirects_lead_inside_or_to_other_schemes(web, fetch, target, reason):
    assert fetch(target) == (reason, [])
    web.routes["/away.jpg"] = lambda request: Reply(status=302, headers={"Location": target})
    assert fetch(f"{web.url}/away.jpg") == (reason, ["/away.jpg"])


def test_a_data_address_is_refused(web, fetch):
    assert fetch("data:image/jpeg;base64,AAAA") == ("scheme", [])
    web.routes["/away.jpg"] = lambda request: Reply(status=302, headers={"Location": "data:image/jpeg;base64,AAAA"})
    assert fetch(f"{web.url}/away.jpg") == ("bad_address", ["/away.jpg"])


def test_a_redirect_to_another_port_of_this_machine_is_never_asked(web, fetch):
    with FakeWeb() as inside:
        secret = inside.file("/secret.jpg", GOOD)
        web.routes["/away.jpg"] = lambda request: Reply(status=302, headers={"Location": secret})
        assert fetch(f"{web.url}/away.jpg")[0] == "private_address"
        assert inside.requests == []


def test_robots_txt_is_asked_once_and_obeyed(web, collect, tmp_path):
    web.file(
        "/robots.txt", b"User-agent: *\nDisallow: /private/\nDisallow: /*.gif$\n\nUser-agent: Other\nDisallow: /\n"
    )
    for path in ("/private/1.jpg", "/1.gif", "/open/1.jpg"):
        web.file(path, picture(path))
    table = tmp_path / "addresses.csv"
    rows = "".join(f"{ADA},{web.url}{path},CC0\n" for path in ("/private/1.jpg", "/1.gif", "/open/1.jpg"))
    table.write_text(f"person,url,licence\n{rows}")
    run = collect("urls", [ADA], table=str(table))
    assert run.outcomes[ADA].left_out == {"robots": 2}
    assert [request.path for request in web.requests] == ["/robots.txt", "/open/1.jpg"]


def test_robots_txt_that_cannot_be_had_now_forbids_all_for_now(web, collect, tmp_path):
    web.routes["/robots.txt"] = lambda request: Reply(b"", 500 if request.number < 4 else 404)
    table = tmp_path / "addresses.csv"
    table.write_text(f"person,url,licence\n{ADA},{web.file('/1.jpg', GOOD)},CC0\n")
    assert collect("urls", [ADA], table=str(table)).outcomes[ADA].taken == []
    assert web.asked() == []
    assert len(collect("urls", [ADA], table=str(table)).outcomes[ADA].taken) == 1


def test_requests_say_who_asks_and_keep_the_pace(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 3), "Grace Hopper": works("Grace Hopper", 3)})
    collect("commons", [ADA, "Grace Hopper"], api=commons.api, requests={"interval": 0.1, "connections_per_host": 4})
    assert all(
        request.headers["User-Agent"].startswith("Beholder/0.1 (test@example.org) httpx/") for request in web.requests
    )
    times = [request.time for request in web.requests]
    assert min(b - a for a, b in itertools.pairwise(times)) > 0.08


def test_crawl_delay_of_robots_txt_is_kept(web, collect, tmp_path):
    web.file("/robots.txt", b"User-agent: *\nCrawl-delay: 0.3\n")
    table = tmp_path / "addresses.csv"
    rows = "".join(f"{ADA},{web.file(f'/{n}.jpg', picture(str(n)))},CC0\n" for n in range(3))
    table.write_text(f"person,url,licence\n{rows}")
    collect("urls", [ADA], table=str(table))
    times = [request.time for request in web.requests if request.path != "/robots.txt"]
    assert min(b - a for a, b in itertools.pairwise(times)) > 0.25


def test_duplicate_results_and_an_empty_page_do_no_harm(web, collect):
    one, two = works(ADA, 2)
    copy = works(ADA, 1)[0]
    copy.name = "the same photograph again.jpg"
    commons = FakeCommons(web, {ADA: [one, one, copy, two]})
    run = collect("commons", [ADA, "Unknown Person"], api=commons.api)
    assert [taken.candidate.title for taken in run.outcomes[ADA].taken] == [one.name, two.name]
    assert run.outcomes[ADA].left_out == {"duplicate": 1}
    assert run.outcomes["Unknown Person"].taken == []
    assert web.asked("/files/").count(f"/files/{one.name}") == 1


def test_a_service_that_answers_nonsense_is_this_persons_trouble(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 1)})
    answer = web.routes["/w/api.php"]
    web.routes["/w/api.php"] = lambda request: (
        Reply(b"<html>busy</html>") if "Grace" in request.query["gsrsearch"] else answer(request)
    )
    run = collect("commons", [ADA, "Grace Hopper"], api=commons.api)
    assert "no JSON" in run.outcomes["Grace Hopper"].trouble
    assert len(run.outcomes[ADA].taken) == 1


def test_the_number_of_requests_is_limited(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 9)})
    run = collect("commons", [ADA], per_person=9, api=commons.api, requests={"max_requests": 5})
    assert len(web.requests) == 5
    assert run.outcomes[ADA].left_out["request_limit"] > 0


def test_a_host_that_is_down_is_not_asked_for_hundreds_of_photographs(web, collect):
    commons = FakeCommons(web, {ADA: works(ADA, 40)})
    for route in [route for route in web.routes if route.startswith("/files/")]:
        web.routes[route] = lambda request: Reply(b"", 500)
    run = collect("commons", [ADA], per_person=40, api=commons.api)
    assert run.outcomes[ADA].left_out == {"server_error": 5, "unavailable": 35}
    assert len(web.asked("/files/")) == 5 * 3
