"""What is sent to a remote store, what never is, and to whom the password goes."""

from __future__ import annotations

import base64

import pytest
from misbehaving import CSV, RELEASE, SELECT, asked, misbehaving, says
from service_contract import with_service

from pop_ld.config import Settings, load_settings
from pop_ld.errors import NotAcceptable, QueryForbidden, QuerySyntaxError, StoreUnavailable, UsageError
from pop_ld.store import QueryRequest, QueryService, open_reader


def test_what_is_forbidden_is_never_sent() -> None:
    with misbehaving(says("200 OK", b"a\r\n")) as server:
        for query, graphs, kind in (
            ("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", (), QueryForbidden),
            ("SELECT * { ?a ?b 1SERVICE<a:b>{} }", (), QueryForbidden),
            ("DROP ALL", (), QueryForbidden),
            ("SELECT * { \ud800 }", (), QuerySyntaxError),
            (SELECT, ("no iri",), QuerySyntaxError),
        ):
            with pytest.raises(kind):
                asked(server.url, query, default_graphs=graphs)
        with pytest.raises(NotAcceptable):
            asked(server.url, accept="image/png")
        assert server.requests == []
        assert asked(server.url) == b"a\r\n"
        assert len(server.requests) == 1


def test_what_is_sent() -> None:
    with misbehaving(says("200 OK", b"a\r\n")) as server:
        asked(server.url, "SELECT ?é {}", "text/csv, text/turtle;q=0.1", 2.5, default_graphs=("a:1", "a:2"), named_graphs=("a:3",))
        head = server.requests[0].partition(b"\r\n\r\n")[0].lower()
        assert b"accept: text/csv, text/turtle\r\n" in head + b"\r\n"
        assert b"accept-encoding: identity" in head and b"authorization" not in head
        assert server.fields() == {
            "query": ["SELECT ?é {}"],
            "default-graph-uri": ["a:1", "a:2"],
            "named-graph-uri": ["a:3"],
            "timeout": ["4"],
        }


def test_the_password_is_sent_to_the_store_alone_and_said_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving(says("200 OK", b"a\r\n")) as other:
        monkeypatch.setenv("HTTP_PROXY", other.url)
        monkeypatch.setenv("ALL_PROXY", other.url)
        moved = says("302 Found", b"", "text/plain", f"Location: {other.url}")
        with misbehaving(moved) as server:
            settings = Settings(store_url=server.url, store_user="pop", store_password="s3cret")

            async def work(service: QueryService) -> None:
                with pytest.raises(StoreUnavailable) as caught:
                    await service.answer(RELEASE, QueryRequest(SELECT, CSV, 5))
                assert "s3cret" not in str(caught.value)

            with_service(settings, work)
            with pytest.raises(StoreUnavailable):
                open_reader(RELEASE, settings)
            basic = base64.b64encode(b"pop:s3cret")
            assert len(server.requests) == 2 and all(basic in request for request in server.requests)
        assert other.requests == []
        assert "s3cret" not in repr(settings)


NO_ADDRESSES = [
    "ftp://x/",
    "x",
    "http://",
    "http://a:b@x/",
    "http://x/#f",
    "http://x/\n",
    "/sparql",
    "http://[",
    "http://x:y/",
    "http://x/ y",
]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="store_url"):
        load_settings({"POP_LD_STORE_URL": url})
