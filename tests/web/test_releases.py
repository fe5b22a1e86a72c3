"""Releases have pages, feeds and files: what changed in each, and dumps that are served whole or in part, and no other file."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from pop_ld import dump as dumps
from pop_ld import iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from tests.web.conftest import Running, serve

ATOM = "{http://www.w3.org/2005/Atom}"


def names(running: Running) -> list[str]:
    return [release.name for release in store.releases(running.data)]


def test_each_release_says_what_it_changed(running: Running) -> None:
    first, second, third = names(running)
    told = {name: running.get(f"/release/{name}.json", "*/*").json() for name in (first, second, third)}
    counts = told[first]["bases"]
    assert told[first]["changes"] == {slug: {"added": count, "replaced": 0} for slug, count in counts.items()}
    assert told[second]["changes"] == {"mnr": {"added": 3, "replaced": 0}}
    assert told[third]["changes"] == {"mnr": {"removed": 1}}
    assert [told[name]["previous"] for name in (first, second, third)] == ["", first, second]
    assert [told[name]["current"] for name in (first, second, third)] == [False, False, True]
    page = running.get(f"/release/{second}?lang=fr").text
    assert f'href="/release/{first}?lang=fr" rel="prev"' in page and f'href="/release/{third}?lang=fr" rel="next"' in page


def test_the_list_is_a_page_json_and_a_feed(running: Running) -> None:
    listed = running.get("/releases.json", "*/*").json()
    assert [line["name"] for line in listed["releases"]] == names(running)[::-1] and listed["current"] == names(running)[-1]
    assert running.get("/releases", "application/json").json() == listed
    answer = running.get("/releases.atom", "*/*")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")] == [
        iris.release(running.site, n) for n in names(running)[::-1]
    ]
    assert all(feed.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    page = running.get("/releases").text
    assert all(f'<tr id="{name}">' in page for name in names(running))
    assert running.get("/releases.exe").status_code == 404


def test_the_rdf_of_a_release_names_its_files_with_their_checksums(running: Running) -> None:
    name = names(running)[0]
    answer = running.get(f"/release/{name}", "text/turtle")
    triples = [quad.triple for quad in parse(answer.content, format=RdfFormat.TURTLE)]
    sums = {t.object.value for t in triples if t.predicate.value == iris.SPDX + "checksumValue"}  # type: ignore[union-attr]
    files = {t.object.value for t in triples if t.predicate.value == iris.DCAT + "downloadURL"}  # type: ignore[union-attr]
    got = [running.get(address.removeprefix(running.site), "*/*").content for address in files]
    assert len(files) > 10 and {hashlib.sha256(content).hexdigest() for content in got} == sums
    dumped = {t.object.value for t in triples if t.predicate.value == iris.VOID + "dataDump"}  # type: ignore[union-attr]
    assert dumped == {address for address in files if address.endswith(".nt.gz")}
    current = running.get("/void.nt", "*/*").text
    assert f"<{iris.release(running.site, names(running)[-1])}> <{iris.DCAT}distribution>" in current


def test_the_dumps_of_the_first_release_are_its_graph(running: Running) -> None:
    name = names(running)[0]
    about = running.get(f"/release/{name}.json", "*/*").json()
    lines: set[bytes] = set()
    for file in about["files"]:
        answer = running.get(file["url"].removeprefix(running.site), "*/*")
        assert len(answer.content) == file["bytes"] == int(answer.headers["content-length"])
        assert "content-encoding" not in answer.headers
        if file["name"].endswith(".nt.gz"):
            lines.update(gzip.decompress(answer.content).splitlines())
    assert len(lines) == about["triples"]


def test_a_file_is_served_in_ranges_and_once(running: Running) -> None:
    about = running.get(f"/release/{names(running)[0]}.json", "*/*").json()
    file = next(file for file in about["files"] if file["name"] == "joconde-000.nt.gz")
    path = file["url"].removeprefix(running.site)
    whole = running.get(path, "*/*")
    tag = whole.headers["etag"]
    assert whole.headers["accept-ranges"] == "bytes" and tag == f'"{file["sha256"]}"' and "immutable" in whole.headers["cache-control"]
    part = running.get(path, "*/*", Range="bytes=100-299", **{"If-Range": tag})
    assert part.status_code == 206 and part.content == whole.content[100:300]
    assert part.headers["content-range"] == f"bytes 100-299/{file['bytes']}"
    assert running.get(path, "*/*", Range="bytes=-50").content == whole.content[-50:]
    assert running.get(path, "*/*", Range="bytes=100-299", **{"If-Range": '"other"'}).status_code == 200
    assert running.get(path, "*/*", Range=f"bytes={file['bytes']}-").status_code == 416
    assert running.get(path, "*/*", **{"If-None-Match": tag}).status_code == 304
    head = running.client.head(running.root + path)
    assert head.status_code == 200 and head.headers["content-length"] == str(file["bytes"]) and not head.content


def test_no_other_file_is_served(running: Running) -> None:
    name = names(running)[0]
    kept = {file.name for file in (running.data / "dumps" / name).iterdir()}
    assert {"report.json", "problems.jsonl", dumps.LISTED} < kept
    for file in ("report.json", "problems.jsonl", dumps.LISTED, "..%2Fmanifest.json", "%2e%2e%2f%2e%2e%2flock", "%00", "x" * 5_000):
        assert running.get(f"/release/{name}/dump/{file}").status_code == 404, file
    for release in ("current", "..%2Fdumps", "2020-01-01.01"):
        assert running.get(f"/release/{release}/dump/removed.json").status_code == 404


def test_what_was_taken_out_is_told_in_a_file(running: Running) -> None:
    name = names(running)[-1]
    assert json.loads(running.get(f"/release/{name}/dump/removed.json", "*/*").text) == [iris.notice(running.site, "mnr", "rfr21")]


@pytest.fixture
def pruned(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """A site that keeps one release only, after two; and the names of both."""
    settings = replace(Settings(), data=str(tmp_path), keep_releases=1)
    found = [pipeline.load([file], tmp_path, settings, quiet=True)[1].name for file in load_bases()["mnr"].samples[:2]]
    server, thread, root = serve(settings)
    yield root, found
    server.should_exit = True
    thread.join(10)


def test_the_dump_of_a_release_outlives_it(pruned: tuple[str, list[str]]) -> None:
    root, (first, second) = pruned
    listed = {line["name"]: line for line in httpx.get(f"{root}/releases.json").json()["releases"]}
    assert listed[first]["kept"] is False and listed[second]["kept"] is True and listed[second]["previous"] == first
    for path in (f"/release/{first}", f"/release/{first}.ttl", f"/release/{first}/dump/mnr-000.nt.gz", "/releases", "/releases.atom"):
        assert httpx.get(root + path, headers={"Accept": "text/html, */*;q=0.5"}).status_code == 200, path
    triples = [quad.triple for quad in parse(httpx.get(f"{root}/release/{first}.ttl").content, format=RdfFormat.TURTLE)]
    assert not [t for t in triples if t.predicate.value == iris.VOID + "entities"], "a figure that is not known any more"
