"""SERVICE is refused in every disguise, nothing else is, and nothing ever connects anywhere."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pyoxigraph import Store
from store_samples import notices, publish, run_python

from pop_ld.config import Settings
from pop_ld.errors import QueryError, QueryForbidden, QuerySyntaxError
from pop_ld.store import QueryPool, QueryRequest, Release
from pop_ld.store.guard import calls_service, update_keyword

PREFIXES = "PREFIX ex: <a:> PREFIX : <a:> PREFIX SERVICE: <a:> PREFIX myservice: <a:> PREFIX é: <a:> "

CALLS = [
    "SERVICE <a:b> {}",
    "service <a:b> {}",
    "SeRvIcE SILENT <a:b> {}",
    "SERVICE ex:x {}",
    "SERVICE ex: {}",
    "SERVICE : {}",
    "SERVICE:x{}",
    "SERVICEex:x{}",
    "SERVICESILENTex:x{}",
    "SERVICEé:x{}",
    "SERVICE<a:b>{}",
    "SERVICE\t\r\n<a:b>\n{}",
    "SERVICE#comment\nSILENT#{\n<a:b>#'\n{}",
    "VALUES ?x {<a:b>} SERVICE ?x {}",
    "VALUES ?x {<a:b>} SERVICE$x{}",
    "?a ?b 1SERVICE<a:b>{}",
    "?a ?b 1.SERVICE<a:b>{}",
    "?a ?b 1.5e5SERVICE<a:b>{}",
    "?a ?b trueSERVICE<a:b>{}",
    "falsea1SERVICE<a:b>{}",
    "?a ?b ?c.SERVICE<a:b>{}",
    "?a ?b ?c;SERVICE<a:b>{}",
    "?a ?b 'x'SERVICE<a:b>{}",
    "?a ?b 'x'@fr.SERVICE<a:b>{}",
    "?a ?b ex:.SERVICE<a:b>{}",
    "?a ?b <a:#>SERVICE<a:b>{}",
    "?a ?b '\\''.SERVICE<a:b>{}",
    "?a ?b '''''' . SERVICE<a:b>{}",
    "?a ?b '''a''b\\''''.SERVICE<a:b>{}",
    '?a ?b """a\\"""".SERVICE<a:b>{}',
    "?a ?b ex:a\\' . SERVICE <a:b> {} ?a ?b ex:a\\'",
    "?a ?b ex:a\\# . SERVICE <a:b> {}",
    "?a ?b <a:'> . SERVICE <a:b> {} ?a ?b <a:'>",
    "FILTER(?c<'>'||?c='x') SERVICE <a:b> {} FILTER(?c='')",
    "FILTER(?c<?a&&?b>?c)SERVICE<a:b>{}",
    "# it's\nSERVICE <a:b> {} # '\n",
    "# it's\rSERVICE <a:b> {} # '\r",
    "FILTER EXISTS { SERVICE <a:b> {} }",
    "OPTIONAL { { SELECT * { MINUS { SERVICE SILENT <a:b> { SERVICE <a:c> {} } } } } }",
    "GRAPH ?g { SERVICE <a:b> {} }",
    "<< ?a ?b ?c >> ?d ?e . SERVICE <a:b> {}",
    "SERVICE <\\u0061:b> {}",
]
ESCAPED = ["\\u0053ERVICE <a:b> {}", "S\\U00000045RVICE ex:x {}", "\\u0053\\u0045\\u0052\\u0056\\u0049\\u0043\\u0045 <a:b> \\u007B}"]
INNOCENT = [
    "?a ?b 'SERVICE <a:b> {}'",
    '?a ?b "it\'s SERVICE <a:b> {}"',
    "?a ?b '''\n' SERVICE <a:b> {} ''\n'''",
    '?a ?b """\n" SERVICE <a:b> {} ""\n"""',
    "?a ?b 'x\\' SERVICE <a:b> {}'",
    "?a ?b 'x' . # SERVICE <a:b> {}\n",
    "?a ?b <a:SERVICE>",
    "?a <a:x#SERVICE> ?x {}",
    "?service ?SERVICE $service {}",
    "?a ex:service ?x {}",
    "?a ex:customer.service ?x {}",
    "?a SERVICE:p ?x",
    "?a myservice:p ?x . GRAPH myservice:g {}",
    "?a ?b _:service . {}",
    "?a ?b 'x'^^ex:SERVICE:x{}",
    "?a ?b 'SERVICE'@fr {}",
    "FILTER(?a < 'SERVICE <x> {') FILTER(?b > 1)",
]


def wrapped(body: str) -> str:
    return f"{PREFIXES}SELECT * {{ {body} }}"


def parses(query: str) -> bool:
    try:
        Store().query(query)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("body", CALLS)
def test_the_engine_takes_it_for_a_call_and_so_does_the_guard(body: str) -> None:
    query = wrapped(body)
    assert parses(query), "the disguise is no use unless the engine reads it"
    assert calls_service(query)


@pytest.mark.parametrize("body", ESCAPED)
def test_codepoint_escapes_hide_nothing(body: str) -> None:
    assert calls_service(wrapped(body))


@pytest.mark.parametrize("body", INNOCENT)
def test_the_word_elsewhere_is_allowed(body: str) -> None:
    query = wrapped(body)
    assert parses(query)
    assert not calls_service(query)


def test_long_queries_are_read_in_reasonable_time() -> None:
    for text in ("?a ?b 'service' . " * 10_000, "SERVICE " * 20_000, "<" * 100_000 + "service", "\"'" * 60_000 + "service"):
        assert not calls_service(wrapped(text))


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("INSERT DATA { <a:b> <a:c> 1 }", "INSERT"),
        ("# SELECT\nPREFIX a: <a:#>\n BASE <a:b> prefix : <x:> load <http://x/>", "LOAD"),
        ("clear all", "CLEAR"),
        ("WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "WITH"),
        ("SELECT * { ?insert ?p 'INSERT' }", ""),
        ("PREFIX insert: <a:> SELECT * {}", ""),
        ("inserts", ""),
        ("", ""),
        ("PREFIX", ""),
    ],
)
def test_updates_are_known_by_their_first_keyword(text: str, keyword: str) -> None:
    assert update_keyword(text) == keyword


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("guard") / "data", "r0", notices(0, 3))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        yield server


def nobody_called(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except TimeoutError:
        return True
    return False


def test_no_query_makes_a_connection(release: Release, listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    forbidden = [
        f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ ?a ?b ?c {{ SELECT * {{ SERVICE SILENT <{address}> {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }} }} }} }}",
        f"PREFIX ex: <{address}> SELECT * {{ ?a ?b ?c FILTER EXISTS {{SERVICEex:{{ ?s ?p ?o }}}}}}",
        f"SELECT * {{ VALUES ?x {{ <{address}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
        f"LOAD <{address}>",
        f"LOAD SILENT <{address}> INTO GRAPH <a:g>",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
        "DROP ALL",
    ]
    allowed = [
        f"SELECT * FROM <{address}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"SELECT * {{ GRAPH <{address}> {{ ?s ?p ?o }} }}",
        f"DESCRIBE <{address}>",
    ]

    async def work() -> None:
        pool = QueryPool(Settings(query_workers=2))
        for query in forbidden:
            with pytest.raises(QueryForbidden):
                await pool.answer(release, QueryRequest(query, "", 10))
        for query in allowed:
            answer = await pool.answer(release, QueryRequest(query, "", 10))
            assert answer.length is not None
        for graphs in ({"default_graphs": (address,)}, {"named_graphs": (address,)}):
            answer = await pool.answer(release, QueryRequest("SELECT * { ?s ?p ?o }", "text/csv", 10, **graphs))
            assert len(b"".join([block async for block in answer]).split()) == 1, "the header alone"
        with pytest.raises(QuerySyntaxError, match="custom function"):
            await pool.answer(release, QueryRequest(f"SELECT * {{ BIND(<{address}>('x') AS ?x) }}", "", 10))
        await pool.aclose()

    asyncio.run(work())
    assert nobody_called(listener)


BEHIND_THE_GUARD = """
import sys
from pop_ld.store import sandbox
from pyoxigraph import Store
sandbox.forbid_sockets()
list(Store().query("SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }" % sys.argv[1]))
try:
    list(Store().query("SELECT * { SERVICE <%s> { ?s ?p ?o } }" % sys.argv[1]))
except OSError as error:
    print(error)
"""


def test_behind_the_guard_a_worker_cannot_open_a_socket(listener: socket.socket) -> None:
    process = run_python(BEHIND_THE_GUARD, f"http://127.0.0.1:{listener.getsockname()[1]}/x")
    out, errors = process.communicate(timeout=30)
    assert "ermission denied" in out, errors
    assert nobody_called(listener)


def test_the_listener_would_have_noticed(listener: socket.socket) -> None:
    """The counter-test: without guard and sandbox the engine does connect."""
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    script = "import sys; from pyoxigraph import Store; list(Store().query('SELECT * { SERVICE SILENT <%s> {} }' % sys.argv[1]))"
    process = run_python(script, address)
    assert not nobody_called(listener)
    process.kill()
    process.communicate()


@pytest.mark.parametrize(
    ("query", "kind", "words", "line"),
    [
        ("SELECT * {\n ?s ?p }", QuerySyntaxError, "expected: ", 2),
        ("", QuerySyntaxError, "the query is empty", 1),
        ("SELECT ?x (1 AS ?x) {}", QuerySyntaxError, "Duplicated variable name", 1),
        ("SELECT * { ?s ex:p ?o }", QuerySyntaxError, "the prefix ex: is not declared", 1),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", QuerySyntaxError, "SELECT * ", 1),
        ("SELECT * { \ud800 }", QuerySyntaxError, "surrogates", 0),
        ("SELECT * {} \0", QuerySyntaxError, "expected: ", 1),
        ("INSERT DATA { <a:b> <a:c> 1 }", QueryForbidden, "INSERT", 0),
    ],
)
def test_what_is_wrong_is_said_and_where(release: Release, query: str, kind: type[QueryError], words: str, line: int) -> None:
    async def work() -> QueryError:
        pool = QueryPool(Settings(query_workers=1))
        try:
            with pytest.raises(kind) as caught:
                await pool.answer(release, QueryRequest(query, "", 10))
            return caught.value
        finally:
            await pool.aclose()

    error = asyncio.run(work())
    assert words in error.message
    if line:
        assert isinstance(error, QuerySyntaxError)
        assert error.line == line and error.column > 0
        assert error.excerpt == query.split("\n")[line - 1]
        assert error.mark == error.column - 1


class _Peer(BaseHTTPRequestHandler):
    """Another's endpoint, which answers each query with one row."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"from afar"}}]}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_service_on_the_allow_list_is_called_and_no_other(release: Release, listener: socket.socket) -> None:
    with HTTPServer(("127.0.0.1", 0), _Peer) as peer:
        threading.Thread(target=peer.serve_forever, daemon=True).start()
        friend = f"http://127.0.0.1:{peer.server_port}/sparql"
        stranger = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        forbidden = [
            f"SELECT * {{ SERVICE <{stranger}> {{ ?s ?p ?x }} }}",
            f"SELECT * {{ SERVICE <{friend}> {{ ?s ?p ?x }} SERVICE <{stranger}> {{ ?s ?p ?y }} }}",
            f"SELECT * {{ SERVICE <{friend}/> {{ ?s ?p ?x }} }}",
            f"SELECT * {{ VALUES ?e {{ <{friend}> }} SERVICE ?e {{ ?s ?p ?x }} }}",
            f"PREFIX f: <{friend}> SELECT * {{ SERVICE f: {{ ?s ?p ?x }} }}",
            f"SELECT * {{ SERVICE#\n<{friend}> {{ ?s ?p ?x }} }}",
            f'SELECT ("SERVICE <{friend}>" AS ?y) {{ SERVICE <{stranger}> {{ ?s ?p ?x }} }}',
            f"SELECT * {{ \\u0053ERVICE <{friend}> {{ ?s ?p ?x }} ?a ?b ?c SERVICE <{stranger}> {{ }} }}",
        ]

        async def work() -> list[bytes]:
            pool = QueryPool(Settings(query_workers=1, service_allow=f"https://other.example/sparql, {friend}"))
            for query in forbidden:
                with pytest.raises(QueryForbidden):
                    await pool.answer(release, QueryRequest(query, "", 10))
            found = []
            for call in ("SERVICE", "service silent"):
                query = f"SELECT ?x {{ {call} <{friend}> {{ ?s ?p ?x }} }}"
                answer = await pool.answer(release, QueryRequest(query, "text/csv", 10))
                found.append(b"".join([block async for block in answer]))
            with pytest.raises(QueryForbidden):  # by a worker that has no network either
                await pool.answer(release, QueryRequest(forbidden[0], "", 10))
            await pool.aclose()
            return found

        assert asyncio.run(work()) == [b"x\r\nfrom afar\r\n"] * 2
        assert nobody_called(listener)
        peer.shutdown()
