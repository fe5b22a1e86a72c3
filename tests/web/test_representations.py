"""Each representation of each notice says the same triples to a parser that is not ours; and what every one of them has over HTTP."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, Triple, serialize

from pop_ld import store
from pop_ld.config import Settings
from pop_ld.formats.profiles import BY_NAME
from pop_ld.formats.source import Source
from pop_ld.formats.writing import Representation, offered, triples, write
from tests.rdf_readers import SYNTAX, Triples, doubles_by_value, from_oxigraph, from_pyld, from_rdflib
from tests.web.conftest import Running, serve

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.*")
CHURCH = "/doc/merimee/PA09900001"
_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")


def sources(running: Running, things: Sequence[str]) -> list[Source]:
    release = store.current(running.data)
    reader = store.open_reader(release, running.settings)
    return [Source(running.site, thing, reader.describe(thing), reader, release.manifest) for thing in things]


def reference(said: Sequence[Triple]) -> Triples:
    return from_oxigraph(serialize(said, format=RdfFormat.N_TRIPLES) or b"")


def in_xml(triples: Triples) -> Triples:
    """XML 1.0 cannot write every character: those it lacks are U+FFFD."""
    return {(s, p, (o[0].translate(_XML), o[1], o[2]) if isinstance(o, tuple) else o) for s, p, o in triples}


@pytest.mark.parametrize("profile", ["pop", "schema", "edm", "dc"])
def test_every_syntax_of_every_notice_says_the_same(running: Running, notices: list[str], profile: str) -> None:
    for source in sources(running, notices):
        offers = {offer.format.name: offer for offer in offered(source) if offer.profile.name == profile}
        assert set(SYNTAX) <= set(offers), source.thing
        said = reference(triples(BY_NAME[profile], source))
        assert len(said) >= 4 and source.thing in {s for s, _, _ in said}
        for name in SYNTAX:
            data = write(offers[name], source)
            assert data == write(offers[name], source), "same bytes"
            if name == "json":
                assert data == write(offers["jsonld"], source)
            elif name == "jsonld":
                assert json.loads(data)["@context"].startswith(f"/context/{profile}-")
                assert doubles_by_value(from_pyld(data)) == doubles_by_value(said), source.thing
            else:
                assert from_rdflib(data, name) == (in_xml(said) if name == "rdf" else said), f"{source.thing} as {name}"


def test_rdflib_reads_the_json_ld_too(running: Running, notices: list[str]) -> None:
    for source in sources(running, notices[::5]):
        for offer in offered(source):
            if offer.format.name == "jsonld" and offer.profile.name in ("pop", "schema", "edm", "dc"):
                assert from_rdflib(write(offer, source), "jsonld") == reference(triples(offer.profile, source)), (
                    source.thing,
                    offer.profile.name,
                )


def test_documents_of_other_profiles_name_their_public_context(running: Running, notices: list[str]) -> None:
    found: list[Representation] = []
    for source in sources(running, notices):
        for offer in offered(source):
            if offer.profile.name in ("linked-art", "iiif"):
                found.append(offer)
                assert json.loads(write(offer, source))["@context"] == offer.profile.iri
    assert {offer.profile.name for offer in found} == {"linked-art", "iiif"}


def test_what_is_served_is_what_was_written(running: Running) -> None:
    (source,) = sources(running, [f"{running.site}/id/merimee/PA09900001"])
    for offer in offered(source):
        if offer.conforms:
            answer = running.get(offer.address(CHURCH), "*/*")
            assert answer.content == write(offer, source)
            assert answer.headers["content-type"].removesuffix("; charset=utf-8") == offer.media_type


def test_the_links_of_a_representation(running: Running) -> None:
    answer = running.get(CHURCH, "text/turtle")
    links = answer.headers["link"].split(", <")
    assert f'{running.site}{CHURCH}>; rel="canonical"' in links[0]
    wanted = [
        f'{running.site}/id/merimee/PA09900001>; rel="describes"',
        f'{CHURCH}.ttl>; rel="describedby"; type="text/turtle"',
        f'{CHURCH}.ttl>; rel="self"; type="text/turtle"; profile="{BY_NAME["pop"].iri}"',
        f'{BY_NAME["pop"].iri}>; rel="profile"',
        'http://rightsstatements.org/vocab/InC/1.0/>; rel="license"',
        f'{CHURCH}.html>; rel="alternate"; type="text/html"',
        f'{CHURCH}.rdf?_profile=edm>; rel="alternate"; type="application/rdf+xml"; profile="{BY_NAME["edm"].iri}"',
        f'http://www.w3.org/ns/dx/prof/Profile>; rel="type"; token="schema"; anchor="{BY_NAME["schema"].iri}"',
    ]
    for link in wanted:
        assert link in links, link
    for link in links[1:]:
        address = link.split(">", 1)[0]
        if address.startswith("/"):
            assert running.get(address, "*/*").status_code == 200, address


def test_every_representation_of_the_list_is_where_it_says(running: Running) -> None:
    name = "/doc/agent/joconde/BRUNET_Am%C3%A9lie"
    full = running.get(f"{name}?_profile=all").json()["representations"]
    assert len(full) == len({line["href"] for line in full}) >= 25
    for line in full:
        assert running.get(line["href"], "*/*").headers["content-location"] == line["href"]


def test_plain_json_names_its_context(running: Running) -> None:
    answer = running.get(CHURCH, "application/json")
    context = answer.json()["@context"]
    assert f'<{context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"' in answer.headers["link"]
    assert "json-ld#context" not in running.get(CHURCH, "application/ld+json").headers["link"], "the document itself says it"


def test_a_context_never_changes_and_an_unknown_one_is_not_found(running: Running) -> None:
    address = running.get(CHURCH, "application/ld+json").json()["@context"]
    answer = running.get(address, "*/*")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("application/ld+json") and answer.headers["access-control-allow-origin"] == "*"
    assert "DESC" in answer.json()["@context"]
    assert running.get(address, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    for name in ("pop-000000000000.jsonld", "current.csv", "..%2fpop.ttl", "%00", "pop", "x" * 3000):
        assert running.get(f"/context/{name}", "*/*").status_code == 404


def test_tags_tell_representations_apart_and_spare_their_bytes(running: Running) -> None:
    paths = [CHURCH, *(line["href"] for line in running.get(f"{CHURCH}?_profile=all").json()["representations"])]
    tags = {}
    for path in paths:
        answer = running.get(path, "text/html, */*;q=0.1")
        tags[path] = answer.headers["etag"]
        for header in (tags[path], f'W/{tags[path]}, "other"', f'"other",{tags[path]}', "*"):
            again = running.get(path, "text/html, */*;q=0.1", **{"If-None-Match": header})
            assert (again.status_code, again.content) == (304, b"")
            for name in ("etag", "vary", "content-location", "cache-control", "link"):
                assert again.headers[name] == answer.headers[name], name
        assert running.get(path, "text/html, */*;q=0.1", **{"If-None-Match": '"other"'}).status_code == 200
    assert len(set(tags.values())) == len(paths)


def test_head_says_what_get_says(running: Running) -> None:
    for path, accept in [
        (CHURCH, "text/html"),
        (CHURCH, "text/turtle"),
        (f"{CHURCH}?_profile=edm", "*/*"),
        ("/doc/memoire/MH09900001.manifest.json", "*/*"),
    ]:
        got = running.get(path, accept)
        head = running.client.head(running.root + path, headers={"Accept": accept})
        differing = {name for name in got.headers if got.headers[name] != head.headers.get(name)}
        assert differing <= {"date"} and head.content == b"" and head.headers["content-length"]


def test_a_range_gets_the_whole(running: Running) -> None:
    whole = running.get(f"{CHURCH}.ttl")
    for asked in ("bytes=0-10", "bytes=-5", "bytes=9999999-", "bytes=0-1,3-4", "lines=1"):
        answer = running.get(f"{CHURCH}.ttl", **{"Range": asked, "If-Range": whole.headers["etag"]})
        assert (answer.status_code, answer.content) == (200, whole.content)
        assert answer.headers["accept-ranges"] == "none" and "content-range" not in answer.headers


def test_a_page_of_another_site_may_ask_and_read(running: Running) -> None:
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "accept-profile"}
    allowed = running.client.options(running.root + CHURCH, headers=asked).headers
    assert "Accept-Profile" in allowed["access-control-allow-headers"] and "GET" in allowed["access-control-allow-methods"]
    exposed = running.get(CHURCH, Origin="https://other.example").headers["access-control-expose-headers"]
    assert {"Link", "Content-Profile", "Content-Location", "ETag"} <= {name.strip() for name in exposed.split(",")}


@pytest.mark.parametrize(
    "value", ["\xff" * 100, "a" * 60_000, "<" * 9000, '"' * 9001, "<\x01>;q=1", "a/b;q=" + "9" * 5000, ",;" * 5000, "\\" * 999]
)
def test_hostile_headers_and_queries_get_a_clean_answer(running: Running, value: str) -> None:
    for name in ("Accept", "Accept-Profile", "Accept-Language", "If-None-Match", "Range"):
        try:
            answer = running.client.get(running.root + CHURCH, headers={name: value.encode("latin-1")})
        except httpx.RemoteProtocolError:
            continue  # the server refuses a request line or header of that length before anyone reads it
        assert answer.status_code in (200, 400, 406, 431)
    for name in ("_profile", "_mediatype", "lang"):
        try:
            answer = running.client.get(running.root + CHURCH, params={name: value})
        except (httpx.RemoteProtocolError, httpx.InvalidURL):
            continue
        assert answer.status_code in (200, 400, 406, 414, 431)
        assert "\r" not in str(answer.headers) and "<\x01>" not in answer.text
    for tail in (
        "?_profile=%FF%00",
        "?_mediatype=%00/%0d%0aX:y",
        "?_profile=%0d%0aSet-Cookie:x",
        "?_profile=schema&_profile=dc",
        "?&&==;;%",
    ):
        assert running.client.get(running.root + CHURCH + tail).status_code in (200, 406)


# A store that is gone ------------------------------------------------------------------------------------------------------


def test_a_store_whose_files_are_gone_is_503_and_never_404(running: Running, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(running.data, data, symlinks=True, ignore=shutil.ignore_patterns("writer", "cache", "run", "dumps"))
    release = store.current(data)
    for file in (release.path / "store").glob("*.sst"):
        file.unlink()
    _is_unavailable(replace(running.settings, data=str(data)))


def test_a_remote_store_that_is_off_is_503_and_never_404(running: Running) -> None:
    _is_unavailable(replace(running.settings, store_url="http://127.0.0.1:9/sparql"))


def _is_unavailable(settings: Settings) -> None:
    server, thread, root = serve(settings)
    try:
        for path in (CHURCH, f"{CHURCH}.ttl", "/id/merimee/PA09900001", "/doc/mnr/absent", "/ref/PA09900001", "/notice/merimee/PA09900001"):
            for accept in ("text/html", "text/turtle", "image/png"):
                answer = httpx.get(root + path, headers={"Accept": accept}, timeout=30)
                assert answer.status_code == 503, (path, answer.status_code)
                assert answer.headers["retry-after"] and answer.headers["cache-control"] == "no-store"
    finally:
        server.should_exit = True
        thread.join(10)
