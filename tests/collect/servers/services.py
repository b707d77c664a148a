"""Wikimedia Commons, Openverse and Bing as they answer, in their own formats, on a loopback server.

The formats are from mediawiki.org (API:Search, API:Imageinfo, API:Continue, Manual:Maxlag parameter, with the example
of a real answer in the WordPress handbook, "Provider API - Wikimedia Commons"), from docs.openverse.org and its JSON
schemas (Image, PaginatedImageList, OAuth2Token), and from what icrawler 0.6.10 parses of Bing's pages.
"""

import html
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from collect.servers.web import FakeWeb, Reply, Request


@dataclass
class Work:
    """A photograph as a service knows it."""

    name: str
    body: bytes
    width: int
    height: int
    licence: str = "CC BY-SA 4.0"
    artist: str = '<a href="//commons.wikimedia.org/wiki/User:Someone" title="User:Someone">Someone</a>'
    taken: str | None = "2012-05-06 10:11:12"
    mime: str = "image/jpeg"
    extra: dict[str, str] = field(default_factory=dict)


class Service:
    """The works that each query finds, served as files below `/files/`."""

    page_size = 50

    def __init__(self, web: FakeWeb, works: dict[str, list[Work]]):
        self.web, self.works = web, works
        for work in {work.name: work for found in works.values() for work in found}.values():
            path = f"/files/{work.name}"
            web.routes.setdefault(
                path, lambda request, body=work.body: Reply(body, headers={"Content-Type": "image/jpeg"})
            )

    def file(self, work: Work) -> str:
        return f"{self.web.url}/files/{quote(work.name)}"


class FakeCommons(Service):
    """`/w/api.php`, action=query with generator=search and prop=imageinfo."""

    def __init__(self, web: FakeWeb, works: dict[str, list[Work]]):
        super().__init__(web, works)
        self.api = f"{web.url}/w/api.php"
        web.routes["/w/api.php"] = self._answer

    def _answer(self, request: Request) -> Reply:
        query = request.query
        if query.get("action") != "query" or query.get("generator") != "search":
            return _json(
                {"error": {"code": "badvalue", "info": 'Unrecognized value for parameter "action"', "*": "See ..."}}
            )
        found = self.works.get(query["gsrsearch"].removesuffix(" filetype:bitmap"), [])
        start, size = int(query.get("gsroffset", 0)), min(int(query["gsrlimit"]), self.page_size)
        pages = {}
        for index, work in enumerate(found[start : start + size], start=start + 1):
            number = 80_000_000 + index
            pages[str(number)] = self._page(work, number, index)
        if not pages:
            return _json({"batchcomplete": ""})
        answer: dict[str, Any] = {"batchcomplete": "", "query": {"pages": pages}}
        if start + size < len(found):
            answer["continue"] = {"gsroffset": start + size, "continue": "gsroffset||"}
        return _json(answer)

    def _page(self, work: Work, number: int, index: int) -> dict[str, Any]:
        metadata = {
            "LicenseShortName": work.licence,
            "License": work.licence.lower().replace(" ", "-"),
            "LicenseUrl": "https://creativecommons.org/licenses/by-sa/4.0",
            "Artist": work.artist,
            "Credit": '<span class="int-own-work" lang="en">Own work</span>',
            **({"DateTimeOriginal": work.taken} if work.taken else {}),
            **work.extra,
        }
        return {
            "pageid": number,
            "ns": 6,
            "title": f"File:{work.name}",
            "index": index,
            "imagerepository": "local",
            "imageinfo": [
                {
                    "size": len(work.body),
                    "width": work.width,
                    "height": work.height,
                    "thumburl": self.file(work),
                    "thumbwidth": work.width,
                    "thumbheight": work.height,
                    "url": f"{self.web.url}/originals/{quote(work.name)}",
                    "descriptionurl": f"https://commons.wikimedia.org/wiki/File:{quote(work.name)}",
                    "descriptionshorturl": f"https://commons.wikimedia.org/w/index.php?curid={number}",
                    "mime": work.mime,
                    "extmetadata": {
                        key: {"value": value, "source": "commons-desc-page", "hidden": ""}
                        for key, value in metadata.items()
                    },
                }
            ],
        }


class FakeOpenverse(Service):
    """`/v1/images/`."""

    def __init__(self, web: FakeWeb, works: dict[str, list[Work]], token: str | None = None):
        super().__init__(web, works)
        self.token = token
        self.api = f"{web.url}/v1"
        web.routes["/v1/images/"] = self._answer

    def _answer(self, request: Request) -> Reply:
        size, page = int(request.query["page_size"]), int(request.query["page"])
        authorised = request.headers.get("Authorization") == f"Bearer {self.token}"
        if (self.token or size > 20) and not authorised:
            return _json({"detail": "Authentication credentials were not provided."}, 401)
        found = self.works.get(request.query["q"], [])
        pages = -(-len(found) // size)
        shown = found[(page - 1) * size : page * size]
        results = [self._image(work, number) for number, work in enumerate(shown)]
        return _json(
            {"result_count": len(found), "page_count": pages, "page_size": size, "page": page, "results": results}
        )

    def _image(self, work: Work, number: int) -> dict[str, Any]:
        return {
            "id": f"03e8d20a-bde0-4788-b526-{number:012d}",
            "title": work.name,
            "indexed_on": "2020-03-14T13:02:11.000000Z",
            "foreign_landing_url": f"https://www.flickr.com/photos/{quote(work.name)}",
            "url": self.file(work),
            "creator": "Someone",
            "creator_url": "https://www.flickr.com/people/someone/",
            "license": "by-sa",
            "license_version": "2.0",
            "license_url": "https://creativecommons.org/licenses/by-sa/2.0/",
            "provider": "flickr",
            "source": "flickr",
            "category": None,
            "filesize": None,
            "filetype": None,
            "tags": [{"name": "portrait", "accuracy": 0.9}],
            "attribution": f'"{work.name}" by Someone is licensed under CC BY-SA 2.0. To view a copy of this license, visit '
            "https://creativecommons.org/licenses/by-sa/2.0/.",
            "fields_matched": ["title"],
            "mature": False,
            "height": work.height,
            "width": work.width,
            "thumbnail": f"{self.web.url}/v1/images/{number}/thumb/",
            "detail_url": f"{self.web.url}/v1/images/{number}/",
            "related_url": f"{self.web.url}/v1/images/{number}/related/",
            "unstable__sensitivity": [],
        }


class FakeBing(Service):
    """`/images/async`, a piece of HTML whose links carry the facts as JSON in their attribute `m`."""

    page_size = 20

    def __init__(self, web: FakeWeb, works: dict[str, list[Work]]):
        super().__init__(web, works)
        web.routes["/images/async"] = self._answer

    def _answer(self, request: Request) -> Reply:
        first = int(request.query["first"])
        found = self.works.get(request.query["q"], [])[first : first + self.page_size]
        items = "".join(self._item(work) for work in found)
        return Reply(
            f"<ul class='dgControl_list'>{items}</ul>".encode(), headers={"Content-Type": "text/html; charset=utf-8"}
        )

    def _item(self, work: Work) -> str:
        page = f"https://example.org/{quote(work.name)}.html"
        facts = json.dumps(
            {
                "cid": "x",
                "purl": page,
                "murl": self.file(work),
                "turl": "https://tse1.mm.bing.net/th?id=x",
                "t": work.name,
            },
            separators=(",", ":"),
        )
        return f'<li><div class="imgpt"><a class="iusc" m="{html.escape(facts)}" href="/images/search?view=detail"></a></div></li>'


def _json(value: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(json.dumps(value).encode(), status, {"Content-Type": "application/json; charset=utf-8", **headers})
