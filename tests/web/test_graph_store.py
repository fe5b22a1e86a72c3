"""/rdf-graph-store on the public port: what it reads, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, Store, parse

from pop_ld import iris, store
from pop_ld.web import graph_store

from .conftest import Running, serve

PATH = "/rdf-graph-store"


def ask(
    running: Running, method: str = "GET", accept: str = "text/turtle", headers: dict[str, str] | None = None, **named: str
) -> httpx.Response:
    return running.client.request(method, running.root + PATH, params=named, headers={"Accept": accept, **(headers or {})})


def graph(running: Running) -> str:
    return iris.examples_graph(running.site)


@pytest.mark.parametrize(
    ("accept", "media_type", "form"),
    [
        ("text/turtle", "text/turtle; charset=utf-8", RdfFormat.TURTLE),
        ("", "text/turtle; charset=utf-8", RdfFormat.TURTLE),
        ("text/*", "text/turtle; charset=utf-8", RdfFormat.TURTLE),
        ("text/turtle;q=0.1, application/n-triples", "application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", "application/rdf+xml", RdfFormat.RDF_XML),
        ("application/ld+json", "application/ld+json", RdfFormat.JSON_LD),
    ],
)
def test_a_named_graph_whole_in_every_format(running: Running, accept: str, media_type: str, form: RdfFormat) -> None:
    held = Store.read_only(str(store.current(running.data).path / "store"))
    wanted = {quad.triple for quad in held.quads_for_pattern(None, None, None, None) if str(quad.graph_name) == f"<{graph(running)}>"}
    answer = ask(running, accept=accept, graph=graph(running))
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert len({quad.triple for quad in parse(answer.content, format=form)}) == len(wanted) > 100


def test_the_default_graph_streams_whole(running: Running) -> None:
    answer = ask(running, accept="application/n-triples", default="")
    assert answer.status_code == 200
    assert len(set(answer.text.splitlines())) == store.current(running.data).manifest["triples"]


def test_an_answer_is_known_again(running: Running) -> None:
    answer = ask(running, graph=graph(running))
    tag = answer.headers["etag"]
    assert answer.headers["pop-release"] == store.current_name(running.data) and not tag.startswith("W/")
    assert ask(running, graph=graph(running), headers={"If-None-Match": tag}).status_code == 304
    assert ask(running, accept="application/n-triples", graph=graph(running), headers={"If-None-Match": tag}).status_code == 200
    assert ask(running, graph=iris.void_graph(running.site), headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("named", [{"default": ""}, {"graph": "examples"}], ids=["default", "named"])
def test_head_is_get_without_the_graph(running: Running, named: dict[str, str]) -> None:
    named = {name: graph(running) if value else "" for name, value in named.items()}
    head, get = ask(running, "HEAD", **named), ask(running, **named)
    assert head.status_code == 200 and not head.content
    for name in ("content-type", "etag", "vary", "cache-control", "pop-release"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("default&default", 400),
        ("default&graph=http://example.org/g", 400),
        ("graph=http://example.org/g&graph=http://example.org/h", 400),
        ("graph=person/1", 400),
        ("graph=", 400),
        ("graph=http://example.org/%3E%20%7B%7D%20SERVICE", 400),
        ("graph=%FF", 400),
        ("graph=http://example.org/unknown", 404),
    ],
)
def test_refusals(running: Running, query: str, status: int) -> None:
    answer = running.client.get(f"{running.root}{PATH}?{query}", headers={"Accept": "text/turtle"})
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == status and answer.headers["access-control-allow-origin"] == "*"
    assert running.client.head(f"{running.root}{PATH}?{query}").status_code == status


def test_no_format_of_ours(running: Running) -> None:
    answer = ask(running, accept="image/png", graph=graph(running))
    assert answer.status_code == 406 and "text/turtle" in answer.json()["offers"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_nothing_is_written_here(running: Running, method: str) -> None:
    answer = ask(running, method, graph=graph(running))
    assert answer.status_code == 405 and set(answer.headers["allow"].replace(" ", "").split(",")) == {"GET", "HEAD"}


def test_a_graph_too_large_is_refused_at_once(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release says how large its graphs are; the limit is lowered, for the samples are small."""
    limit = store.current(running.data).manifest["triples"] - 1
    monkeypatch.setattr(graph_store, "LARGEST", limit)
    answer = ask(running, default="")
    assert answer.status_code == 403 and f"{limit:,}" in answer.json()["detail"]
    assert ask(running, graph=graph(running)).status_code == 200


def test_without_counts_a_graph_is_found_all_the_same(running: Running, tmp_path: Path) -> None:
    """A release that was published before there were counts."""
    release = store.current(running.data)
    folder = tmp_path / "snapshots" / release.name
    folder.mkdir(parents=True)
    for part in ("store", "search", "manifest.json"):
        (folder / part).symlink_to(release.path / part)
    (tmp_path / "current").symlink_to(folder)
    server, thread, root = serve(replace(running.settings, data=str(tmp_path)))
    try:
        assert httpx.get(root + PATH, params={"graph": graph(running)}).status_code == 200
        assert httpx.get(root + PATH, params={"graph": "http://example.org/none"}).status_code == 404
    finally:
        server.should_exit = True
        thread.join(10)
