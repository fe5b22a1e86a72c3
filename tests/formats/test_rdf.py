"""RDF syntaxes: fixed order, characters that XML has no way to write, values that tools must read back unchanged."""

import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from pop_ld.formats import BY_SUFFIX, FORMATS, HTML
from pop_ld.formats.rdf import rdf

THING, NOTE = NamedNode("https://data.example/id/mnr/R%2026%20P"), NamedNode("https://data.pop.culture.gouv.fr/def/pop#HIST")
TRIPLES = [Triple(THING, NOTE, Literal(text, language="fr")) for text in ("l\x92église", "ligne\r\nsuivante", "</script> & <b>", "\x01")]


def test_same_triples_in_any_order_give_the_same_bytes() -> None:
    for format in FORMATS:
        if format is not HTML:
            assert rdf(format, TRIPLES) == rdf(format, [*reversed(TRIPLES), TRIPLES[0]])


def test_texts_come_back_as_they_were() -> None:
    for suffix, syntax in (("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES), ("jsonld", RdfFormat.JSON_LD)):
        assert {quad.triple for quad in parse(rdf(BY_SUFFIX[suffix], TRIPLES), format=syntax)} == set(TRIPLES)


def test_xml_replaces_only_what_it_cannot_write() -> None:
    graph = rdflib.Graph().parse(data=rdf(BY_SUFFIX["rdf"], TRIPLES), format="xml")
    assert {str(o) for o in graph.objects()} == {"l\x92église", "ligne\r\nsuivante", "</script> & <b>", "\ufffd"}


def test_only_prefixes_that_occur_are_written() -> None:
    spaces = {"crm": "http://www.cidoc-crm.org/cidoc-crm/", "never": "http://never.example/"}
    triple = Triple(NamedNode("http://a.example/x"), NamedNode(spaces["crm"] + "P2_has_type"), NamedNode("http://a.example/y"))
    text = rdf(BY_SUFFIX["ttl"], [triple], spaces).decode()
    assert "crm:P2_has_type" in text and "never" not in text
