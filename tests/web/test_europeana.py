"""/europeana: pages, JSON and CSV agree; unmeasured releases say so; hostile questions get a clean answer; a notice is explained."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from pop_ld import store
from pop_ld.bases import load_bases
from pop_ld.europeana import PATTERNS, measuring
from pop_ld.europeana.metadata import TIERS

from .conftest import Running

HOSTILE = ("%00", "%ff%fe", "%ED%A0%80", "a" * 100_000, "<script>", "' OR 1=1 --", "../../etc", "%0d%0aSet-Cookie:x")


@pytest.fixture
def unmeasured(running: Running) -> Iterator[None]:
    """The site while nobody has rated its release."""
    file = measuring.file_of(running.data, store.current(running.data).name)
    aside = file.with_suffix(".aside")
    file.rename(aside)
    yield
    aside.rename(file)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def notice_path(iri: str, suffix: str = "", **more: str) -> str:
    return f"/europeana/notice{suffix}?" + urlencode({"iri": iri, **more})


def test_before_it_is_measured_pages_say_so_and_a_notice_is_explained(running: Running, notices: list[str], unmeasured: None) -> None:
    for path in ("/europeana", "/europeana/joconde", "/europeana/notices"):
        answer = running.get(path)
        assert answer.status_code == 200 and "pas encore été classées" in answer.text, path
    assert running.get("/europeana.json", "*/*").json()["measured"] is False
    assert running.get("/europeana.csv", "*/*").text.splitlines() == ["base,what,key,notices"]
    assert "toute la base" in running.get(notice_path(notices[0])).text


def test_the_sums_agree(running: Running) -> None:
    manifest = store.current(running.data).manifest
    bases = running.get("/europeana.json", "*/*").json()["bases"]
    assert {base: about["notices"] for base, about in bases.items()} == dict(manifest["bases"])
    for base, about in bases.items():
        assert sum(about["metadata"].values()) == sum(about["media"].values()) == about["notices"]
        assert about["delivered"] == about["notices"] - sum(about["reason"].values())
        one = running.get(f"/europeana/{base}", "application/json").json()
        assert {key: one[key] for key in about} == about
        assert sum(by["notices"] for by in one["producers"]) == about["notices"]
        assert [row["producer"] for row in rows(running.get(f"/europeana/{base}.csv", "*/*").text)] == [
            p["producer"] for p in one["producers"]
        ]
        for by in one["producers"][:3]:
            answer = running.get(f"/europeana/{base}.json?" + urlencode({"producer": by["producer"]}), "*/*")
            assert answer.json()["notices"] == by["notices"]
    counted = {(row["base"], row["what"], row["key"]): int(row["notices"]) for row in rows(running.get("/europeana.csv", "*/*").text)}
    assert counted == {
        (base, what, key): count
        for base, about in bases.items()
        for what, found in about.items()
        for key, count in (found.items() if isinstance(found, dict) else [("", found)])
    }


def test_lists_lead_to_the_notices_that_were_counted(running: Running) -> None:
    bases = running.get("/europeana.json", "*/*").json()["bases"]
    for what in ("metadata", "media", "reason", "raise", "pattern"):
        for key, count in bases["joconde"][what].items():
            query = urlencode({"base": "joconde", what: key})
            listed = running.get(f"/europeana/notices.json?{query}", "*/*").json()["notices"]
            assert len(listed) == count, query
            assert [row["iri"] for row in rows(running.get(f"/europeana/notices.csv?{query}", "*/*").text)] == [
                row["iri"] for row in listed
            ]
    every = rows(running.get("/europeana/notices.csv", "*/*").text)
    assert len(every) == store.current(running.data).manifest["notices"]
    assert {row["metadata"] for row in every} <= set(TIERS) and {p for row in every for p in row["patterns"].split()} <= set(PATTERNS)
    assert running.get("/europeana/notices?base=joconde").text.count("/europeana/notice?iri=") == sum(
        row["base"] == "joconde" for row in every
    )


def test_pages_of_a_long_list(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pop_ld.web.europeana_list.MOST", 7)
    seen, path = [], "/europeana/notices.json?base=palissy"
    while path:
        page: dict[str, Any] = running.get(path, "*/*").json()
        seen += [row["ref"] for row in page["notices"]]
        path = page["next"] and "/europeana/notices.json" + page["next"]
    assert sorted(seen) == sorted({*seen}) and len(seen) == store.current(running.data).manifest["bases"]["palissy"]
    assert len(rows(running.get("/europeana/notices.csv?base=palissy", "*/*").text)) == len(seen)


def test_a_notice_is_explained_as_it_was_counted(running: Running, notices: list[str]) -> None:
    every = {row["iri"]: row for row in rows(running.get("/europeana/notices.csv", "*/*").text)}
    for iri in notices[::4]:
        about = running.get(notice_path(iri, ".json", lang="en"), "*/*").json()
        row = every[iri]
        assert (about["metadata"]["tier"], str(about["content"]["tier"])) == (row["metadata"], row["media"]), iri
        assert [c["tier"] for c in about["metadata"]["classifiers"]] == [row[name] for name in ("language", "enabling", "context")]
        assert [p["key"] for p in about["patterns"]] == row["patterns"].split() and (about["reason"] or {"key": ""})["key"] == row["reason"]
        assert [item["key"] for item in about["raises"]] == row["raises"].split()
        for item in (*about["raises"], *about["patterns"]):
            for field in item["fields"]:
                base, _, code = field["href"].removeprefix("/dataset/").partition("#")
                assert code in load_bases()[base].fields
        for lang in ("fr", "en"):
            page = running.get(notice_path(iri, lang=lang))
            assert page.status_code == 200 and "<script>alert" not in page.text
    document = iri.replace("/id/", "/doc/")
    assert running.get(notice_path(document, ".json"), "*/*").json()["iri"] == iri


def test_what_nobody_should_ask(running: Running) -> None:
    for text in HOSTILE:
        for path in (
            f"/europeana/notice?iri={text}",
            f"/europeana/notices?base={text}",
            f"/europeana/notices?pattern={text}",
            f"/europeana/notices.csv?reason={text}",
            f"/europeana/{quote(text[:200], safe='%')}",
            f"/europeana/joconde?producer={text[:5000]}",
            f"/europeana/joconde?page={text[:5000]}",
            f"/europeana/notices?producer={text[:5000]}&after={text[:500]}",
        ):
            answer = running.get(path[:60_000])
            assert answer.status_code in (200, 400, 404, 414), (path[:80], answer.status_code)
            assert "<script>alert" not in answer.text and '<script>"' not in answer.text
    for path in (
        "/europeana.xml",
        "/europeana/joconde.ttl",
        "/europeana/notices.xlsx",
        "/europeana/notice.pdf?iri=x",
        "/europeana/personne",
    ):
        assert running.get(path, "*/*").status_code == 404, path
    assert running.get("/europeana", "image/png").status_code == 406


def test_it_is_found_from_where_people_look(running: Running, notices: list[str]) -> None:
    page = running.get(notices[0].removeprefix(running.site).replace("/id/", "/doc/"))
    assert "/europeana/notice?iri=" in page.text
    for path in ("/quality", "/api", "/about"):
        assert 'href="/europeana' in running.get(path).text, path


def test_an_etag_changes_when_the_release_is_rated(running: Running) -> None:
    first = running.get("/europeana.json", "*/*")
    again = running.get("/europeana.json", "*/*", **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    measuring.write(running.settings, quiet=True)
    assert running.get("/europeana.json", "*/*", **{"If-None-Match": first.headers["etag"]}).status_code == 200
    assert json.loads(first.text)["measured"] is True
