"""The change feed as it is served: followed by a client, page by page, in each syntax; lists of activities; what is immutable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, parse

from pop_ld import feed, iris, store
from pop_ld.feed import batches, pages
from pop_ld.feed.owners import base_of
from pop_ld.formats.graph import Graph
from pop_ld.formats.images import images

from ..feed.follower import Follower
from ..feed.test_feed import held
from .conftest import Running

MEDIA = ("application/trig", "application/n-quads", "application/ld+json")
DISCOVERY = "http://iiif.io/api/discovery/1/context.json"


def follower(running: Running, accept: str) -> Follower:
    def get(address: str) -> tuple[str, bytes]:
        found = running.get(address.removeprefix(running.site), accept=accept)
        assert found.status_code == 200 and found.headers["Vary"].startswith("Accept"), address
        return found.headers["Content-Type"].partition(";")[0], found.content

    return Follower(iris.feed(running.site), get)


@pytest.mark.parametrize("accept", MEDIA)
def test_who_follows_the_feed_holds_the_default_graph(running: Running, accept: str) -> None:
    client = follower(running, accept)
    client.follow(1)
    assert client.entities and client.triples != held(running.data)
    client.follow()
    assert client.triples == held(running.data)
    assert ("Delete", f"{running.site}/id/mnr/rfr21") in client.kinds


def test_pages_are_immutable_and_say_so(running: Running) -> None:
    for batch in feed.head(running.data).batches:
        for number in pages.numbers(batches.folder_of(running.data, batch.name)):
            path = f"/feed/{batch.name}/{number}"
            for accept in MEDIA:
                first = running.get(path, accept=accept)
                assert "immutable" in first.headers["Cache-Control"] and first.headers["Content-Type"] == accept
                again = running.get(path, accept=accept, **{"If-None-Match": first.headers["ETag"]})
                assert again.status_code == 304 and not again.content and again.headers["ETag"] == first.headers["ETag"]
            plain = running.client.get(running.root + path, headers={"Accept": MEDIA[0], "Accept-Encoding": "identity"})
            packed = running.client.get(running.root + path, headers={"Accept": MEDIA[0], "Accept-Encoding": "gzip"})
            assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
            assert plain.content == packed.content and plain.headers["ETag"] != packed.headers["ETag"]
    assert running.get("/feed", accept=MEDIA[0]).headers["Cache-Control"] == "public, no-cache"


def test_what_is_no_page_is_not_found(running: Running) -> None:
    name = feed.head(running.data).batches[0].name
    paths = [f"/feed/{name}/{bad}" for bad in ("99999999", "-1", "00", "1e3", "%00", "0.trig", "9" * 5000, "%ff", "a/b", "..%2f0")]
    paths += [
        "/feed/x/0",
        "/feed/..%2f..%2fetc/0",
        "/feed/%00/0",
        f"/feed/.{name}.tmp/0",
        "/feed/state.sqlite3/0",
        "/feed/" + "x" * 9000 + "/0",
    ]
    paths += ["/activity/x", "/activity/%00", f"/activity/notices/{name}/9999", f"/activity/x/{name}/0", "/activity/all-changes/x/0"]
    for path in paths:
        assert running.get(path, accept="*/*").status_code in (404, 414, 400), path
    assert running.get(f"/feed/{name}/0", accept="text/html").status_code == 406
    assert running.get("/feed", accept="image/png").status_code == 406


def test_the_root_uses_the_words_of_the_vocabularies(running: Running, shared: Path) -> None:
    known = {
        quad.subject.value
        for name in ("ldes-vocabulary.ttl", "tree.ttl")
        for quad in parse(path=str(shared / "vocab" / "ldes" / name), format=RdfFormat.TURTLE)
        if isinstance(quad.subject, NamedNode)
    }
    known |= {
        iris.TREE + name for name in ("member", "GreaterThanOrEqualToRelation")
    }  # in the specification; the file spells them otherwise
    page = f"/feed/{feed.head(running.data).batches[0].name}/0"
    for path in ("/feed", page):
        for quad in parse(running.get(path, accept=MEDIA[1]).content, format=RdfFormat.N_QUADS):
            for term in (quad.predicate, quad.object):
                if isinstance(term, NamedNode) and term.value.startswith((iris.LDES, iris.TREE)):
                    assert term.value in known, term
    root = Store()
    root.load(running.get("/feed", accept="text/turtle").content, RdfFormat.TURTLE)
    stream = f"<{iris.feed(running.site, 'stream')}>"
    ask = f"""PREFIX ldes: <{iris.LDES}> PREFIX tree: <{iris.TREE}> PREFIX as: <{iris.ACTIVITY}> PREFIX dct: <{iris.DCTERMS}>
    ASK {{ {stream} a ldes:EventStream ; tree:view <{iris.feed(running.site)}> ; ldes:timestampPath dct:modified ;
      ldes:versionOfPath dct:isVersionOf ; ldes:versionDeleteObject as:Delete ; tree:shape ?shape .
      <{iris.feed(running.site)}> tree:relation ?r ; ldes:retentionPolicy ?policy .
      ?r tree:node ?n ; tree:path dct:modified ; tree:value ?v }}"""
    assert root.query(ask)


def test_every_member_conforms_to_the_shape_of_the_stream(running: Running) -> None:
    import pyshacl
    import rdflib

    shapes, members = rdflib.Graph(), rdflib.Graph()
    shapes.parse(data=running.get("/feed", accept="text/turtle").text, format="turtle")
    shape = rdflib.URIRef(iris.feed(running.site, "shape"))
    target = rdflib.URIRef(iris.SHACL + "targetObjectsOf")
    shapes.add((shape, target, rdflib.URIRef(iris.TREE + "member")))
    for batch in feed.head(running.data).batches:
        for number in pages.numbers(batches.folder_of(running.data, batch.name)):
            for quad in parse(running.get(f"/feed/{batch.name}/{number}", accept=MEDIA[1]).content, format=RdfFormat.N_QUADS):
                if quad.graph_name == DefaultGraph():
                    members.parse(data=f"{quad.triple} .", format="nt")
    assert len(list(members.subject_objects(rdflib.URIRef(iris.TREE + "member")))) > 100
    sound, _, text = pyshacl.validate(members, shacl_graph=shapes)
    assert sound, text


# Activities


def walk(running: Running, name: str) -> Iterator[dict[str, Any]]:
    """Every activity of a list, oldest first, by its links alone."""
    whole = running.get(f"/activity/{name}", accept="application/ld+json").json()
    assert whole["type"] == "OrderedCollection" and whole["id"] == f"{running.site}/activity/{name}"
    address, former, count = whole["first"]["id"], None, 0
    while address:
        found = running.get(address.removeprefix(running.site), accept="application/json")
        page = found.json()
        assert page["id"] == address and page["type"] == "OrderedCollectionPage" and page["partOf"]["id"] == whole["id"]
        assert page["startIndex"] == count and page.get("prev", {}).get("id") == former
        assert ("immutable" in found.headers["Cache-Control"]) == ("next" in page)
        count += len(page["orderedItems"])
        yield from page["orderedItems"]
        former, address = address, page.get("next", {}).get("id")
    assert former == whole["last"]["id"] and count == whole["totalItems"]


def test_the_list_of_manifests_is_iiif_change_discovery(running: Running) -> None:
    found = running.get("/activity/all-changes", accept="*/*")
    assert found.headers["Content-Type"] == f'application/ld+json;profile="{DISCOVERY}"' and found.json()["@context"] == DISCOVERY
    items = list(walk(running, "all-changes"))
    times = [item["endTime"] for item in items]
    assert times == sorted(times) and {item["type"] for item in items} <= {"Create", "Update", "Delete"}
    last = {item["object"]["id"]: item["type"] for item in items}
    there = {address for address, kind in last.items() if kind != "Delete"}
    reader = store.open_reader(store.current(running.data))
    client = follower(running, MEDIA[1])
    client.follow()
    every = [entity for entity in client.entities if base_of(running.site, entity)]
    expected = {f"{iris.thing_to_document(running.site, e)}.manifest.json" for e in every if images(e, Graph(reader.describe(e)))}
    assert there == expected and len(there) > 15
    for item in items:
        assert item["object"]["type"] == "Manifest"
        path = item["object"]["id"].removeprefix(running.site)
        assert (running.get(path, accept="*/*").status_code == 200) == (item["object"]["id"] in there), path
    for also in next(item for item in items if item["type"] != "Delete")["object"]["seeAlso"]:
        assert running.get(also["id"].removeprefix(running.site), accept="*/*").status_code == 200


def test_the_list_of_notices_has_each_of_them(running: Running, notices: list[str]) -> None:
    items = list(walk(running, "notices"))
    last = {item["object"]["id"]: item["type"] for item in items}
    assert {iri for iri, kind in last.items() if kind != "Delete"} == set(notices)
    assert last[f"{running.site}/id/mnr/rfr21"] == "Delete"


def test_readers_get_a_page(running: Running) -> None:
    for lang in ("fr", "en"):
        text = running.get(f"/feed?lang={lang}").text
        assert "/activity/all-changes" in text and all(batch.name in text for batch in feed.head(running.data).batches)
    assert json.loads(running.get("/activity/notices", accept="text/html,*/*").text)
