"""EDM: the XSD and the Schematron of Europeana, what tiers ask for, rights, titles, hostile texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from pop_ld import iris
from pop_ld.alignment import Book, Link
from pop_ld.bases import load_bases
from pop_ld.formats import edm, edm_xml
from pop_ld.formats.crosswalk import base_row, name
from pop_ld.formats.edm_rights import europeana_rights, known_rights
from pop_ld.formats.edm_time import period_label, span_labels
from pop_ld.formats.graph import Graph
from pop_ld.formats.source import Source
from tests.formats.conftest import Released

A = iris.RDF + "type"
CHO, AGGREGATION = name("edm:ProvidedCHO"), name("ore:Aggregation")
BASES = tuple(load_bases())


@pytest.fixture(scope="session")
def failures(shared: Path) -> Callable[[Iterable[bytes]], list[str]]:
    """What XSD and Schematron say against documents."""
    etree = pytest.importorskip("lxml.etree")
    saxon = pytest.importorskip("saxonche")
    folder = shared / "vocab" / "edm"
    schema = etree.XMLSchema(etree.parse(str(folder / "xsd" / "EDM.xsd")))

    def check(documents: Iterable[bytes]) -> list[str]:
        found: list[str] = []
        with saxon.PySaxonProcessor(license=False) as processor:
            sheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(folder / "schematron" / "schematron.xsl"))
            for document in documents:
                if not schema.validate(etree.fromstring(document, etree.XMLParser(huge_tree=True))):
                    found.append(str(schema.error_log.last_error))
                report = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=document.decode()))
                found += [part.split("</svrl:text>")[0] for part in report.split("<svrl:failed-assert")[1:]]
        return found

    return check


def record(source: Source) -> Graph:
    return Graph(edm.triples(source))


def of(graph: Graph, cls: str) -> list[str]:
    return graph.subjects_of(A, cls)


# Europeana's own rules --------------------------------------------------------------------------------------------------


def test_every_notice_of_the_samples_and_hostile_ones_pass_xsd_and_schematron(
    samples: Released, failures: Callable[[Iterable[bytes]], list[str]]
) -> None:
    documents = [edm.rdf_xml(source) for source in samples.sources(BASES)]
    assert len(documents) > 130
    assert failures(documents) == []


def test_three_hundred_real_notices_a_base_pass_xsd_and_schematron(
    real: Released, failures: Callable[[Iterable[bytes]], list[str]]
) -> None:
    counted = {kind: len(things) for kind, things in real.things.items() if kind in BASES}
    assert all(count >= 300 for base, count in counted.items() if base != "mnr"), counted
    assert failures(edm.rdf_xml(source) for source in real.sources(BASES, 300)) == []


def test_the_validators_refuse_what_is_wrong(samples: Released, failures: Callable[[Iterable[bytes]], list[str]]) -> None:
    good = edm.rdf_xml(next(samples.sources(("joconde",))))
    wrong = [good.replace(b"/CNE/", b"/UND/").replace(b"/InC/", b"/UND/"), good.replace(b"edm:dataProvider", b"edm:nobody")]
    assert len({line.split("\n")[0] for document in wrong for line in failures([document])}) >= 2


def test_a_notice_has_one_object_and_one_aggregation_and_what_is_shared_one_contextual_class(samples: Released) -> None:
    for source in samples.sources(most=60):
        graph = record(source)
        if source.base:
            assert len(of(graph, CHO)) == len(of(graph, AGGREGATION)) == 1, source.thing
            assert graph.iris(of(graph, AGGREGATION)[0], name("edm:aggregatedCHO")) == of(graph, CHO)
        else:
            classes = [cls for subject in (source.thing,) for cls in graph.iris(subject, A)]
            assert len(classes) == 1, source.thing
            assert edm.offered(source)


def test_museums_and_persons_are_the_subjects_of_texts(samples: Released) -> None:
    for source in samples.sources(("museo", "autor")):
        graph = record(source)
        assert of(graph, CHO) == [source.document]
        assert graph.texts(source.document, name("edm:type")) == ["TEXT"]
        assert graph.iris(source.document, name("dc:subject")) == [source.thing]
        assert source.thing in of(graph, name("edm:Agent"))


# The bytes ---------------------------------------------------------------------------------------------------------------


def read(document: bytes) -> set[str]:
    return {str(quad.triple) for quad in parse(document, format=RdfFormat.RDF_XML)}


def test_the_rdf_xml_says_the_same_triples(samples: Released) -> None:
    for source in samples.sources(most=40):
        triples = edm.triples(source)
        assert read(edm.rdf_xml(source)) == {str(_as_in_xml(triple)) for triple in triples}, source.thing


def _as_in_xml(triple: Triple) -> Triple:
    """XML 1.0 §2.2: what it cannot write is U+FFFD there."""
    value = triple.object
    if not isinstance(value, Literal):
        return triple
    text = "".join(c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in value.value)
    return Triple(triple.subject, triple.predicate, Literal(text, language=value.language) if value.language else Literal(text))


def test_same_triples_give_same_bytes_and_strangers_are_refused() -> None:
    thing, cls = NamedNode("http://x.example/1"), NamedNode(CHO)
    triples = [Triple(thing, NamedNode(A), cls), Triple(thing, NamedNode(name("dc:title")), Literal('<a> & "b"\r', language="fr"))]
    assert edm_xml.write(triples) == edm_xml.write(reversed(triples))
    assert b'<dc:title xml:lang="fr">&lt;a&gt; &amp; "b"&#13;</dc:title>' in edm_xml.write(triples)
    with pytest.raises(ValueError, match="has no edm:rights"):
        edm_xml.write([*triples, Triple(thing, NamedNode(name("edm:rights")), cls)])
    with pytest.raises(ValueError, match="no prefix"):
        edm_xml.write([Triple(thing, NamedNode("http://y.example/p"), Literal("x"))])


# What they say -----------------------------------------------------------------------------------------------------------


def test_what_a_notice_refers_to_is_described_as_tiers_want(samples: Released) -> None:
    source = samples.source(f"{iris.DEFAULT_SITE}/id/joconde/M9001000201")
    graph = record(source)
    agent = graph.iris(source.thing, name("dc:creator"))[0]
    assert graph.texts(agent, name("skos:prefLabel")) == ["BRUNET Amélie"]
    assert (graph.text(agent, name("rdaGr2:dateOfBirth")), graph.text(agent, name("rdaGr2:dateOfDeath"))) == ("1841", "1907")
    span = iris.DEFAULT_SITE + "/id/temps/1884"
    assert (graph.text(span, name("edm:begin")), graph.text(span, name("edm:end"))) == ("1884-01-01", "1884-12-31")
    place = f"{iris.DEFAULT_SITE}/id/merimee/PA09900001#lieu"
    building = record(samples.source(f"{iris.DEFAULT_SITE}/id/merimee/PA09900001"))
    assert (building.text(place, name("wgs84_pos:lat")), building.text(place, name("wgs84_pos:long"))) == ("47.8301", "4.6204")
    gift = record(samples.source(f"{iris.DEFAULT_SITE}/id/concept/joconde/acquisition/legs"))
    matches = [to for concept in of(gift, name("skos:Concept")) for to in gift.iris(concept, name("skos:exactMatch"))]
    assert matches[0].startswith("http://vocab.getty.edu/")


@pytest.mark.parametrize(
    ("interval", "french", "english"),
    [
        ("1797", "1797", "1797"),
        ("1601/1700", "17e siècle", "17th century"),
        ("0001/0100", "1er siècle", "1st century"),
        ("0476/1850", "476 à 1850", "476 to 1850"),
        ("../1919", "jusqu'en 1919", "until 1919"),
        ("1919/..", "à partir de 1919", "from 1919"),
        ("-0051/0476", "52 av. J.-C. à 476", "52 BC to 476"),
        ("1983-07-22", "22 juillet 1983", "22 July 1983"),
        ("1983-07", "juillet 1983", "July 1983"),
    ],
)
def test_time_spans_have_labels_in_both_languages(interval: str, french: str, english: str) -> None:
    assert {(label.value, label.language) for label in span_labels(interval)} == {(french, "fr"), (english, "en")}


@pytest.mark.parametrize("text", ["", "..", "../..", "vers 1800", "17", "1601/1700/1800", "1797-1", "١٧٩٧", "1601/x", "9" * 100_000])
def test_what_is_no_interval_has_no_label(text: str) -> None:
    assert span_labels(text) == ()


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("17e siècle", "17th century"),
        ("4e quart 18e siècle", "4th quarter of the 18th century"),
        ("1ère moitié du 12e siècle", "1st half of the 12th century"),
        ("Moyen Age", "Middle Ages"),
        ("limite 15e siècle 16e siècle", "turn of the 15th and 16th centuries"),
        ("période inventée", ""),
        ("1" * 1000 + "e siècle", ""),
    ],
)
def test_periods_have_their_english_by_the_table(french: str, english: str) -> None:
    assert period_label(french) == english


def test_every_text_of_a_language_says_it_and_what_is_none_does_not(samples: Released) -> None:
    mute = ("dc:identifier", "edm:type", "dc:format", "skos:notation", "edm:begin", "edm:end", "dcterms:created")
    spoken = Counter[str]()
    for source in samples.sources(BASES, 12):
        for each in edm.nodes(source):
            for curie, value in each.pairs:
                if isinstance(value, Literal):
                    assert value.value.strip() and not (curie in mute and value.language), (source.thing, curie)
                    spoken[curie] += bool(value.language)
            if each.cls == "edm:TimeSpan" and each.iri.startswith(f"{iris.DEFAULT_SITE}/id/temps/"):
                assert {v.language for v in each.values("skos:prefLabel") if isinstance(v, Literal)} == {"fr", "en"}, each.iri
    assert all(spoken[curie] for curie in ("dc:title", "dc:description", "dcterms:alternative", "skos:prefLabel", "edm:dataProvider"))


def test_links_complete_what_a_record_names(samples: Released, failures: Callable[[Iterable[bytes]], list[str]], tmp_path: Path) -> None:
    bare = samples.source(f"{iris.DEFAULT_SITE}/id/joconde/M9001000201")
    book = Book(tmp_path / "links.sqlite3")
    wikidata = "http://www.wikidata.org/entity/"
    for each in edm.nodes(bare):
        book.add([Link(each.iri, f"{wikidata}Q1", "wikidata", "2026-11-28")])
        book.add([Link(each.iri, f"{wikidata}Q2", "wikidata", "2026-11-28", predicate=iris.SKOS + "closeMatch")])
    source = Source(bare.site, bare.thing, bare.triples, bare.reader, bare.manifest, book)
    found = {each.iri: each for each in edm.nodes(source)}
    assert found[source.thing].links("owl:sameAs") == [f"{wikidata}Q1"]
    concepts = [each for each in found.values() if each.cls == "skos:Concept"]
    assert concepts and all(f"{wikidata}Q2" in each.links("skos:closeMatch") for each in concepts)
    agents = [each for each in found.values() if each.cls == "edm:Agent"]
    assert agents and all(f"{wikidata}Q1" in each.links("owl:sameAs") for each in agents)
    assert failures([edm.rdf_xml(source)]) == []
    assert edm.rdf_xml(bare) == edm.rdf_xml(samples.source(bare.thing)), "what was made with links is not remembered without them"


def test_an_agent_is_completed_by_its_notice_and_a_place_by_those_around_it(samples: Released) -> None:
    made = {each.iri: each for source in samples.sources(BASES) for each in edm.nodes(source)}
    lifes = [each for each in made.values() if each.cls == "edm:Agent" and any("/id/autor/" in to for to in each.links("owl:sameAs"))]
    assert any({"skos:altLabel", "rdaGr2:dateOfBirth"} <= each.says for each in lifes)
    parents = [to for each in made.values() if each.cls == "edm:Place" for to in each.links("dcterms:isPartOf")]
    assert parents and all(to in made for to in parents)


def test_an_image_is_shown_only_where_its_rights_are_stated(samples: Released) -> None:
    seen = Counter[bool]()
    for source in samples.sources(BASES):
        graph = record(source)
        aggregation = of(graph, AGGREGATION)[0]
        shown, views = graph.iris(aggregation, name("edm:isShownBy")), graph.iris(aggregation, name("edm:hasView"))
        for url in (*shown, *views):
            assert of(graph, name("edm:WebResource")).count(url) == 1
        stated = {
            u: r
            for p in source.graph.objects()
            if "#image-" in p
            for u in source.graph.objects()
            for r in source.graph.iris(p, iris.EDM + "rights")
        }
        if shown:
            assert known_rights(graph.iris(shown[0], iris.EDM + "rights")[0]) and stated
            assert graph.iris(aggregation, iris.EDM + "rights") == graph.iris(shown[0], iris.EDM + "rights")
        seen[bool(shown)] += 1
    assert seen[True] > 5 and seen[False] > 5


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        ("http://rightsstatements.org/vocab/UND/1.0/", "http://rightsstatements.org/vocab/CNE/1.0/"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "http://rightsstatements.org/vocab/InC/1.0/"),
        ("http://rightsstatements.org/vocab/InC-NC/1.0/", "http://rightsstatements.org/vocab/InC/1.0/"),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/", "http://creativecommons.org/licenses/by-nc-nd/4.0/"),
        ("http://creativecommons.org/publicdomain/mark/1.0/", "http://creativecommons.org/publicdomain/mark/1.0/"),
        ("https://www.etalab.gouv.fr/licence-ouverte-open-licence", "http://rightsstatements.org/vocab/CNE/1.0/"),
        ("", "http://rightsstatements.org/vocab/CNE/1.0/"),
    ],
)
def test_rights_are_those_of_europeanas_list(rights: str, said: str) -> None:
    assert europeana_rights(rights) == said
    assert known_rights(rights) == (rights == said)


def test_long_titles_are_cut_and_kept_whole_as_alternatives(samples: Released, real: Released) -> None:
    cut = 0
    for source in (*samples.sources(BASES), *real.sources(("joconde",), 100)):
        graph = record(source)
        thing = of(graph, CHO)[0]
        for title in graph.texts(thing, name("dc:title")):
            assert 0 < len(title) <= edm.LONGEST_TITLE
            if title.endswith("…"):
                cut += any(text.strip().startswith(title[:-1]) for text in graph.texts(thing, name("dcterms:alternative")))
    assert cut > 20


def test_who_provides(samples: Released) -> None:
    site = iris.DEFAULT_SITE
    told = {
        "joconde/M9001000201": "musée Amélie-Brunet (Val-sur-Ource)",
        "merimee/PA09900001": "Ministère de la Culture (France), Monuments historiques",
        "enluminures/D-990001": "Val-sur-Ource - BM",
        "palissy/IM09900001": "Inventaire général du patrimoine culturel",
    }
    for local, provider in told.items():
        graph = record(samples.source(f"{site}/id/{local}"))
        assert graph.texts(of(graph, AGGREGATION)[0], name("edm:dataProvider")) == [provider]


def test_every_base_has_its_row_and_a_new_one_is_of_objects() -> None:
    assert {base_row(base).type for base in BASES} == {"IMAGE", "TEXT"}
    assert base_row("nouvelle").cls == "ProvidedCHO"
