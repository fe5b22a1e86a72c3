"""Memento (RFC 7089): a document at an earlier moment is what the release of that moment says, and never what a later one does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from pop_ld import pipeline, store
from pop_ld.config import Settings
from pop_ld.formats import timemap
from pop_ld.web.kept import Kept

from .conftest import Running, serve

DOC = "/doc/mnr/MNR1"


def link(header: str, relation: str) -> list[str]:
    """Addresses of a Link header, or of a TimeMap, by one of their relations."""
    return [address for address, rel in re.findall(r'<([^>]*)>\s*;\s*rel="([^"]*)"', header) if relation in rel.split()]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, list[str]]]:
    """Three releases: MNR1 comes with an image and MNR2; MNR1 is changed; MNR2 is removed. Dates are a day apart."""
    folder = tmp_path_factory.mktemp("past")
    data = folder / "data"
    settings = replace(Settings(), data=str(data), keep_releases=3)
    one, two = {"REF": "MNR1", "TITR": "Premier titre"}, {"REF": "MNR2", "TITR": "Deux"}
    for notices in ([one, two], [{**one, "TITR": "Second titre"}]):
        file = folder / "notices.jsonl"
        file.write_text("".join(json.dumps(notice) + "\n" for notice in notices), encoding="utf-8")
        pipeline.load([file], data, settings, base="mnr", quiet=True)
    pipeline.remove("mnr", ["MNR2"], data, settings, quiet=True)
    names = [release.name for release in store.releases(data)]
    for day, name in enumerate(names, 1):
        file = data / "snapshots" / name / "manifest.json"
        file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "created": f"2026-11-0{day}T10:00:00Z"}), "utf-8")
    server, thread, root = serve(settings)
    with httpx.Client(follow_redirects=False, timeout=30) as client:
        yield Running(root, data, settings, client), names
    server.should_exit = True
    thread.join(10)


def moment(text: str) -> str:
    return timemap.http_date(timemap.moment(text))


def test_accept_datetime_leads_to_what_served_then(past: tuple[Running, list[str]]) -> None:
    running, names = past
    wanted = {
        "2020-01-01T00:00:00Z": 0,
        "2026-11-01T10:00:00Z": 0,
        "2026-11-02T09:59:59Z": 0,
        "2026-11-02T10:00:00Z": 1,
        "2026-11-03T10:00:01Z": 2,
        "2037-01-01T00:00:00Z": 2,
    }
    for when, place in wanted.items():
        for suffix in ("", ".ttl", ".nt?lang=en"):
            found = running.get(DOC + suffix, **{"Accept-Datetime": moment(when)})
            assert found.status_code == 302 and "accept-datetime" in found.headers["Vary"].lower()
            assert found.headers["Location"] == f"/release/{names[place]}{DOC}{suffix}"
            assert link(found.headers["Link"], "original") == [running.site + DOC] and "Memento-Datetime" not in found.headers
            assert link(found.headers["Link"], "memento") == [f"{running.site}/release/{names[place]}{DOC}"]
    assert (
        running.get("/id/mnr/MNR1", **{"Accept-Datetime": moment("2026-11-02T10:00:00Z")}).headers["Location"]
        == f"/release/{names[1]}{DOC}"
    )


def test_a_memento_is_the_state_of_its_release_in_every_format(past: tuple[Running, list[str]]) -> None:
    running, names = past
    titles = ["Premier titre", "Second titre", "Second titre"]
    for place, name in enumerate(names):
        here = f"/release/{name}{DOC}"
        reader = store.open_reader(next(r for r in store.releases(running.data) if r.name == name))
        triples = running.get(here + ".nt", accept="*/*")
        said = {str(quad.triple) for quad in parse(triples.content, format=RdfFormat.N_TRIPLES)}
        assert said == {str(triple) for triple in reader.describe(f"{running.site}/id/mnr/MNR1")}
        for suffix, accept in (
            ("", "text/html"),
            ("", "text/turtle"),
            (".jsonld", "*/*"),
            (".rdf", "*/*"),
            (".trig", "*/*"),
            (".bib", "*/*"),
        ):
            found = running.get(here + suffix, accept=accept)
            assert found.status_code == 200, (here, suffix)
            assert found.headers["Memento-Datetime"] == f"{moment(f'2026-11-0{place + 1}T10:00:00Z')}"
            assert titles[place] in found.text and (place or titles[1] not in found.text)
            assert running.site + DOC in link(found.headers["Link"], "original") + link(found.headers["Link"], "timegate")
            assert link(found.headers["Link"], "timemap") and here in link(found.headers["Link"], "memento")
            assert found.headers["Pop-Release"] == name
            again = running.get(here + suffix, accept=accept, **{"If-None-Match": found.headers["ETag"]})
            assert again.status_code == 304 and again.headers["Memento-Datetime"] == found.headers["Memento-Datetime"]
        page = running.get(here + "?lang=fr").text
        assert f"l'état de la version {name}".replace("'", "&#39;") in page or f"l'état de la version {name}" in page
    now = running.get(DOC)
    assert "Memento-Datetime" not in now.headers and 'class="memento"' not in now.text and "Second titre" in now.text


def test_the_cache_of_pages_never_mixes_moments(past: tuple[Running, list[str]]) -> None:
    running, names = past
    old = {"Accept-Datetime": moment("2026-11-01T12:00:00Z")}
    for _ in range(2):
        assert running.get(DOC).status_code == 200
        assert running.get(DOC, **old).status_code == 302
        assert "Premier titre" in running.get(f"/release/{names[0]}{DOC}").text
        assert "Second titre" in running.get(f"/release/{names[2]}{DOC}").text


def test_what_was_removed_is_there_before_and_gone_after(past: tuple[Running, list[str]]) -> None:
    running, names = past
    path = "/doc/mnr/MNR2"
    assert running.get(path).status_code == 410
    old = running.get(path, **{"Accept-Datetime": moment("2026-11-02T12:00:00Z")})
    assert old.headers["Location"] == f"/release/{names[1]}{path}"
    assert "Deux" in running.get(old.headers["Location"]).text
    gone = running.get(f"/release/{names[2]}{path}", accept="application/json")
    assert gone.status_code == 410 and gone.headers["Memento-Datetime"] == moment("2026-11-03T10:00:00Z")
    refused = running.get(f"/release/{names[0]}{path}", accept="image/png")
    assert refused.status_code == 406 and "Memento-Datetime" in refused.headers


def test_timemaps_list_the_states(past: tuple[Running, list[str]]) -> None:
    running, names = past
    for path in (f"/timemap/link{DOC}", f"/timemap/link/{running.site}{DOC}", f"/timemap/link{DOC}.ttl", "/timemap/link/id/mnr/MNR1"):
        found = running.get(path, accept="*/*")
        assert found.status_code == 200 and found.headers["Content-Type"] == "application/link-format", path
        assert link(found.text, "memento") == [f"{running.site}/release/{name}{DOC}" for name in names]
        assert link(found.text, "self") == [f"{running.site}/timemap/link{DOC}"] and link(found.text, "timegate") == [running.site + DOC]
    assert f'until="{moment("2026-11-03T10:00:00Z")}"' in found.text
    told = running.get(f"/timemap/json{DOC}", accept="*/*").json()
    assert [each["datetime"] for each in told["mementos"]["list"]] == [f"2026-11-0{n}T10:00:00Z" for n in (1, 2, 3)]
    page = running.get(f"/timemap/html{DOC}?lang=en").text
    assert all(f"/release/{name}{DOC}?lang=en" in page for name in names) and "Second titre" in page
    assert f"/timemap/html{DOC}" in running.get(DOC).text
    assert link(running.get(DOC).headers["Link"], "timemap") == [f"{running.site}/timemap/link{DOC}"]
    assert all(running.get(uri.removeprefix(running.site)).status_code == 200 for uri in link(found.text, "memento"))


def test_what_cannot_be_is_refused(past: tuple[Running, list[str]]) -> None:
    running, names = past
    for bad in (
        "yesterday",
        "2026-11-01",
        "Sat, 31 Feb 2026 10:00:00 GMT",
        "Sat, 28 Nov 2026 25:00:00 GMT",
        "x" * 5000,
        "Sat, 28 Nov 2026 10:00:00 CET",
    ):
        assert running.get(DOC, **{"Accept-Datetime": bad}).status_code == 400, bad
    then = {"Accept-Datetime": moment("2026-11-02T10:00:00Z")}
    for path in ("/doc/mnr/NONE", "/doc/x%00y", "/doc/%ff", "/doc/" + "x" * 3000):
        assert running.get(path, **then).status_code == 404, path
    paths = [
        f"/release/{names[0]}/doc/mnr/NONE",
        f"/release/none{DOC}",
        f"/release/%00{DOC}",
        f"/release/..%2f{DOC}",
        f"/release/{names[0]}/doc/%ff%00",
    ]
    paths += ["/timemap/link/doc/mnr/NONE", f"/timemap/xml{DOC}", "/timemap/link/http://example.org/doc/mnr/MNR1", "/timemap/json/%00"]
    for path in paths:
        found = running.get(path, accept="*/*")
        assert found.status_code == 404 and "Memento-Datetime" not in found.headers, path


def test_releases_of_one_second_are_told_apart_by_their_names(tmp_path: Path) -> None:
    def release(name: str, created: str) -> store.Release:
        folder = tmp_path / "snapshots" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"name": name, "created": created}), encoding="utf-8")
        return store.Release(name, folder, {"name": name, "created": created})

    made = [release("2026-01-01.01", "2026-01-01T10:00:00Z"), *(release(f"2026-01-01.0{n}", "2026-01-01T10:00:01Z") for n in (2, 3))]
    known = Kept(replace(Settings(), data=str(tmp_path)))
    assert [found.name for found in known.releases(made[1])] == ["2026-01-01.01", "2026-01-01.02"]
    assert [found.name for found in known.releases(made[2])] == [each.name for each in made]


def test_a_release_that_is_deleted_is_no_memento_any_more(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = replace(Settings(), data=str(data), keep_releases=2)

    def load(title: str) -> str:
        file = tmp_path / "a.jsonl"
        file.write_text(json.dumps({"REF": "MNR1", "TITR": title}), encoding="utf-8")
        return pipeline.load([file], data, settings, base="mnr", quiet=True)[1].name

    names = [load("Un"), load("Deux")]
    server, thread, root = serve(settings)
    try:
        with httpx.Client(timeout=30) as client:
            assert "Un" in client.get(f"{root}/release/{names[0]}{DOC}").text
            names.append(load("Trois"))
            assert client.get(f"{root}/release/{names[0]}{DOC}").status_code == 404
            kept = link(client.get(f"{root}/timemap/link{DOC}").text, "memento")
            assert kept == [f"{settings.site}/release/{name}{DOC}" for name in names[1:]]
            store.roll_back(data)
            kept = link(client.get(f"{root}/timemap/link{DOC}").text, "memento")
            assert kept == [f"{settings.site}/release/{names[1]}{DOC}"], "what was taken back is no state that serves"
            assert (
                "Deux"
                in client.get(f"{root}{DOC}", headers={"Accept-Datetime": moment("2037-01-01T00:00:00Z")}, follow_redirects=True).text
            )
    finally:
        server.should_exit = True
        thread.join(10)
