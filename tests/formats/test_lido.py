"""LIDO: every sample, hostile and real notice is a valid record that says all its values; what a record says in detail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris, resources
from pop_ld.alignment import Book, Link
from pop_ld.formats.crosswalk import base_row
from pop_ld.formats.lido import RELATED, lido, offered
from pop_ld.formats.lido_rules import rules
from pop_ld.formats.lido_things import Things, outline
from pop_ld.formats.lido_xml import Node
from pop_ld.formats.source import Source
from tests.formats.conftest import HOSTILE, Released

_NS = {"l": "http://www.lido-schema.org", "gml": "http://www.opengis.net/gml"}
_LIDO = f"{{{_NS['l']}}}"
_MIXED = (
    "measurementType",
    "measurementUnit",
    "extentMeasurements",
    "formatMeasurements",
    "scaleMeasurements",
    "attributionQualifierActor",
)
OBJECTS = ("enluminures", "joconde", "memoire", "merimee", "mnr", "palissy")


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(__file__).parent / "lido" / "lido.xsd"))


def read(source: Source) -> etree._Element:
    return etree.fromstring(lido(source))


def faults(schema: etree.XMLSchema, record: etree._Element) -> list[str]:
    """What the schema and the rules of LIDO's Schematron (§ "Either free text or index element", rightsType) have against a record."""
    schema.validate(record)
    found = [error.message for error in schema.error_log]
    for name in _MIXED:
        for node in record.iter(_LIDO + name):
            if bool(len(node)) == bool((node.text or "").strip()):
                found.append(f"{name}: either a text or an index")
    for parent in {node.getparent() for node in record.iter(_LIDO + "rightsType")}:
        if parent is not None and len(parent.findall("l:rightsType", _NS)) > 1:
            found.append("two rightsType without a type")
    found += [
        f"{node.tag} is empty"
        for node in record.iter()
        if not len(node) and not (node.text or "").strip() and not node.tag.endswith("Wrap")
    ]
    return found


def test_every_sample_and_hostile_notice_is_a_valid_record(samples: Released, schema: etree.XMLSchema) -> None:
    count = 0
    for source in samples.sources(OBJECTS):
        assert faults(schema, read(source)) == [], source.thing
        count += 1
    assert count >= 100


def test_real_notices_are_valid_records(real: Released, schema: etree.XMLSchema) -> None:
    kinds = [kind for kind in OBJECTS if kind in real.things]
    assert len(kinds) >= 5
    for source in real.sources(kinds, most=200):
        assert faults(schema, read(source)) == [], source.thing


def test_what_is_no_object_has_no_record(samples: Released) -> None:
    others = list(samples.sources(("museo", "autor", "agent", "concept", "lieu", "temps"), most=5))
    assert len(others) >= 25
    assert all(lido(source) == b"" and not offered(source) for source in others)
    unknown = Source("https://x.example", "https://x.example/id/joconde/0", [], samples.reader, {})
    assert lido(unknown) == b""


_ELSEWHERE = ("geosparql#asWKT", "P168_place_is_defined_by", "P177_assigned_property_of_type")
"""Coordinates, which the record has as GML; that an attribution is of the author, which its kind of event says."""


def unsaid(source: Source) -> Iterator[Triple]:
    """Triples of a notice whose value is nowhere in its record: neither a text nor an IRI nor the name of a thing."""
    assert source.base is not None
    said = set(read(source).itertext()) | {text for node in read(source).iter() for text in node.attrib.values()}
    skipped = {rule.predicate for group in rules(source.base.slug) for rule in group if rule.slot == "skip"}
    things, graph = Things(source), source.graph
    images = [url for url in graph.iris(source.thing, iris.SCHEMA + "image") if url in said]
    for triple in source.triples:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if not isinstance(subject, NamedNode) or not isinstance(value, Literal | NamedNode):
            continue
        if "/ZZ" in subject.value and predicate.endswith("P2_has_type"):
            continue  # all its names and numbers are the same text, of which one kind is enough
        if "#image-" in subject.value and not images:
            continue  # an image at an address that nobody can follow
        if (subject.value == source.thing and predicate in skipped) or predicate == iris.RDF + "type" or "#parcelle-" in subject.value:
            continue  # a parcel is read from CADA, whose text is there
        if value.value.startswith(source.thing) or predicate.endswith(_ELSEWHERE) or not value.value.strip():
            continue
        names = {_clean(label.value) for label in things.labels(value.value)} if isinstance(value, NamedNode) else set()
        dated = isinstance(value, NamedNode) and things.kind(value.value) == "temps" and things.date(value.value).content
        year = isinstance(value, Literal) and predicate in (iris.DCTERMS + "created", iris.DCTERMS + "date")
        if not (dated or year or {_clean(value.value), *names, iris.thing_to_document(source.site, value.value)} & said):
            yield triple


def _clean(text: str) -> str:
    return "".join(char if char in "\t\n\r" or " " <= char < "\ufffe" or char > "\uffff" else "\ufffd" for char in text)


def test_a_record_says_every_value_of_its_notice(samples: Released) -> None:
    for source in samples.sources(OBJECTS):
        assert [str(triple) for triple in unsaid(source)] == [], source.thing


def test_a_real_record_says_every_value_of_its_notice(real: Released) -> None:
    for source in real.sources([kind for kind in OBJECTS if kind in real.things], most=60):
        assert [str(triple) for triple in unsaid(source)] == [], source.thing


def test_hostile_texts_are_among_them(samples: Released) -> None:
    sources = [source for source in samples.sources(("joconde",)) if "/ZZ" in source.thing]
    said = "".join(text for source in sources for text in read(source).itertext())
    assert len(sources) == len(HOSTILE)
    assert all(text in said for text in ("<script>alert(1)</script>", "]]>&amp;&#0;<![CDATA[<!--", "abcd\ufffd\ufffd", "é" * 50_000))


# What is in it --------------------------------------------------------------------------------------------------------------


def by_ref(samples: Released, base: str, ref: str) -> Source:
    return samples.source(next(iri for iri in samples.things[base] if iri.endswith(f"/{ref}")))


def texts(record: etree._Element, path: str) -> list[str]:
    return ["".join(node.itertext()) if isinstance(node, etree._Element) else str(node) for node in record.xpath(path, namespaces=_NS)]


def test_record_is_identified_by_its_document_and_its_object(samples: Released) -> None:
    for source in samples.sources(OBJECTS, most=3):
        record = read(source)
        assert texts(record, "l:lidoRecID") == [source.document]
        assert texts(record, "l:objectPublishedID")[0] == source.thing
        assert texts(record, "//l:recordInfoLink")[0] == source.document
        assert iris.unkey(source.thing.rsplit("/", 1)[-1]) in texts(record, "//l:recordID")
        assert base_row(source.base.slug if source.base else "").cls == "ProvidedCHO"


def test_production_has_actors_dates_and_materials(samples: Released) -> None:
    found = {"actor": 0, "earliest": 0, "latest": 0, "material": 0, "measure": 0}
    for source in samples.sources(OBJECTS):
        record = read(source)
        event = "//l:event[l:eventType/l:conceptID='http://terminology.lido-schema.org/lido00007']"
        found["actor"] += len(texts(record, f"{event}/l:eventActor/l:actorInRole/l:actor/l:nameActorSet/l:appellationValue"))
        found["earliest"] += len(texts(record, f"{event}/l:eventDate/l:date/l:earliestDate"))
        found["latest"] += len(texts(record, f"{event}/l:eventDate/l:date/l:latestDate"))
        found["material"] += len(texts(record, f"{event}/l:eventMaterialsTech/l:materialsTech/l:termMaterialsTech/l:term"))
        found["measure"] += len(texts(record, "//l:measurementsSet/l:measurementValue"))
    assert all(count >= 20 for count in found.values()), found


def test_museum_is_the_legal_body_with_its_code(samples: Released) -> None:
    for source in samples.sources(("joconde",)):
        keepers = source.graph.iris(source.thing, iris.CRM + "P50_has_current_keeper")
        body = "//l:repositoryName/l:legalBodyID[@l:source='Muséofile']"
        assert texts(read(source), body) == [iris.unkey(k.rsplit("/", 1)[-1]) for k in keepers if "/museo/" in k]


def test_building_has_its_place_with_a_point(samples: Released) -> None:
    found = 0
    for source in samples.sources(("merimee",)):
        lat = source.graph.text(source.thing, iris.WGS84 + "lat")
        long = source.graph.text(source.thing, iris.WGS84 + "long")
        if lat and long:
            assert f"{lat} {long}" in texts(read(source), "//l:repositoryLocation/l:gml/gml:Point/gml:pos")
            found += 1
    assert found >= 10


@pytest.mark.parametrize(
    "wkt,rings",
    [
        ("POLYGON((0 45,1 45,1 46,0 45))", [["45 0 45 1 46 1 45 0"]]),
        (
            "POLYGON ((0 45, 1 45, 1 46, 0 45), (0.1 45, 0.2 45, 0.2 45.1, 0.1 45))",
            [["45 0 45 1 46 1 45 0", "45 0.1 45 0.2 45.1 0.2 45 0.1"]],
        ),
        ("MULTIPOLYGON(((0 45,1 45,1 46,0 45)),((2 45,3 45,3 46,2 45)))", [["45 0 45 1 46 1 45 0"], ["45 2 45 3 46 3 45 2"]]),
        ("POINT(0 45)", []),
        ("POLYGON((0 45))", []),
        ("POLYGON(x", []),
    ],
)
def test_an_outline_is_polygons_with_their_holes(wkt: str, rings: list[list[str]]) -> None:
    node = Node("gml")
    outline(node, wkt)
    polygons = [polygon for polygon in node.content if isinstance(polygon, Node)]
    said = [[ring.content[0].content[0].content[0] for ring in polygon.content] for polygon in polygons]  # type: ignore[union-attr]
    assert said == rings
    assert all(next(ring.name for ring in polygon.content) == "gml:exterior" for polygon in polygons)  # type: ignore[union-attr]


def test_links_to_wikidata_name_the_object_and_its_concepts(samples: Released, tmp_path: Path) -> None:
    source = next(s for s in samples.sources(("joconde",)) if s.graph.iris(s.thing, iris.ONTOLOGY + "DENO"))
    kind = source.graph.iris(source.thing, iris.ONTOLOGY + "DENO")[0]
    book = Book(tmp_path / "alignment.sqlite3")
    item = "http://www.wikidata.org/entity/Q"
    book.add([Link(source.thing, item + "1", "essai", "2026-11-28"), Link(kind, item + "2", "essai", "2026-11-28")])
    book.add([Link(source.thing, item + "3", "essai", "2026-11-28", predicate=iris.SKOS + "closeMatch")])
    record = read(Source(source.site, source.thing, source.triples, samples.reader, source.manifest, book))
    assert texts(record, "l:objectPublishedID") == [source.thing, item + "1"]
    assert texts(record, f"//l:objectWorkType[l:conceptID='{kind}']/l:conceptID") == [kind, item + "2"]


def test_a_cathedral_with_thousands_of_photographs_stays_bounded(samples: Released) -> None:
    source = next(iter(samples.sources(("merimee",), most=1)))
    photographs = [NamedNode(f"{source.site}/id/memoire/AP{n:06}") for n in range(3000)]
    more = [Triple(NamedNode(source.thing), NamedNode(iris.DCTERMS + "relation"), iri) for iri in photographs]
    big = Source(source.site, source.thing, [*source.triples, *more], samples.reader, source.manifest)
    record = read(big)
    assert len(texts(record, "//l:relatedWorkSet")) <= RELATED + 10
    assert len(lido(big)) < 400_000


def test_every_line_of_the_table_is_read_and_every_term_has_both_languages() -> None:
    rows = resources.table("lido.csv")
    bases = {row["base"] for row in rows} - {"*"}
    assert bases <= set(OBJECTS)
    named = {(row["base"], row["property"]) for row in rows}
    assert len(named) == len(rows)
    for row in resources.table("lido-terms.csv"):
        assert row["fr"] and row["en"] and (not row["iri"] or row["iri"].startswith("http://"))
