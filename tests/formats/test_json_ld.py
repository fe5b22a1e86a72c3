"""JSON-LD of our own: a tree to read, and exactly the triples for independent processors, however ugly they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from docs.generate_contexts import contexts, file_name
from pop_ld import iris
from pop_ld.errors import NotFound
from pop_ld.formats.json_ld import context, context_file, folder, json_ld
from tests.rdf_readers import doubles_by_value, from_pyld, from_rdflib, term_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.*")
SITE = iris.DEFAULT_SITE
THING = f"{SITE}/id/merimee/PA1"
PROFILES = ("pop", "schema", "edm", "dc")


def triple(subject: str, predicate: str, value: Any) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), value if isinstance(value, NamedNode | Literal) else NamedNode(value))


def tree(*triples: Triple, profile: str = "pop") -> dict[str, Any]:
    found = json.loads(json_ld(THING, triples, context(profile)))
    assert isinstance(found, dict)
    return found


def test_a_thing_reads_as_a_tree() -> None:
    production, document = f"{THING}#production", f"{SITE}/doc/merimee/PA1"
    found = tree(
        triple(THING, iris.RDF + "type", iris.ONTOLOGY + "Edifice"),
        triple(THING, iris.RDF + "type", iris.CRM + "E22_Human-Made_Object"),
        triple(THING, iris.RDFS + "label", Literal("Église", language="fr")),
        triple(THING, iris.ONTOLOGY + "DESC", Literal("Plan allongé", language="fr")),
        triple(THING, iris.CRM + "P108i_was_produced_by", production),
        triple(production, iris.CRM + "P14_carried_out_by", f"{SITE}/id/agent/merimee/X"),
        triple(THING, iris.DCTERMS + "created", Literal("1187", datatype=NamedNode(iris.XSD + "gYear"))),
        triple(document, iris.FOAF + "primaryTopic", THING),
        triple(document, iris.DCTERMS + "modified", Literal("2024-05-28", datatype=NamedNode(iris.XSD + "date"))),
    )
    assert found.pop("@context").startswith("/context/pop-")
    assert found == {
        "id": THING,
        "type": ["crm:E22_Human-Made_Object", "Edifice"],
        "label": {"fr": "Église"},
        "created": "1187",
        "P108i_was_produced_by": [{"id": production, "P14_carried_out_by": [f"{SITE}/id/agent/merimee/X"]}],
        "DESC": "Plan allongé",
        "isPrimaryTopicOf": {"id": document, "modified": "2024-05-28"},
    }


def test_a_subject_that_nothing_leads_to_stands_beside_the_thing() -> None:
    found = tree(triple(THING, iris.RDFS + "seeAlso", "https://a.example/"), triple("https://b.example/", iris.RDFS + "seeAlso", THING))
    assert [node["id"] for node in found["@graph"]] == [THING, "https://b.example/"]


def test_two_parts_that_point_at_each_other_end() -> None:
    link = iris.CRM + "P9_consists_of"
    circle = [triple(THING, link, f"{THING}#a"), triple(f"{THING}#a", link, f"{THING}#b"), triple(f"{THING}#b", link, THING)]
    assert from_pyld(json_ld(THING, circle, context("pop"))) == set(map(term_of, circle))


def test_a_long_chain_is_no_deep_tree() -> None:
    chain = [triple(f"{THING}#{n}", iris.CRM + "P9_consists_of", f"{THING}#{n + 1}") for n in range(1500)]
    assert from_pyld(json_ld(f"{THING}#0", chain, context("pop"))) == set(map(term_of, chain))


def test_blank_nodes_have_names_that_do_not_change() -> None:
    def made() -> bytes:
        blank = BlankNode()
        said = Triple(NamedNode(THING), NamedNode(iris.RDFS + "seeAlso"), blank)
        return json_ld(THING, [said, Triple(blank, NamedNode(iris.RDFS + "label"), Literal("x"))], context("pop"))

    assert made() == made() and b"_:b0" in made()


@pytest.mark.parametrize("iri", ["crm:P2_has_type", "label:x", "type:y", "DESC:z"])
def test_an_iri_whose_scheme_is_a_term_is_written_without_a_context(iri: str) -> None:
    said = [triple(THING, iris.DCTERMS + "relation", iri), triple(THING, iris.RDFS + "label", Literal("x", language="fr"))]
    data = json_ld(THING, said, context("pop"))
    assert b"@context" not in data
    assert from_pyld(data) == from_rdflib(data, "jsonld") == set(map(term_of, said))


_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_KEY = st.text("aé%20.~_-()'!*:,;@$&+=\U0001f3db", min_size=1, max_size=8).map(lambda text: text.replace("%", "%25"))
_IRI = st.one_of(
    _KEY.map(lambda key: f"{SITE}/id/merimee/{key}"),
    _KEY.map(lambda key: f"{THING}#{key}"),
    st.sampled_from(
        [THING, "urn:x:y", "http://a.example/?q=a&b#c", "mailto:a@b.example", "tag:x,2024:y", "schema:z", "HTTP://A.example/%7e"]
    ),
)
_PREDICATE = st.sampled_from(
    [
        *(iris.ONTOLOGY + name for name in ("DESC", "DENO", "REFO", "label", "id", "REFJOC-source", "unknown", "a.b", "é", "1x")),
        *(iris.CRM + name for name in ("P2_has_type", "P190_has_symbolic_content", "P108i_was_produced_by")),
        *(iris.DCTERMS + name for name in ("type", "created", "title", "modified")),
        *(iris.RDFS + "label", iris.SKOS + "prefLabel", iris.FOAF + "primaryTopic", iris.RDF + "type", iris.RDF + "value"),
        *(iris.SCHEMA + "name", iris.SCHEMA + "latitude", iris.EDM + "rights", iris.EDM + "type", iris.DC + "title"),
        *("http://other.example/p", "urn:p", iris.CRM, iris.ONTOLOGY + "x/y"),
    ]
)
_TYPES = ("string", "integer", "decimal", "double", "boolean", "date", "gYear", "dateTime", "anyURI")
_LITERAL = st.one_of(
    _TEXT.map(Literal),
    st.tuples(_TEXT, st.sampled_from(["fr", "en", "fr-ca", "la", "x-pop"])).map(lambda pair: Literal(pair[0], language=pair[1])),
    st.tuples(
        st.one_of(st.sampled_from(["0", "-0", "+1", "01", "1e3", "1.0", "true", "1", "-0099", "1" * 40, "1500", "x", "", "null"]), _TEXT),
        st.sampled_from([iris.XSD + name for name in _TYPES] + [iris.RDF + "JSON", iris.RDF + "HTML", "http://other.example/t"]),
    ).map(lambda pair: Literal(pair[0], datatype=NamedNode(pair[1]))),
)
_TRIPLE = st.builds(lambda s, p, o: Triple(NamedNode(s), NamedNode(p), o), _IRI, _PREDICATE, st.one_of(_LITERAL, _IRI.map(NamedNode)))


@settings(max_examples=150, deadline=None)
@given(st.lists(_TRIPLE, max_size=12), st.sampled_from(PROFILES), st.booleans())
def test_any_triples_read_back_exactly(triples: list[Triple], profile: str, bare: bool) -> None:
    data = json_ld(THING, triples, None if bare else context(profile))
    assert doubles_by_value(from_pyld(data)) == doubles_by_value(set(map(term_of, triples)))


def test_contexts_are_what_the_data_give_and_are_named_by_their_bytes() -> None:
    """Where this fails: ``python -m docs.generate_contexts``, and keep the former files."""
    made = contexts()
    assert set(made) == set(PROFILES)
    for profile, content in made.items():
        found = context(profile)
        assert found and found.name == file_name(profile, content), f"the context of {profile} is not the one that its data give"
        assert context_file(found.name) == content
    for file in folder().glob("*.jsonld"):
        assert file.name == file_name(file.name.rsplit("-", 1)[0], file.read_bytes()), "a context that was published has changed"


@pytest.mark.parametrize("name", ["", "pop", "pop-000000000000.jsonld", "../pop.ttl", "current.csv", "pop-\x00.jsonld", "x" * 5000])
def test_an_unknown_context_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        context_file(name)
