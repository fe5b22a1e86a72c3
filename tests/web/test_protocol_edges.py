"""/sparql where clients differ: Accept headers, repeated parameters, encodings, preflights, long queries, unicode."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote

import httpx
import pytest

from .conftest import Running

ASK, SELECT, CONSTRUCT = "ASK {}", "SELECT (1 AS ?x) {}", "CONSTRUCT { <x:a> <x:b> 1 } WHERE {}"
JSON, XML, TURTLE = "application/sparql-results+json", "application/sparql-results+xml", "text/turtle; charset=utf-8"
CSV, TSV = "text/csv; charset=utf-8", "text/tab-separated-values; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


def get(running: Running, query: str, accept: str | None = "", **headers: str) -> httpx.Response:
    request = running.client.build_request(
        "GET", running.root + "/sparql", params={"query": query}, headers={"Accept": accept or "", **headers}
    )
    if accept is None:
        del request.headers["accept"]
    return running.client.send(request)


def post(running: Running, content: str | bytes, kind: str, path: str = "/sparql") -> httpx.Response:
    content = content.encode() if isinstance(content, str) else content
    return running.client.post(running.root + path, content=content, headers={"Content-Type": kind} if kind else {})


# Content negotiation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (SELECT, None, JSON),
        (SELECT, "*/*", JSON),
        (SELECT, "text/*", CSV),
        (SELECT, "text/*, text/csv;q=0.5", TSV),
        (SELECT, "text/*;q=0.5, text/csv;q=0", TSV),
        (SELECT, "application/*", JSON),
        (SELECT, "*/*;q=0.1, application/sparql-results+xml;q=0.2", XML),
        (SELECT, "application/sparql-results+json;q=0, */*", XML),
        (SELECT, "application/sparql-results+json;q=0.3, text/csv;q=0.30001", CSV),
        (SELECT, "TEXT/CSV", CSV),
        (SELECT, "text/csv; charset=utf-8", CSV),
        (SELECT, "text/csv ; q=0.5 , application/json", "application/json"),
        (SELECT, "application/rdf+xml, application/sparql-results+xml", XML),
        (SELECT, "image/png, */*;q=0.01", JSON),
        (SELECT, "application/sparql-results+xml, application/sparql-results+json, application/json;q=0.5", JSON),
        (ASK, "application/xml", "application/xml"),
        (CONSTRUCT, None, TURTLE),
        (CONSTRUCT, "text/*", TURTLE),
        (CONSTRUCT, "application/*", "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml;q=0.9, application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/sparql-results+json, text/turtle;q=0.1", TURTLE),
    ],
)
def test_the_format_is_what_the_client_likes_best(running: Running, query: str, accept: str | None, media_type: str) -> None:
    answer = get(running, query, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert "accept" in answer.headers["vary"].lower()


@pytest.mark.parametrize("accept", ["image/png", "text/html2", "*/*;q=0", "text/csv;q=0", "application/sparql-results+yaml, image/*"])
def test_no_format_of_ours(running: Running, accept: str) -> None:
    answer = get(running, SELECT, accept)
    assert answer.status_code == 406
    assert {"application/sparql-results+json", "text/csv"} <= set(answer.json()["offers"])


# Parameters ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("query=ASK{}&query=ASK{}", 400),
        ("query=ASK{}&update=DROP%20ALL", 403),
        ("update=DROP%20ALL", 403),
        ("query=ASK{}&default-graph-uri=relative", 400),
        ("query=ASK{}&named-graph-uri=x:a%3E%20%7B%7D", 400),
        ("query=%FF", 400),
        ("query=ASK%20%7B%7D%20%23%C3%28", 400),
        ("query=ASK{}&timeout=-1", 400),
        ("query=ASK{}&timeout=nan", 400),
        ("query=ASK{}&format=exe", 400),
        ("query=ASK+%7B%7D&unknown=parameter", 200),
        ("query=ASK%20%7B%20%7D%0A", 200),
    ],
)
def test_parameters_of_an_address(running: Running, query: str, status: int) -> None:
    answer = running.client.get(f"{running.root}/sparql?{query}", headers={"Accept": ""})
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["status"] == status
    posted = post(running, query, FORM)
    assert posted.status_code == status, posted.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (ASK, "application/sparql-query", 200),
        (ASK, "application/sparql-query; charset=utf-8", 200),
        (ASK, "Application/SPARQL-Query;charset=UTF-8", 200),
        (f"query={quote(ASK)}", FORM + "; charset=utf-8", 200),
        (ASK, "text/plain", 415),
        (ASK, "", 415),
        (ASK, "application/json", 415),
        (ASK, "multipart/form-data; boundary=a", 415),
        (ASK, "application/sparql-update", 403),
        ("", "application/sparql-query", 400),
        ("", FORM, 400),
        ("ASK { } # é".encode("latin-1"), "application/sparql-query", 400),
        (ASK.encode("utf-16"), "application/sparql-query; charset=utf-16", 400),
    ],
)
def test_bodies(running: Running, content: str | bytes, kind: str, status: int) -> None:
    answer = post(running, content, kind)
    assert answer.status_code == status, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_protocol_names_the_dataset_whatever_the_query_says(running: Running) -> None:
    """SPARQL 1.1 Protocol §2.1.4; the parameters of a direct POST are those of its address."""
    query = "ASK FROM <http://example.org/none> { ?s ?p ?o }"
    examples = quote(f"{running.site}/graph/examples")
    assert get(running, query).json()["boolean"] is False
    assert post(running, query, "application/sparql-query", f"/sparql?default-graph-uri={examples}").json()["boolean"] is True
    assert post(running, f"query={quote(query)}&default-graph-uri={examples}", FORM).json()["boolean"] is True
    other = "ASK FROM NAMED <http://example.org/none> { GRAPH ?g { ?s ?p ?o } }"
    assert post(running, other, "application/sparql-query", f"/sparql?named-graph-uri={examples}").json()["boolean"] is True


@pytest.mark.parametrize("query", ["SELECT (<x:no>(1) AS ?y) {}", "SELECT * { FILTER(<http://example.org/f>(1)) }"])
def test_an_unknown_function_is_the_fault_of_the_query(running: Running, query: str) -> None:
    answer = get(running, query)
    assert answer.status_code == 400 and "not supported" in answer.json()["detail"]


# Long and strange texts ----------------------------------------------------------------------------------------------------


def test_a_query_of_a_megabyte_is_answered_and_one_byte_more_is_not(running: Running) -> None:
    limit = running.settings.query_size
    whole = "ASK {} #" + "é" * ((limit - 8) // 2)
    assert len(whole.encode()) == limit
    for kind, text in (("application/sparql-query", whole), (FORM, "query=" + quote(whole))):
        assert post(running, text, kind).status_code == 200
    for kind, text in (("application/sparql-query", whole + "x"), (FORM, "query=" + quote(whole + "x"))):
        answer = post(running, text, kind)
        assert answer.status_code == 413 and answer.json()["type"] == "/errors#query-too-long"


def test_an_address_too_long(running: Running) -> None:
    assert running.client.get(f"{running.root}/sparql?query=ASK{{}}%23{'x' * 60_000}").status_code == 200
    connection = http.client.HTTPConnection(running.root.removeprefix("http://"))
    connection.request("GET", f"/sparql?query=ASK%7B%7D%23{'x' * 70_000}")
    answer = connection.getresponse()
    assert answer.status == 414 and answer.headers["access-control-allow-origin"] == "*"
    connection.close()


@pytest.mark.parametrize("text", ["é", "日本語", "😀", "\u202eabc", "a\\tb", "\\u00e9", "\\U0001F600"])
def test_any_text_comes_back(running: Running, text: str) -> None:
    expected = json.loads(f'"{text}"') if not text.startswith("\\U") else "😀"
    for accept in (JSON, XML, CSV, TSV):
        answer = get(running, f"SELECT ('{text}' AS ?x) {{}}", accept)
        assert answer.status_code == 200
        assert expected in answer.text.replace("\\t", "\t").replace("&#x9;", "\t") or expected in json.dumps(
            answer.json(), ensure_ascii=False
        )


def test_iris_with_commas_and_quotes_in_csv(running: Running) -> None:
    """RFC 4180: what holds a comma, a quotation mark or a line break is quoted."""
    query = "SELECT (IRI('http://x/a,b') AS ?i) ('1,2' AS ?t) ('say \"é\"' AS ?u) ('a\\nb' AS ?v) {}"
    assert get(running, query, "text/csv").content.decode() == 'i,t,u,v\r\n"http://x/a,b","1,2","say ""é""","a\nb"\r\n'


# HEAD, OPTIONS, CORS -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT, "SELECT nonsense", "SELECT * { ?s ?p ?o }", ""])
def test_head_is_get_without_its_body(running: Running, query: str) -> None:
    parameters = {"query": query} if query else {}
    get, head = (running.client.request(m, running.root + "/sparql", params=parameters, headers={"Accept": "*/*"}) for m in ("GET", "HEAD"))
    assert head.status_code == get.status_code and not head.content
    left_out = {"date", "transfer-encoding"} | (set() if "content-length" in get.headers else {"content-length"})
    assert {n: v for n, v in head.headers.items() if n not in left_out} == {n: v for n, v in get.headers.items() if n not in left_out}


@pytest.mark.parametrize("path", ["/sparql", "/rdf-graph-store", "/sparql?query=SELECT%20nonsense"])
@pytest.mark.parametrize(
    "wanted",
    [
        "content-type",
        "accept, content-type, if-none-match, accept-language",
        "x-requested-with",  # libraries of web pages send it, though nothing here wants it
    ],
)
def test_a_preflight_lets_any_web_page_ask(running: Running, path: str, wanted: str) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": wanted}
    answer = running.client.options(running.root + path, headers=headers)
    assert answer.status_code in (200, 204) and not answer.content
    assert answer.headers["access-control-allow-origin"] == "*"
    allowed = {name.strip() for name in answer.headers["access-control-allow-headers"].lower().split(",")}
    assert set(wanted.split(", ")) <= allowed or "*" in allowed


@pytest.mark.parametrize(
    "path", ["/sparql?query=nonsense", "/sparql?query=ASK{SERVICE<http://127.0.0.1:9/>{}}", "/nowhere", "/rdf-graph-store"]
)
def test_faults_may_be_read_by_any_web_page(running: Running, path: str) -> None:
    answer = running.client.get(running.root + path, headers={"Origin": "https://example.org", "Accept": "application/json"})
    assert answer.status_code >= 400 and answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"]
    assert "Pop-Release" in exposed and "Retry-After" in exposed


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(running: Running, method: str) -> None:
    answer = running.client.request(method, running.root + "/sparql", params={"query": ASK})
    assert answer.status_code == 405 and "GET" in answer.headers["allow"]
