"""Answers to queries: known again by ETag, kept, coded, cut where they fail, and never taken for whole when they are not."""

import gzip
import re
import socket
from dataclasses import replace
from urllib.parse import quote_plus, urlsplit

import httpx
import pytest
import zstandard

from .conftest import Running, serve

LABELS = "SELECT ?s ?l WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l }"
LONG = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"
HOURS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
JSON = "application/sparql-results+json"


def ask(running: Running, query: str, **headers: str) -> httpx.Response:
    return running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": JSON, **headers})


def said(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


def test_an_answer_is_known_again(running: Running) -> None:
    first = ask(running, LABELS)
    tag = first.headers["etag"]
    assert tag.startswith('"') and first.headers["cache-control"] == "public, no-cache"
    again = ask(running, LABELS, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["pop-release"] == first.headers["pop-release"]
    others = [ask(running, LABELS + " "), ask(running, LABELS, Accept="text/csv"), ask(running, LABELS, **{"Accept-Encoding": "identity"})]
    assert len({tag, *(other.headers["etag"] for other in others)}) == 4


def test_the_same_tag_is_the_same_bytes(running: Running) -> None:
    """From another server over the same release, whose cache is its own: group by, distinct and construct come in the same order."""
    server, thread, root = serve(replace(running.settings, result_cache=0))
    queries = [
        LABELS,
        "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p",
        "SELECT DISTINCT ?p WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t }",
        "DESCRIBE <https://data.pop.culture.gouv.fr/id/merimee/PA09900001>",
        LABELS + " ORDER BY ?l LIMIT 50",
    ]
    for query in queries:
        here, there = (httpx.get(r + "/sparql", params={"query": query}, headers={"Accept": "*/*"}) for r in (running.root, root))
        assert here.status_code == 200 and here.headers["etag"] == there.headers["etag"]
        assert here.content == there.content, query
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (now() AS ?x) { }", "CONSTRUCT { [] a ?t } WHERE { ?s a ?t } LIMIT 3"]
)
def test_what_changes_from_one_time_to_the_next_has_no_tag(running: Running, query: str) -> None:
    answer = ask(running, query, Accept="*/*")
    assert "etag" not in answer.headers and answer.headers["cache-control"] == "no-store"
    assert answer.content != ask(running, query, Accept="*/*").content


def test_a_query_is_run_once(running: Running) -> None:
    dear = "SELECT (COUNT(*) AS ?n) WHERE { SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 300000 }"
    before = running.get("/metrics", "text/plain").text
    first, second = ask(running, dear), ask(running, dear)
    assert first.content == second.content and said(first) == said(second)
    after = running.get("/metrics", "text/plain").text
    counted = [float(re.findall(r"^pop_ld_query_run_seconds_count\S* (\S+)", text, re.MULTILINE)[0]) for text in (before, after)]
    assert counted[1] - counted[0] == 1


@pytest.mark.parametrize(
    ("asked", "coding"),
    [("gzip", "gzip"), ("zstd, gzip", "zstd"), ("gzip;q=1, zstd;q=0.5", "gzip"), ("br", ""), ("gzip;q=0", ""), ("", "")],
)
def test_content_codings(running: Running, asked: str, coding: str) -> None:
    request = running.client.build_request("GET", running.root + "/sparql", params={"query": LABELS}, headers={"Accept": "text/csv"})
    request.headers["Accept-Encoding"] = asked
    answer = running.client.send(request, stream=True)
    body = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding", "") == coding and "Accept-Encoding" in answer.headers["vary"]
    plain = {"gzip": gzip.decompress, "zstd": zstandard.ZstdDecompressor().decompressobj().decompress}.get(coding, bytes)(body)
    assert plain.startswith(b"s,l\r\nhttp")


def test_a_long_coded_answer_is_whole(running: Running) -> None:
    query = LONG + " LIMIT 40000"
    plain = ask(running, query, Accept="text/csv", **{"Accept-Encoding": "identity"})
    coded = ask(running, query, Accept="text/csv", **{"Accept-Encoding": "gzip"})
    assert coded.headers["content-encoding"] == "gzip" and "content-length" not in coded.headers
    assert plain.content == coded.content and len(plain.content) > 1 << 20


@pytest.mark.parametrize(
    ("name", "query", "kind"),
    [
        ("csv", LABELS, "text/csv; charset=utf-8"),
        ("json", LABELS, JSON),
        ("json", "CONSTRUCT WHERE { ?s a ?t }", "application/ld+json"),
        ("xml", "CONSTRUCT WHERE { ?s a ?t }", "application/rdf+xml"),
        ("tsv", "ASK {}", "text/tab-separated-values; charset=utf-8"),
        ("ttl", "DESCRIBE <a:b>", "text/turtle; charset=utf-8"),
    ],
)
def test_a_link_may_choose_the_format(running: Running, name: str, query: str, kind: str) -> None:
    answer = running.get(f"/sparql?format={name}&query={quote_plus(query)}", "text/html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


def test_an_unknown_format_is_a_fault(running: Running) -> None:
    assert running.get(f"/sparql?format=pdf&query={quote_plus(LABELS)}", "*/*").status_code == 400
    assert running.get(f"/sparql?format=ttl&query={quote_plus(LABELS)}", "*/*").status_code == 406


def test_commas_in_iris_and_texts(running: Running) -> None:
    answer = ask(running, 'SELECT ?a ?b { VALUES (?a ?b) { (<http://x.example/a,b> "c,\\"d\\"") } }', Accept="text/csv")
    assert answer.text == 'a,b\r\n"http://x.example/a,b","c,""d"""\r\n'


def raw(running: Running, version: str, query: str, seconds: str) -> bytes:
    """The bytes of an answer, from the status line on, over a connection that is closed at their end."""
    address = urlsplit(running.root)
    with socket.create_connection((address.hostname, address.port)) as client:  # type: ignore[arg-type]
        lines = [
            f"GET /sparql?timeout={seconds}&query={quote_plus(query)} HTTP/{version}",
            "Host: x",
            "Accept: text/csv",
            "Connection: close",
        ]
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        received = bytearray()
        while block := client.recv(1 << 16):
            received += block
    return bytes(received)


def test_http_1_0_knows_an_answer_to_be_whole_by_its_length(running: Running) -> None:
    head, _, body = raw(running, "1.0", LONG + " LIMIT 40000", "4").partition(b"\r\n\r\n")
    assert b" 200 " in head[:20] and f"content-length: {len(body)}".encode() in head.lower()
    assert len(body) > 1 << 20
    assert b" 504 " in raw(running, "1.0", LONG, "1")[:20]


def test_a_cut_answer_has_no_end(running: Running) -> None:
    received = raw(running, "1.1", LONG, "1")
    assert b" 200 " in received[:20] and b"transfer-encoding: chunked" in received.lower()
    assert not received.endswith(b"0\r\n\r\n")


def test_head_has_the_headers_of_get(running: Running) -> None:
    for accept in ("text/csv", "*/*"):
        got = running.client.get(running.root + "/sparql", params={"query": LABELS + "# head"}, headers={"Accept": accept})
        head = running.client.head(running.root + "/sparql", params={"query": LABELS + "# head"}, headers={"Accept": accept})
        assert head.content == b"" and said(head) == said(got)


def test_a_greedy_client_is_told_to_wait(running: Running) -> None:
    server, thread, root = serve(replace(running.settings, client_seconds=0.5, client_rate=0.1, lang="fr"))
    assert httpx.get(root + "/sparql", params={"query": HOURS, "timeout": "1"}, timeout=30).status_code == 504
    refused = httpx.get(root + "/sparql", params={"query": LABELS + " # that no other test asked: a kept answer costs nothing"})
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 10
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.json()["type"].endswith("#too-many-requests") and refused.json()["title"]
    page = httpx.get(root + "/sparql", params={"query": LABELS}, headers={"Accept": "text/html"})
    assert page.status_code == 429 and page.headers["retry-after"] and "Trop de requêtes" in page.text
    server.should_exit = True
    thread.join(10)


def test_a_syntax_error_shows_its_place(running: Running) -> None:
    problem = ask(running, "SELECT ?s\nWHERE { ?s ex:p }").json()
    assert (problem["status"], problem["line"]) == (400, 2) and problem["detail"].startswith("expected")
    assert problem["excerpt"] == "WHERE { ?s ex:p }" and problem["mark"] == problem["column"] - 1
    unknown = ask(running, "SELECT (<http://x.example/f>(1) AS ?x) {}")
    assert unknown.status_code == 400 and "http://x.example/f" in unknown.json()["detail"]


def test_words_are_searched_inside_a_query(running: Running) -> None:
    query = """PREFIX pop: <https://data.pop.culture.gouv.fr/def/pop#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?n ?s ?l WHERE { ?n pop:search "église" ; pop:score ?s ; rdfs:label ?l } ORDER BY DESC(?s)"""
    answer = ask(running, query)
    rows = answer.json()["results"]["bindings"]
    assert rows and answer.headers["pop-rewrites"].startswith("text")
    listed = running.get("/search?q=%C3%A9glise", "text/html").text
    assert all(row["n"]["value"].rpartition("/")[2] in listed for row in rows[:3])
    assert ask(running, query.replace('"église"', "?words")).status_code == 400
