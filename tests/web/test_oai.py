"""OAI-PMH: every answer valid by a closed schema, every error of the protocol, and walks to the last record by real harvesters."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from lxml import etree

from pop_ld import harvesting, iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.formats import BY_SUFFIX, dc, oai_metadata
from pop_ld.formats.oai import PREFIXES
from pop_ld.formats.rdf import rdf
from pop_ld.formats.source import Source
from pop_ld.harvest import FILE, Record, open_harvest
from pop_ld.web import oai_records
from pop_ld.web.oai_request import Refused, read
from tests.web.conftest import Running, serve

NS = {"o": "http://www.openarchives.org/OAI/2.0/"}
HERE = Path(__file__).parent
Ask = Callable[..., etree._Element]


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(HERE / "oai" / "oai-pmh.xsd"))


@pytest.fixture(scope="module")
def ask(running: Running, schema: etree.XMLSchema) -> Ask:
    """The valid answer to some arguments."""
    return asking(running.client, running.root, schema)


def asking(client: httpx.Client, root: str, schema: etree.XMLSchema) -> Ask:
    def ask(**arguments: str) -> etree._Element:
        answer = client.get(root + "/oai", params={name.rstrip("_"): value for name, value in arguments.items()})
        assert answer.status_code == 200 and answer.headers["content-type"] == "text/xml; charset=utf-8"
        return valid(schema, answer.content)

    return ask


def valid(schema: etree.XMLSchema, content: bytes) -> etree._Element:
    root = etree.fromstring(content, etree.XMLParser(huge_tree=True))
    assert schema.validate(root), schema.error_log.last_error
    return root


def texts(root: etree._Element, path: str) -> list[str]:
    return [str(found) for found in root.xpath(path, namespaces=NS)]


def code(root: etree._Element) -> str:
    return next(iter(texts(root, "o:error/@code")), "")


def records(running: Running) -> list[Record]:
    return open_harvest(store.current(running.data).path / FILE).page("", 10_000)


def identifier(record: Record) -> str:
    return f"oai:data.pop.culture.gouv.fr:{record.key}"


def walked(ask: Ask, verb: str, prefix: str, **chosen: str) -> Iterator[etree._Element]:
    """The answers of a list, to the last."""
    answer = ask(verb=verb, metadataPrefix=prefix, **chosen)
    given = 0
    while True:
        yield answer
        found = answer.xpath("o:*/o:resumptionToken", namespaces=NS)
        if not found:
            return
        assert int(found[0].get("cursor")) == given
        given += len(answer.xpath("//o:header", namespaces=NS))
        assert given <= int(found[0].get("completeListSize"))
        if not found[0].text:
            assert given == int(found[0].get("completeListSize"))
            return
        answer = ask(verb=verb, resumptionToken=found[0].text)


# What each verb says --------------------------------------------------------------------------------------------------------


def test_identify_says_what_harvesters_must_know(running: Running, ask: Ask) -> None:
    root = ask(verb="Identify")
    assert texts(root, "o:request/text()") == [running.site + "/oai"] == texts(root, "o:Identify/o:baseURL/text()")
    assert texts(root, "o:Identify/o:adminEmail/text()") == [running.settings.contact]
    assert texts(root, "o:Identify/o:earliestDatestamp/text()") == [min(record.changed for record in records(running))]
    assert texts(root, "o:Identify/o:deletedRecord/text()") == ["persistent"]
    assert len(root.xpath("//o:description/*", namespaces=NS)) == 2


def test_formats_are_those_of_the_record(running: Running, ask: Ask) -> None:
    path = "o:ListMetadataFormats/o:metadataFormat/o:metadataPrefix/text()"
    assert texts(ask(verb="ListMetadataFormats"), path) == list(PREFIXES)
    offered = set()
    for record in records(running):
        root = ask(verb="ListMetadataFormats", identifier=identifier(record))
        if record.gone:
            assert code(root) == "noMetadataFormats"
            continue
        found = texts(root, path)
        assert found == [
            name for name in PREFIXES if not texts(ask(verb="GetRecord", metadataPrefix=name, identifier=identifier(record)), "//@status")
        ]
        offered.add(tuple(found))
    assert len(offered) > 1


def test_sets_are_named_and_hold_what_they_say(running: Running, ask: Ask) -> None:
    root = ask(verb="ListSets")
    found = dict(zip(texts(root, "//o:setSpec/text()"), texts(root, "//o:setName/text()"), strict=True))
    assert found["base:joconde"] == load_bases()["joconde"].name["fr"] and found["museum:M9001"].startswith("musée")
    for spec in found:
        chosen = open_harvest(store.current(running.data).path / FILE).chosen(spec) or {}
        expected = {identifier(record) for record in records(running) if all(getattr(record, k) == v for k, v in chosen.items())}
        listed = [each for page in walked(ask, "ListIdentifiers", "oai_dc", set=spec) for each in texts(page, "//o:identifier/text()")]
        assert len(listed) == len(expected) and set(listed) == expected, spec
        for page in walked(ask, "ListIdentifiers", "oai_dc", set=spec):
            assert all(spec in texts(header, "o:setSpec/text()") for header in page.xpath("//o:header", namespaces=NS))


def test_every_record_of_every_format_is_listed_once_and_is_the_one_that_is_got(
    running: Running, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oai_records, "RECORDS", 17)
    monkeypatch.setattr(oai_records, "HEADERS", 23)
    expected = [identifier(record) for record in records(running)]
    for prefix in PREFIXES:
        listed = [record for page in walked(ask, "ListRecords", prefix) for record in page.xpath("//o:record", namespaces=NS)]
        headers = [header for page in walked(ask, "ListIdentifiers", prefix) for header in page.xpath("//o:header", namespaces=NS)]
        assert [record.findtext("o:header/o:identifier", namespaces=NS) for record in listed] == expected
        assert [etree.tostring(record[0]) for record in listed] == [etree.tostring(header) for header in headers]
        for record in listed:
            got = ask(verb="GetRecord", metadataPrefix=prefix, identifier=record.findtext("o:header/o:identifier", namespaces=NS))
            assert etree.tostring(got.find("o:GetRecord/o:record", NS)) == etree.tostring(record).rstrip()
            deleted = record.find("o:header", NS).get("status") == "deleted"
            assert deleted == (record.find("o:metadata", NS) is None) and deleted == (record.find("o:about", NS) is None)


def test_a_removed_notice_is_deleted_in_every_format(running: Running, ask: Ask) -> None:
    gone = [record for record in records(running) if record.gone]
    assert [record.key for record in gone] == ["mnr/rfr21"]
    for prefix in PREFIXES:
        root = ask(verb="GetRecord", metadataPrefix=prefix, identifier=identifier(gone[0]))
        assert texts(root, "//o:header/@status") == ["deleted"] and texts(root, "//o:datestamp/text()") == [gone[0].changed]


# Metadata -------------------------------------------------------------------------------------------------------------------


def metadata(ask: Ask, prefix: str) -> dict[str, etree._Element]:
    return {
        record.findtext("o:header/o:identifier", namespaces=NS): record.find("o:metadata", NS)[0]
        for page in walked(ask, "ListRecords", prefix)
        for record in page.xpath("//o:record[o:metadata]", namespaces=NS)
    }


def source_of(running: Running, name: str) -> Source:
    release = store.current(running.data)
    reader = store.open_reader(release)
    thing = f"{running.site}/id/{name.partition('gouv.fr:')[2]}"
    return Source(running.site, thing, reader.describe(thing), reader, release.manifest)


def test_dublin_core_has_every_element_with_all_its_values_and_languages(running: Running, ask: Ask) -> None:
    checked = etree.XMLSchema(etree.parse(HERE / "oai" / "oai_dc.xsd"))
    found = metadata(ask, "oai_dc")
    assert len(found) == sum(not record.gone for record in records(running))
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    for name, root in found.items():
        assert checked.validate(root), checked.error_log.last_error
        source = source_of(running, name)
        said = {(etree.QName(one).localname, one.text, one.get(lang, "")) for one in root}
        expected = {
            (t.predicate.value.removeprefix(iris.DC), t.object.value, t.object.language or "")
            for t in dc.triples(source)
            if t.predicate.value.startswith(iris.DC)
        }
        assert {one for one in said if one[1] != source.document} == expected, name
        assert ("identifier", source.document, "") in said
        assert len(said) == len(root), "no value twice"


def test_rdf_is_what_the_page_of_the_notice_gives(running: Running, ask: Ask) -> None:
    for name, root in metadata(ask, "rdf").items():
        expected = etree.fromstring(rdf(BY_SUFFIX["rdf"], source_of(running, name).triples), etree.XMLParser(huge_tree=True))
        assert etree.tostring(root, method="c14n", exclusive=True) == etree.tostring(expected, method="c14n", exclusive=True), name


def test_lido_is_valid(ask: Ask) -> None:
    checked = etree.XMLSchema(etree.parse(HERE.parent / "formats" / "lido" / "lido.xsd"))
    found = metadata(ask, "lido")
    assert found
    for name, root in found.items():
        assert checked.validate(etree.fromstring(etree.tostring(root))), (name, checked.error_log.last_error)


def test_edm_is_valid(ask: Ask, shared: Path) -> None:
    checked = etree.XMLSchema(etree.parse(shared / "vocab" / "edm" / "xsd" / "EDM.xsd"))
    found = metadata(ask, "edm")
    assert found
    for name, root in found.items():
        assert checked.validate(etree.fromstring(etree.tostring(root))), (name, checked.error_log.last_error)


def test_signs_that_xml_cannot_write_are_replaced() -> None:
    made = oai_metadata.dublin_core([("title", "a\0b\x1fc\ufffe\ud800", ""), ("title", "\r\n<&>", "fr")])
    assert [one.text for one in etree.fromstring(etree.tostring(made))] == ["a\ufffdb\ufffdc\ufffd\ufffd", "\r\n<&>"]


# Errors ---------------------------------------------------------------------------------------------------------------------

ERRORS = {
    "badVerb": ["", "verb=", "verb=Nothing", "verb=Identify&verb=Identify", "x=1", "verb=identify"],
    "badArgument": [
        "verb=Identify&x=1",
        "verb=Identify&metadataPrefix=oai_dc",
        "verb=ListRecords",
        "verb=ListIdentifiers&set=base:joconde",
        "verb=GetRecord&metadataPrefix=oai_dc",
        "verb=GetRecord&identifier=oai:x:y",
        "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&from=2026-01-02",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-02T00:00:00Z",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026",
        "verb=ListRecords&metadataPrefix=oai_dc&from=",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00",
        "verb=ListRecords&metadataPrefix=oai_dc&until=0000-00-00",
        "verb=ListRecords&metadataPrefix=oai_dc&until=2026-01-01T25:00:00Z",
        "verb=ListRecords&metadataPrefix=oai_dc&until=%D9%A2%D9%A0%D9%A2%D9%A6-01-01",
        "verb=ListRecords&metadataPrefix=oai%20dc",
        "verb=ListRecords&metadataPrefix=oai_dc&set=base::x",
        "verb=ListRecords&metadataPrefix=oai_dc&set=",
        "verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=%00",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=" + "x" * 50_000,
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=%ED%A0%80",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=%FF",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:%2500%25zz",
        "verb=ListRecords&metadataPrefix=oai_dc&set=" + "a" * 3_000,
    ],
    "cannotDisseminateFormat": [
        "verb=ListRecords&metadataPrefix=marc21",
        "verb=ListIdentifiers&metadataPrefix=OAI_DC",
        "verb=GetRecord&metadataPrefix=x&identifier=oai:data.pop.culture.gouv.fr:mnr/MNR09901",
    ],
    "idDoesNotExist": [
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:data.pop.culture.gouv.fr:mnr/NONE",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:data.pop.culture.gouv.fr:",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:other.example:mnr/MNR09901",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=urn:x",
        "verb=ListMetadataFormats&identifier=oai:data.pop.culture.gouv.fr:mnr/NONE",
        "verb=ListMetadataFormats&identifier=urn:x",
    ],
    "noRecordsMatch": [
        "verb=ListRecords&metadataPrefix=oai_dc&set=base:nulle",
        "verb=ListRecords&metadataPrefix=oai_dc&set=museum:M0000",
        "verb=ListRecords&metadataPrefix=oai_dc&until=1999-12-31",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2999-01-01",
        "verb=ListIdentifiers&metadataPrefix=edm&from=2999-01-01T00:00:00Z&until=2999-01-01T00:00:00Z",
    ],
    "badResumptionToken": [
        "verb=ListRecords&resumptionToken=",
        "verb=ListRecords&resumptionToken=x",
        "verb=ListRecords&resumptionToken=%00%ED",
        "verb=ListSets&resumptionToken=x",
        "verb=ListIdentifiers&resumptionToken=" + "A" * 10_000,
        "verb=ListRecords&resumptionToken=AAAAAA%3D%3D",
        "verb=ListRecords&resumptionToken=é",
    ],
}


def test_every_error_has_its_code_by_get_and_by_post(running: Running, schema: etree.XMLSchema) -> None:
    unread = {"verb=ListRecords&resumptionToken=%00%ED": "badArgument"}  # no UTF-8: nothing of it is read
    for expected, queries in ERRORS.items():
        for query in queries:
            wanted = unread.get(query, expected)
            form = {"content": query.encode(), "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}}
            posted = running.client.post(running.root + "/oai", **form)
            for answer in (running.client.get(f"{running.root}/oai?{query}"), posted):
                root = valid(schema, answer.content)
                assert (answer.status_code, code(root)) in {(200, wanted)} or "é" in query, query
                if code(root) in ("badVerb", "badArgument"):
                    assert not root.find("o:request", NS).attrib


def test_a_post_must_be_a_form(running: Running, schema: etree.XMLSchema) -> None:
    form = running.client.post(running.root + "/oai", data={"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "base:mnr"})
    assert code(valid(schema, form.content)) == ""
    for content, kind in ((b"{}", "application/json"), (b"verb=Identify", "text/plain"), (b"verb=Identify", "")):
        answer = running.client.post(running.root + "/oai", content=content, headers={"Content-Type": kind})
        assert (answer.status_code, code(valid(schema, answer.content))) == (200, "badArgument")
    huge = running.client.post(running.root + "/oai", data={"verb": "Identify", "x": "y" * 100_000})
    assert code(valid(schema, huge.content)) == "badArgument"


def test_a_token_is_of_its_list_and_whole(running: Running, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oai_records, "RECORDS", 5)
    first = ask(verb="ListRecords", metadataPrefix="oai_dc", set="base:joconde", from_="2020-01-01")
    token = texts(first, "//o:resumptionToken/text()")[0]
    again = [texts(ask(verb="ListRecords", resumptionToken=token), "//o:identifier/text()") for _ in range(2)]
    assert again[0] == again[1], "a token may be used twice"
    assert dict(ask(verb="ListRecords", resumptionToken=token).find("o:request", NS).attrib) == {
        "verb": "ListRecords",
        "resumptionToken": token,
    }
    assert code(ask(verb="ListIdentifiers", resumptionToken=token)) == "badResumptionToken"
    assert code(ask(verb="ListRecords", resumptionToken=token, metadataPrefix="oai_dc")) == "badArgument"
    for place in range(0, len(token), 7):
        damaged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(Refused) as refused:
            read([("verb", "ListRecords"), ("resumptionToken", damaged)])
        assert refused.value.fault.code == "badResumptionToken"


# Time -----------------------------------------------------------------------------------------------------------------------


def test_spans_of_time_are_by_day_or_second_and_include_their_ends(running: Running, ask: Ask) -> None:
    found = records(running)
    for moment in sorted({record.changed for record in found}):
        for since, until in (("", moment), (moment, ""), (moment, moment), (moment[:10], moment[:10])):
            span = {name: value for name, value in (("from_", since), ("until", until)) if value}
            listed = [i for page in walked(ask, "ListIdentifiers", "oai_dc", **span) for i in texts(page, "//o:identifier/text()")]
            last = until if len(until) != 10 else until + "T23:59:59Z"
            expected = [r for r in found if (not since or r.changed >= since) and (not until or r.changed <= last)]
            assert listed == [identifier(record) for record in expected], span


def test_the_response_is_dated_before_a_release_in_the_making(running: Running, ask: Ask) -> None:
    path = "o:responseDate/text()"
    assert texts(ask(verb="Identify"), path)[0] > "2026"
    with harvesting.pending(running.data, "2020-01-01T00:00:00Z"):
        assert texts(ask(verb="Identify"), path) == ["2020-01-01T00:00:00Z"]
    assert texts(ask(verb="Identify"), path)[0] > "2026"


# Harvests -------------------------------------------------------------------------------------------------------------------


def test_a_harvest_is_whole_while_a_new_release_is_published(
    tmp_path: Path, schema: etree.XMLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens are held across the swap and a restart; changed, removed and added notices on both sides of the place reached."""
    monkeypatch.setattr(oai_records, "RECORDS", 20)
    data = tmp_path / "data"
    settings = replace(Settings(), data=str(data))
    pipeline.load([f for b in load_bases().values() for f in b.samples], data, settings, quiet=True)
    before = {r.key: r for r in open_harvest(store.current(data).path / FILE).page("", 1000)}
    keys = sorted(before)
    changes = tmp_path / "changes.jsonl"

    def publish() -> None:
        while store.current(data).manifest["created"] >= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()):
            time.sleep(0.05)
        lines = [{"REF": "MNR09901", "TITR": "Changé"}, {"REF": "MNR00000", "TITR": "Nouveau, devant"}, {"REF": "ZZZ", "TITR": "Après"}]
        changes.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        pipeline.load([changes], data, settings, base="mnr", quiet=True)
        pipeline.remove("autor", [before[keys[0]].ref], data, settings, quiet=True)
        pipeline.remove("palissy", [before[keys[-1]].ref], data, settings, quiet=True)

    server, thread, root = serve(settings)
    with httpx.Client(timeout=30) as client:
        ask = asking(client, root, schema)
        pages = walked(ask, "ListRecords", "oai_dc")
        seen = [next(pages), next(pages)]
        publishing = threading.Thread(target=publish)
        publishing.start()
        publishing.join()
        server.should_exit = True
        thread.join(10)
        server, thread, root = serve(settings)
        token = texts(seen[-1], "//o:resumptionToken/text()")[0]
        while token:
            seen.append(asking(client, root, schema)(verb="ListRecords", resumptionToken=token))
            token = "".join(texts(seen[-1], "//o:resumptionToken/text()"))
        began = texts(seen[0], "o:responseDate/text()")[0]
        ask = asking(client, root, schema)
        second = list(walked(ask, "ListRecords", "oai_dc", from_=began))
    server.should_exit = True
    thread.join(10)
    listed = [name for page in seen for name in texts(page, "//o:identifier/text()")]
    assert len(listed) == len(set(listed)) and {identifier(record) for record in before.values()} <= set(listed)
    after = open_harvest(store.current(data).path / FILE)
    state: dict[str, str] = {}
    for page in [*seen, *second]:
        for record in page.xpath("//o:record", namespaces=NS):
            state[record.findtext("o:header/o:identifier", namespaces=NS)] = record.findtext(
                "o:header/o:datestamp", namespaces=NS
            ) + record.find("o:header", NS).get("status", "")
    expected = {identifier(r): r.changed + ("deleted" if r.gone else "") for r in after.page("", 1000)}
    assert state == expected, "after the second harvest a client has what there is"


def test_sickle_takes_everything(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    sickle = pytest.importorskip("sickle")
    monkeypatch.setattr(oai_records, "RECORDS", 25)
    client = sickle.Sickle(running.root + "/oai", iterator=sickle.iterator.OAIItemIterator)
    assert client.Identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
    assert {one.metadataPrefix for one in client.ListMetadataFormats()} == set(PREFIXES)
    assert {one.setSpec for one in client.ListSets()} >= {"base:mnr"}
    expected = [identifier(record) for record in records(running)]
    for prefix in PREFIXES:
        assert [one.header.identifier for one in client.ListRecords(metadataPrefix=prefix, ignore_deleted=False)] == expected
        assert [one.identifier for one in client.ListIdentifiers(metadataPrefix=prefix, ignore_deleted=False)] == expected
    title = client.GetRecord(metadataPrefix="oai_dc", identifier=expected[-1]).metadata["title"]
    assert title and all(isinstance(text, str) for text in title)
    with pytest.raises(sickle.oaiexceptions.NoRecordsMatch):
        client.ListRecords(metadataPrefix="oai_dc", set="base:nulle")


# The web ------------------------------------------------------------------------------------------------------------------


def test_a_client_that_asks_too_much_at_once_is_told_to_wait(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from pop_ld.web import streamed

    monkeypatch.setattr(streamed, "EACH", 0)
    answer = running.client.get(running.root + "/oai?verb=ListRecords&metadataPrefix=oai_dc")
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
    assert running.client.get(running.root + "/oai?verb=Identify").status_code == 200


def test_a_reader_gets_a_page_and_a_program_xml(running: Running) -> None:
    for lang, heading in (("fr", "Moissonnage par OAI-PMH"), ("en", "Harvesting by OAI-PMH")):
        page = running.get("/oai?lang=" + lang)
        assert page.headers["content-type"].startswith("text/html") and heading in page.text and "base:<wbr>joconde" in page.text
        assert re.findall(r"museum:M\w*", page.text) == ["museum:M"]
    assert running.get("/oai", accept="*/*").headers["content-type"].startswith("text/xml")
    assert running.get("/oai?verb=Identify").headers["content-type"].startswith("text/xml")
    coded = running.get("/oai?verb=ListSets", accept="*/*", **{"Accept-Encoding": "gzip"})
    assert coded.headers["content-encoding"] == "gzip" and coded.content.startswith(b"<?xml")
    assert running.client.head(running.root + "/oai?verb=Identify").content == b""


def test_a_release_without_a_ledger_says_so(running: Running) -> None:
    file = store.current(running.data).path / FILE
    hidden = file.with_suffix(".hidden")
    file.rename(hidden)
    try:
        server, thread, root = serve(running.settings)
        answer = running.client.get(root + "/oai?verb=Identify")
        assert answer.status_code == 503 and answer.headers["retry-after"]
        assert running.client.get(root + "/oai", headers={"Accept": "text/html"}).status_code == 200
        server.should_exit = True
        thread.join(10)
    finally:
        hidden.rename(file)
