"""What crawlers find: robots.txt, a sitemap of every page with true dates, and the file that says whom to warn."""

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Store

from pop_ld import iris, sitemaps, store
from pop_ld.formats import sitemap
from pop_ld.store.walk import selected
from tests.web.conftest import Running

ADDRESSES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(content: bytes) -> list[tuple[str, str]]:
    """(address, date) of each line of a sitemap or of an index of them."""
    root = ElementTree.fromstring(content)
    assert root.tag in (f"{SPACE}urlset", f"{SPACE}sitemapindex")
    return [(line.findtext(f"{SPACE}loc") or "", line.findtext(f"{SPACE}lastmod") or "") for line in root]


def all_lines(running: Running) -> dict[str, str]:
    """Address -> date of every page of every file."""
    found: dict[str, str] = {}
    for address, changed in read(running.get("/sitemap.xml", "*/*").content):
        assert address.startswith(f"{running.site}/sitemaps/") and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", changed)
        answer = running.get(address.removeprefix(running.site), "*/*")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/xml")
        lines = read(answer.content)
        assert 0 < len(lines) <= sitemap.MOST
        assert not found.keys() & {address for address, _ in lines}, "an address is in two files"
        found.update(lines)
    return found


def test_every_notice_is_in_a_sitemap_with_its_own_date(running: Running, notices: list[str]) -> None:
    lines = all_lines(running)
    wanted = {iris.thing_to_document(running.site, notice): notice for notice in notices}
    assert wanted.keys() <= lines.keys()
    query = f"SELECT ?d ?m {{ ?d <{iris.DCTERMS}modified> ?m ; <{iris.FOAF}primaryTopic> ?x }}"
    answer = running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    dated = dict(line.split(",") for line in answer.text.split("\r\n")[1:] if line)
    assert len(dated) > 10
    assert {document: lines[document] for document in wanted if lines[document]} == {d: m for d, m in dated.items() if d in wanted}


def test_a_notice_that_was_taken_out_is_in_no_sitemap(running: Running) -> None:
    lines = all_lines(running)
    assert f"{running.site}/doc/mnr/rfr21" not in lines and running.get("/doc/mnr/rfr21").status_code == 410


def test_every_address_of_the_sitemaps_answers(running: Running) -> None:
    """A third of the things, and every page of our own."""
    lines = sorted(all_lines(running))
    own = [address for address in lines if "/doc/" not in address and "/def/pop/" not in address]
    things = [address for address in lines if "/doc/agent/" in address or "/doc/lieu/" in address or "/doc/concept/" in address]
    assert len(own) > 25 and len(things) > 400
    for address in [*own, *things[::12]]:
        assert running.get(address.removeprefix(running.site)).status_code == 200, address


def test_a_sitemap_is_sent_in_gzip_where_the_client_takes_it(running: Running) -> None:
    plain = running.get("/sitemaps/joconde-1.xml", "*/*", **{"Accept-Encoding": "identity"})
    coded = running.get("/sitemaps/joconde-1.xml", "*/*", **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers and coded.headers["content-encoding"] == "gzip"
    assert plain.content == coded.content and int(coded.headers["content-length"]) < len(plain.content) == int(
        plain.headers["content-length"]
    )
    assert plain.headers["etag"] != coded.headers["etag"] and plain.headers["vary"] == "Accept-Encoding"
    again = running.get("/sitemaps/joconde-1.xml", "*/*", **{"Accept-Encoding": "gzip", "If-None-Match": coded.headers["etag"]})
    assert again.status_code == 304


def test_files_of_a_base_that_did_not_change_are_those_of_the_release_before(running: Running) -> None:
    """The last releases of the samples changed MNR alone."""
    last, before = store.releases(running.data)[-1], store.releases(running.data)[-2]
    for part, same in (("joconde", True), ("mnr", False)):
        one, other = (sitemaps.packed(release.path, f"{part}-1.xml").stat().st_ino for release in (last, before))
        assert (one == other) == same
    times = {file.part: file.changed for file in sitemaps.listed(last.path)}
    first = store.releases(running.data)[0]
    assert times["joconde"] == first.manifest["created"] and times["mnr"] == last.manifest["created"]


def test_many_notices_make_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST", 2)
    site = "https://example.org"
    documents = [f"{site}/doc/mnr/{key}" for key in ("B", "A", "C%2F1", "E", "D")]

    def select(query: str) -> list[tuple[str, str, str]]:
        if iris.DCTERMS + "modified" in query:
            return [
                (documents[0], "", "2020-01-02"),
                (f"{site}/doc/mnr/gone", "", "1999-01-01"),
                (documents[2], "", "2021-05-06T07:08:09Z"),
            ]
        return [(document, "", "") for document in documents] if iris.DCTERMS + "isPartOf" in query else []

    manifest = {"site": site, "bases": {"mnr": 5}, "created": "2026-01-01T00:00:00Z"}
    found = sitemaps.write(tmp_path / "x", select, manifest, None)
    assert [(file.name, file.addresses) for file in found] == [("mnr-1.xml", 2), ("mnr-2.xml", 2), ("mnr-3.xml", 1)]
    lines = [line for file in found for line in read(gzip.decompress((tmp_path / "x" / f"{file.name}.gz").read_bytes()))]
    dates = {"B": "2020-01-02", "C%2F1": "2021-05-06"}
    assert lines == [(f"{site}/doc/mnr/{key}", dates.get(key, "")) for key in ("A", "B", "C%2F1", "D", "E")]


def test_sitemaps_made_from_the_former_ones_are_those_that_the_store_gives(running: Running, tmp_path: Path) -> None:
    """The last release of the samples is one of few changes; so is one that says them all."""
    last, before = store.releases(running.data)[-1], store.releases(running.data)[-2]
    reader, manifest = store.open_reader(last), {**last.manifest, "changes": last.manifest["bases"]}
    touched = {iris.notice(running.site, slug, "rfr21") for slug in last.manifest["bases"]}
    things = {f"{running.site}/id/{kind}/none" for kind in ("agent", "lieu", "concept")}

    def select(query: str) -> Iterator[tuple[str, str, str]]:
        yield from selected(Store.read_only(str(last.path / "store")), query)

    made = [tmp_path / name for name in ("whole", "brought", "from all")]
    sitemaps.write(made[0], select, manifest, None)
    sitemaps.write(made[1], no_select, manifest, before, news=sitemaps.news_of(touched, things, running.site, reader.objects))
    everything = {iris.document_to_thing(running.site, address) for address in all_lines(running)} | touched
    news = sitemaps.news_of((one for one in everything if not is_shared(one)), everything, running.site, reader.objects)
    sitemaps.write(made[2], no_select, manifest, before, news=news)
    whole, *others = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in made)
    assert len(whole) > 8 and all(other == whole for other in others)


def is_shared(thing: str) -> bool:
    return any(f"/id/{kind}/" in thing for kind in ("agent", "lieu", "concept"))


def no_select(query: str) -> list[tuple[str, str, str]]:
    raise AssertionError(f"what is known is asked for: {query}")


def test_things_that_came_and_went_are_told_and_the_others_stay_as_they_were(tmp_path: Path) -> None:
    site = "https://example.org"
    manifest = {"site": site, "bases": {}, "created": "2026-01-01T00:00:00Z", "changes": {}}
    actor, person, group, place = (iris.CRM + name for name in ("E39_Actor", "E21_Person", "E74_Group", "E53_Place"))
    classes = {"agent/a": actor, "agent/b": person, "lieu/x": place, "concept/k": iris.SKOS + "Concept"}

    def select(query: str) -> list[tuple[str, str, str]]:
        return [(f"{site}/id/{name}", "", "") for name, kind in classes.items() if f"<{kind}>" in query and f"/id/{name[:3]}" in query]

    (tmp_path / "1").mkdir()
    sitemaps.write(tmp_path / "1" / sitemaps.FOLDER, select, manifest, None)
    before = store.Release("1", tmp_path / "1", manifest)
    del classes["agent/a"]
    classes["agent/c"] = group

    def objects(subject: str, predicate: str) -> list[NamedNode]:
        assert predicate == iris.RDF + "type"
        return [NamedNode(kind) for name, kind in classes.items() if subject == f"{site}/id/{name}"]

    subjects = [
        *(f"{site}/id/agent/{name}" for name in "abc"),
        f"{site}/id/agent/c#nom",
        f"{site}/id/mnr/1",
        f"{site}/id/agent",
        "http://x/agent/d",
    ]
    news = sitemaps.news_of((), subjects, site, objects)
    found = sitemaps.write(tmp_path / "2", no_select, {**manifest, "created": "2026-02-02T00:00:00Z"}, before, news=news)
    assert [(file.name, file.addresses, file.changed[:7]) for file in found] == [
        ("agent-1.xml", 2, "2026-02"),
        ("lieu-1.xml", 1, "2026-01"),
        ("concept-1.xml", 1, "2026-01"),
    ]
    lines = read(gzip.decompress((tmp_path / "2" / "agent-1.xml.gz").read_bytes()))
    assert [address for address, _ in lines] == [f"{site}/doc/agent/b", f"{site}/doc/agent/c"]


@given(st.dictionaries(ADDRESSES, st.sampled_from(["", "2020-01-02"])))
def test_a_sitemap_is_read_as_it_was_written(lines: dict[str, str]) -> None:
    assert sitemap.addresses(b"".join(sitemap.urlset(lines.items()))) == list(lines.items())


def test_a_file_that_is_none_is_not_found(running: Running) -> None:
    for name in ("list.json", "mnr-1.xml.gz", "mnr-2.xml", "..%2fmanifest.json", "%00"):
        assert running.get(f"/sitemaps/{name}").status_code == 404


def test_robots_may_take_pages_and_start_no_query(running: Running) -> None:
    lines = running.get("/robots.txt", "*/*").text.splitlines()
    assert f"Sitemap: {running.site}/sitemap.xml" in lines and "User-agent: *" in lines
    barred = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert {"/sparql", "/search", "/validate"} <= set(barred)
    plain = [path for path in barred if "*" not in path]
    for address in all_lines(running):
        assert not any(address.removeprefix(running.site).startswith(path) for path in plain), address


def test_the_contact_for_weaknesses_is_told_until_a_day_to_come(running: Running) -> None:
    lines = dict(line.split(": ", 1) for line in running.get("/.well-known/security.txt", "*/*").text.splitlines())
    assert lines["Contact"] == f"mailto:{running.settings.contact}"
    expires = datetime.fromisoformat(lines["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=366)
