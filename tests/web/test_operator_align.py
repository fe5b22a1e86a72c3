"""The review on the operator's port: who comes in, what a form and JSON decide, and that no other site can decide for an operator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pop_ld import alignment, iris, pipeline, store
from pop_ld.alignment import Book, Link, Suggestion
from pop_ld.alignment.link import EXACT, MANUAL, WIKIDATA
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.web import align_session

from ..conformance.w3c_server import TOKEN, Served, operator

HTML = {"Accept": "text/html"}


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Served]:
    data = tmp_path / "data"
    pipeline.load(list(load_bases()["museo"].samples), data, replace(Settings(), data=str(data)), quiet=True)
    museums = sorted(iris.document_to_thing(Settings().site, each) for each in _documents(data))
    book = Book(data / alignment.FILE)
    naughty = "<script>alert(1)</script>"
    book.suggest(
        [Suggestion("notice", museums[0], f"{WIKIDATA}Q{n}", EXACT, n / 100, (("name", naughty),), naughty, naughty) for n in range(1, 31)]
    )
    book.suggest([Suggestion("duplicate", museums[0], museums[1], iris.SKOS + "closeMatch", 0.8, (("distance", "3"),))])
    book.close()
    with operator(data) as served:
        yield served


def _documents(data: Path) -> list[str]:
    reader = store.open_reader(store.current(data))
    return [subject for _, subject in reader.incoming(iris.dataset(Settings().site, "museo"), 100) if "/doc/" in subject]


def signed_in(port: Served) -> httpx.Client:
    client = httpx.Client(follow_redirects=False, timeout=30, base_url=port.root, headers=HTML)
    answer = client.post("/align/sign-in", data={"token": TOKEN})
    assert answer.status_code == 303 and answer.headers["location"] == "/align/review"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/align" in cookie and TOKEN not in cookie
    return client


def proof_of(page: str) -> str:
    found = re.search(r'name="proof" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def numbers_of(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="(verdict-\d+)"', page)))


def test_a_browser_comes_in_with_the_token_and_sees_both_sides(port: Served) -> None:
    outside = httpx.Client(follow_redirects=False, base_url=port.root, headers=HTML)
    assert outside.get("/align/review").headers["location"] == "/align/sign-in"
    assert outside.get("/align/sign-in").status_code == 200 and outside.get("/static/align.css").status_code == 200
    assert outside.post("/align/sign-in", data={"token": TOKEN + "x"}).status_code == 403
    assert outside.post("/align/review", data={"verdict-1": "accepted"}).status_code == 401
    assert outside.get("/sparql?query=ASK{}").status_code == 401
    client = signed_in(port)
    page = client.get("/align/review?lang=fr")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert "<script>alert" not in page.text and len(numbers_of(page.text)) == 25 and "NOMOFF" not in page.text
    assert client.get("/align/review?page=2").text.count('class="verdicts"') == 6
    assert client.get("/sparql?query=ASK{}").status_code == 401  # the session opens the review alone
    client.post("/align/sign-out")
    assert client.get("/align/review").status_code == 303


def test_a_form_decides_and_what_is_accepted_is_published(port: Served) -> None:
    client = signed_in(port)
    page = client.get("/align/review?kind=duplicate").text
    (name,) = numbers_of(page)
    answer = client.post("/align/review?kind=duplicate", data={"proof": proof_of(page), name: "accepted"})
    assert answer.status_code == 303 and "accepted=1" in answer.headers["location"]
    assert 'role="status"' in client.get(answer.headers["location"]).text
    page = client.get("/align/review").text
    first, second, *_ = numbers_of(page)
    client.post("/align/review", data={"proof": proof_of(page), first: "rejected", second: "", "verdict-99999": "accepted"})
    book = Book(port.data / alignment.FILE)
    assert book.decisions() == {"accepted": 1, "rejected": 1} and book.suggested() == {"notice": 29}
    assert {link.justification for link in book.scan("pop")} == {MANUAL}
    assert port.client.post(port.root + "/publish").status_code == 201
    release = store.current(port.data)
    assert release.manifest["links"]["sources"]["pop"]["links"] == 2
    assert len(list(alignment.open_links(release.path / alignment.FILE).scan("pop"))) == 2


def test_json_with_the_token_decides_many(port: Served) -> None:
    review = port.root + "/align/review"
    waiting = port.client.get(review, params={"kind": "notice"}).json()
    numbers = [each["number"] for each in waiting["suggestions"]]
    answer = port.client.post(review, json={"accepted": numbers[:3], "rejected": numbers[3:5]})
    assert answer.json() == {"accepted": 3, "rejected": 2, "waiting": 26}
    assert port.client.post(review, json={"accepted": numbers[:3]}).json()["accepted"] == 0
    book = Book(port.data / alignment.FILE)
    expected = Link(
        waiting["suggestions"][0]["subject"], waiting["suggestions"][0]["target"], "pop", book.sources()["pop"][1], 1.0, EXACT, MANUAL
    )
    assert expected in list(book.scan("pop"))


def test_no_other_site_and_no_old_page_decides(port: Served) -> None:
    client = signed_in(port)
    page = client.get("/align/review").text
    name, proof = numbers_of(page)[0], proof_of(page)
    good = {"proof": proof, name: "accepted"}
    refused = [
        client.post("/align/review", data={name: "accepted"}),
        client.post("/align/review", data={**good, "proof": proof[::-1]}),
        client.post("/align/review", data={**good, "proof": "é"}),
        client.post("/align/review", data=good, headers={"Origin": "https://elsewhere.example"}),
        client.post("/align/review", data=good, headers={"Sec-Fetch-Site": "cross-site"}),
        client.post("/align/review", json={"accepted": [1]}),
    ]
    assert {answer.status_code for answer in refused} == {400}
    other = httpx.Client(base_url=port.root, headers=HTML, cookies={align_session.COOKIE: "9999999999." + "0" * 64})
    assert other.post("/align/review", data=good).status_code == 401
    assert not Book(port.data / alignment.FILE).decisions()
    assert client.post("/align/review", data=good, headers={"Origin": port.root}).status_code == 303


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"accepted": "1"}', "application/json", 400),
        (b'{"accepted": [1.5]}', "application/json", 400),
        (b'{"accepted": [-1]}', "application/json", 400),
        (b'{"accepted": [99999999999999999999]}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"accepted": [' + b",".join([b"1"] * 6_000) + b"]}", "application/json", 400),
        (b"x" * ((1 << 20) + 1), "application/json", 413),
        (b"verdict-x=accepted", "application/x-www-form-urlencoded", 400),
        (b"verdict-1=%ff", "application/x-www-form-urlencoded", 400),
        (b"x", "text/plain", 415),
    ],
)
def test_decisions_that_make_no_sense_are_refused_and_nothing_is_decided(port: Served, content: bytes, kind: str, status: int) -> None:
    answer = port.client.post(port.root + "/align/review", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert not Book(port.data / alignment.FILE).decisions()


def test_a_session_ends_and_none_can_be_made_up() -> None:
    assert not any(
        align_session.is_open(cookie, TOKEN)
        for cookie in ("", ".", "1.", "x.y", "9999999999." + "0" * 64, "٣.x", "1" * 40 + ".x", "9999999999.é")
    )
    assert not align_session.is_open("1000." + align_session._signed(TOKEN, "1000"), TOKEN)
    good = "9999999999." + align_session._signed(TOKEN, "9999999999")
    assert align_session.is_open(good, TOKEN) and not align_session.is_open(good, TOKEN + "x")
