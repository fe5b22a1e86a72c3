"""Exports of a search: whole, valid, streamed; cut where they fail, ended where nobody reads."""

import asyncio
import csv
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from itertools import count

import httpx
import pytest
import uvicorn
from pyoxigraph import RdfFormat, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from pop_ld import store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import Busy, StoreUnavailable, TooManyRequests
from pop_ld.web.export_rows import COLUMNS, FORMS, guard, known_fields
from pop_ld.web.headers import Headers
from pop_ld.web.search_export import OFFERED
from pop_ld.web.streamed import ALL, EACH, Blocks, Places, StreamedFile
from pop_ld.web.turns import Turns

from .conftest import NAUGHTY, Running


def lines(running: Running, query: str) -> list[list[str]]:
    answer = running.get(f"/search.csv?{query}", "*/*")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its mark"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_a_csv_holds_every_notice_once(running: Running, notices: list[str]) -> None:
    head, *rows = lines(running, "")
    assert tuple(head) == COLUMNS
    assert sorted(row[0] for row in rows) == sorted(notices)
    assert all(len(row) == len(COLUMNS) for row in rows)
    naughty = next(row for row in rows if row[3] == "MNR<b>")
    assert naughty[4] == NAUGHTY
    answer = running.get("/search.csv", "*/*")
    assert answer.headers["pop-total"] == str(len(notices))
    assert answer.headers["content-disposition"].startswith('attachment; filename="pop-') and answer.headers["x-robots-tag"] == "noindex"
    assert b"\r\n" in answer.content and "content-length" not in answer.headers


def test_columns_of_a_csv_are_fields_that_the_public_may_see(running: Running) -> None:
    head, *rows = lines(running, "base=merimee&fields=TICO,DENO,TICO,NIMPORTE")
    assert head[len(COLUMNS) :] == ["TICO", "DENO"]
    found = {row[3]: row for row in rows}
    assert found["IA09900004"][-2:] == ["jardin d'agrément de l'hôtel Brunet", "jardin"]
    every, *_ = lines(running, "base=merimee&fields=*")
    public = [field.path for field in load_bases()["merimee"].fields.values() if field.public]
    assert every[len(COLUMNS) :] == public
    assert known_fields("*," + "X," * 1_000, ["merimee", "nowhere"]) == tuple(public)
    dated = {row[3]: row[6] for row in rows}
    assert "12e siècle" in dated["IA09900001"] and "1862" in dated["IA09900001"]


@pytest.mark.parametrize(
    "cell,guarded",
    [
        ("=1+1", "'=1+1"),
        ("+33 1", "'+33 1"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("-1.55", "-1.55"),
        ("-50", "-50"),
        ("+48", "'+48"),
        ("", ""),
        ("l'église = la halle", "l'église = la halle"),
    ],
)
def test_no_cell_is_a_formula(cell: str, guarded: str) -> None:
    assert guard(cell) == guarded


def test_the_json_ld_says_what_the_notices_say(running: Running, notices: list[str]) -> None:
    answer = running.get("/search.jsonld", "*/*")
    assert answer.headers["content-type"] == "application/ld+json"
    said = {(quad.subject, quad.predicate, quad.object) for quad in parse(answer.content, format=RdfFormat.JSON_LD)}
    reader = store.open_reader(store.current(running.data), running.settings)
    expected = {(triple.subject, triple.predicate, triple.object) for iri in notices for triple in reader.describe(iri)}
    assert said == expected
    assert running.get("/search.jsonld?q=zzzzzz", "*/*").json()["@graph"] == []


def test_geojson_has_the_notices_with_a_point(running: Running) -> None:
    answer = running.get("/search.geojson", "*/*")
    found = answer.json()
    located = [row for row in lines(running, "")[1:] if row[-1]]
    assert {one["id"]: [str(n) for n in one["geometry"]["coordinates"]] for one in found["features"]} == {
        row[0]: [str(float(row[-1])), str(float(row[-2]))] for row in located
    }
    assert answer.headers["pop-total"] == str(len(located)) and len(located) > 10
    assert all(one["properties"]["url"].startswith(running.site) for one in found["features"])
    assert running.get("/search.geojson?located=non", "*/*").json()["features"] == []
    assert len(running.get("/search.geojson?located=non&located=oui", "*/*").json()["features"]) == len(located)


def test_lists_and_citations(running: Running, notices: list[str]) -> None:
    assert sorted(running.get("/search.iris", "*/*").text.split("\n")[:-1]) == sorted(notices)
    assert running.get("/search.bib", "*/*").text.count("\n@") == len(notices) - 1
    assert running.get("/search.ris", "*/*").text.count("ER  - \r\n") == len(notices)
    cited = running.get("/search.txt?base=merimee&lang=fr", "*/*")
    assert len(cited.text.strip().split("\n\n")) == int(cited.headers["pop-total"])
    assert cited.headers["content-language"] == "fr"
    assert running.get("/search.txt?base=merimee&lang=en", "*/*").text != cited.text


def test_an_export_is_of_the_notices_that_the_search_finds(running: Running) -> None:
    for query in ("q=brunet", "base=merimee&base=palissy&sort=title", "q=saint&located=oui", "years=18e"):
        found = running.get(f"/search.json?{query}&size=100", "*/*").json()
        iris = running.get(f"/search.iris?{query}", "*/*").text.split("\n")[:-1]
        assert sorted(iris) == sorted(hit["iri"] for hit in found["hits"]) and len(iris) == found["total"] > 0
        if "sort" in query:
            assert iris == [hit["iri"] for hit in found["hits"]], "in the order that was asked for"


def test_a_basket_is_a_search_by_name(running: Running, notices: list[str]) -> None:
    some = [notices[7], notices[3], "x", notices[3]]
    answer = running.client.get(running.root + "/search.iris", params=[("iri", iri) for iri in some])
    assert sorted(answer.text.split("\n")[:-1]) == sorted({notices[7], notices[3]})


def test_head_says_how_many_and_what_is_known_is_not_sent_again(running: Running, notices: list[str]) -> None:
    for name in OFFERED:
        head = running.client.head(f"{running.root}/search.{name}")
        assert (head.status_code, head.content) == (200, b"") and int(head.headers["pop-total"]) > 10
        again = running.get(f"/search.{name}", "*/*", **{"If-None-Match": head.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert head.headers["pop-total"] == str(len(notices))
    assert running.get("/search.docx", "*/*").status_code == 404


def test_hostile_parameters_get_a_clean_answer(running: Running) -> None:
    hostile = ("%00", "%ff%fe", "%ed%a0%80", "a" * 60_000, "%22%3E%3Cscript%3E", "'; DROP", "%0d%0aSet-Cookie:x=1", "(" * 5_000)
    for value in hostile:
        for name in ("q", "where", "fields", "box", "iri", "base", "lang", "guard"):
            for suffix in ("csv", "jsonld", "geojson", "iris"):
                answer = running.get(f"/search.{suffix}?{name}={value}&base=museo", "*/*")
                assert answer.status_code == 200, (name, value[:20], suffix)
                assert "set-cookie" not in answer.headers
                if suffix in ("jsonld", "geojson"):
                    json.loads(answer.content)


def test_more_than_a_bibliography_is_refused_and_not_offered(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from pop_ld.search.question import Question
    from pop_ld.web import export_rows, search_export

    large = search_export.offers(Question(), 10_001)
    assert {offer.name for offer in large if not offer.for_aligners} == {"csv", "jsonld", "geojson", "iris"}
    monkeypatch.setitem(export_rows.FORMS, "bib", replace(FORMS["bib"], most=5))  # type: ignore[arg-type]
    answer = running.get("/search.bib", "application/json")
    assert answer.status_code == 400 and "narrow" in answer.json()["detail"]


# Streams -------------------------------------------------------------------------------------------------------------------


class Served:
    """A server whose only file is made of some blocks; it counts those it made, and the files that ended."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.made = self.ended = 0
        self._blocks = blocks

    def counted(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.made += 1
            yield block

    def end(self) -> None:
        self.ended += 1

    async def file(self, request: Request) -> StreamedFile:
        blocks = Blocks(self.counted(), Turns(Settings()), self.end)
        return StreamedFile(request, await blocks.next() or b"", blocks, {"Content-Type": "text/plain"})

    def __enter__(self) -> "Served":
        app = Starlette(routes=[Route("/", self.file)])
        app.add_middleware(Headers, settings=Settings())
        free = socket.socket()
        free.bind(("127.0.0.1", 0))
        self.address = free.getsockname()
        self.server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [free]}, daemon=True)
        self.thread.start()
        wait(lambda: self.server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)


def wait(true: "count[int] | object", seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def failing() -> Iterator[bytes]:
    yield b"first\n"
    yield b"second\n"
    raise StoreUnavailable("the engine went away")


def endless() -> Iterator[bytes]:
    for number in count():
        yield b"%d " % number * 10_000


def test_what_fails_under_way_is_never_taken_for_whole() -> None:
    with Served(failing()) as served:
        received = b""
        with pytest.raises(httpx.RemoteProtocolError), httpx.stream("GET", "http://{}:{}/".format(*served.address)) as answer:
            for chunk in answer.iter_raw():
                received += chunk
        assert received == b"first\nsecond\n"
        wait(lambda: served.ended == 1)


def test_a_client_that_leaves_stops_the_work_and_one_that_does_not_read_holds_it() -> None:
    with Served(endless()) as served:
        with socket.create_connection(served.address) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            client.recv(1_000)
            wait(lambda: served.made > 10)
            before = -1
            while served.made != before:  # the buffers of both sides fill up, then nothing more is made
                before = served.made
                time.sleep(0.3)
            assert served.ended == 0 and before < 1_000
        wait(lambda: served.ended == 1)
        made = served.made
        time.sleep(0.2)
        assert served.made == made


def test_http_1_0_is_told_the_length() -> None:
    with Served(iter([b"a" * 100, b"b" * 100])) as served, socket.create_connection(served.address) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        received = b""
        while part := client.recv(10_000):
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        assert b"content-length: 200" in head.lower() and body == b"a" * 100 + b"b" * 100


def test_places_are_few_and_given_back() -> None:
    places = Places()
    for _ in range(EACH):
        places.take("one")
    with pytest.raises(TooManyRequests) as refused:
        places.take("one")
    assert refused.value.wait > 0
    for number in range(ALL - EACH):
        places.take(f"other {number}")
    with pytest.raises(Busy):
        places.take("late")
    places.give("one")
    places.take("late")


def test_every_place_is_free_after_exports(running: Running) -> None:
    """More than there are places, one after the other and at once: none stays taken."""

    async def all_at_once() -> list[int]:
        async with httpx.AsyncClient() as client:
            answers = await asyncio.gather(*(client.get(running.root + "/search.iris") for _ in range(3 * ALL)))
            return [answer.status_code for answer in answers]

    assert set(asyncio.run(all_at_once())) <= {200, 429, 503}
    for _ in range(ALL + 1):
        assert running.get("/search.csv", "*/*").status_code == 200
