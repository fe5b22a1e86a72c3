"""SKOS files: the syntaxes, which scheme a concept belongs to, which labels count, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from pop_ld.errors import ReadError
from pop_ld.thesauri.scheme import Concept, scheme_name
from pop_ld.thesauri.skos import read_skos

ARK = "http://data.culture.fr/thesaurus/resource/ark:/67717/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
HEAD = f"@prefix skos: <{SKOS}> . @prefix t: <{ARK}> . @prefix x: <https://example.org/> .\n"


def read(tmp_path: Path, text: str, name: str = "x.ttl") -> dict[str, list[str]]:
    """Name of each scheme -> preferred labels of its concepts."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return {scheme.name: [c.pref for c in scheme.concepts] for scheme, _ in read_skos(file).schemes}


@pytest.mark.parametrize(
    ("suffix", "syntax"),
    [
        (".nt", RdfFormat.N_TRIPLES),
        (".rdf", RdfFormat.RDF_XML),
        (".xml", RdfFormat.RDF_XML),
        (".jsonld", RdfFormat.JSON_LD),
        (".json", RdfFormat.JSON_LD),
        ("", RdfFormat.JSON_LD),
        ("", RdfFormat.RDF_XML),
        ("", RdfFormat.TURTLE),
        (".TTL", RdfFormat.TURTLE),
    ],
)
def test_every_syntax_says_the_same(tmp_path: Path, turtle: Path, suffix: str, syntax: RdfFormat) -> None:
    other = tmp_path / f"other{suffix}"
    other.write_bytes(b"\xef\xbb\xbf" + (serialize((quad.triple for quad in parse(path=str(turtle))), format=syntax) or b""))
    assert read_skos(other).schemes == read_skos(turtle).schemes


def test_concepts_carry_their_french_labels_and_their_matches(turtle: Path) -> None:
    [(scheme, _)] = read_skos(turtle).schemes
    assert (scheme.name, scheme.iri, scheme.label) == ("T505", ARK + "T505", "Dénominations")
    known = {c.iri.removeprefix(ARK): c for c in scheme.concepts}
    assert known["T505-1"] == Concept(
        ARK + "T505-1", "porte-ciseaux", ("étui à ciseaux",), (), (("exactMatch", "http://www.wikidata.org/entity/Q1"),)
    )
    assert known["T505-2"].hidden == ("element d ens.",)
    assert known["T505-5"].alts == ("Coin",), "an English label is no label of French notices"
    assert known["T505-13"].pref == "bride", "where there is no French label, another is better than none"
    assert "T505-11" not in known, "nothing is tied to a deprecated concept"
    assert "0ddfb700-1" in known


def test_no_triple_is_lost(turtle: Path) -> None:
    [(_, triples)] = read_skos(turtle).schemes
    assert set(parse(triples, RdfFormat.N_TRIPLES)) == set(parse(path=str(turtle)))
    assert triples.splitlines() == sorted(triples.splitlines())


def test_opentheso_export_takes_the_number_of_its_arks(tmp_path: Path) -> None:
    """Its shape: an expanded array, the scheme named by Opentheso's own address, newer concepts with arks without a number."""
    scheme = "https://opentheso.example.org/?idt=th294"

    def concept(ark: str, label: str) -> dict[str, object]:
        return {
            "@id": ARK + ark,
            "@type": [SKOS + "Concept"],
            SKOS + "prefLabel": [{"@value": label, "@language": "fr"}],
            SKOS + "inScheme": [{"@id": scheme}],
        }

    exported = [
        {"@id": scheme, "@type": [SKOS + "ConceptScheme"], SKOS + "prefLabel": [{"@value": "Domaines", "@language": "fr"}]},
        concept("T51-1", "peinture"),
        concept("T51-2", "dessin"),
        concept("5b1c2d3e-0000-4000-8000-000000000000", "jeu vidéo"),
    ]
    file = tmp_path / "th294.jsonld"
    file.write_text(json.dumps(exported), encoding="utf-8")
    [(held, _)] = read_skos(file).schemes
    assert (held.name, held.iri, held.label) == ("T51", scheme, "Domaines")
    assert sorted(c.pref for c in held.concepts) == ["dessin", "jeu vidéo", "peinture"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t:T5-1 a skos:Concept ; skos:prefLabel 'a' .", {"T5": ["a"]}),
        ("t:T5-1 a skos:Concept ; skos:topConceptOf t:T5 ; skos:prefLabel 'a' .", {"T5": ["a"]}),
        ("t:T5 skos:hasTopConcept t:u-1 . t:u-1 a skos:Concept ; skos:prefLabel 'a' .", {"T5": ["a"]}),
        ("x:s a skos:ConceptScheme . x:1 a skos:Concept ; skos:prefLabel 'a' .", {"s": ["a"]}),
        ("x:1 a skos:Concept ; skos:inScheme x:s, x:r ; skos:prefLabel 'a' .", {"r": ["a"], "s": ["a"]}),
        ("t:T5-1 a skos:Concept ; skos:inScheme t:T5, x:light ; skos:prefLabel 'a' .", {"T5": ["a"]}),
        ("t:T520-1 a skos:Concept ; skos:inScheme t:INSC ; skos:prefLabel 'a' .", {"T520": ["a"]}),
        (
            "t:T5-1 a skos:Concept ; skos:inScheme x:s ; skos:prefLabel 'a' . "
            "t:T6-1 a skos:Concept ; skos:inScheme x:s ; skos:prefLabel 'b' .",
            {"s": ["a", "b"]},
        ),
        (
            "t:T5-1 a skos:Concept ; skos:inScheme t:T5 ; skos:prefLabel 'a' . "
            "t:T6-1 a skos:Concept ; skos:inScheme t:T6 ; skos:prefLabel 'b' .",
            {"T5": ["a"], "T6": ["b"]},
        ),
    ],
)
def test_which_scheme_a_concept_belongs_to(tmp_path: Path, text: str, expected: dict[str, list[str]]) -> None:
    assert read(tmp_path, HEAD + text) == expected


def test_a_file_of_several_schemes_is_shared_out_whole(tmp_path: Path) -> None:
    file = tmp_path / "two.ttl"
    file.write_text(
        HEAD
        + "t:T5 a skos:ConceptScheme . t:T6 a skos:ConceptScheme .\n"
        + "t:T5-1 a skos:Concept ; skos:inScheme t:T5 ; skos:prefLabel 'a' ; skos:note [ skos:value 'n' ] .\n"
        + "t:T6-1 a skos:Concept ; skos:inScheme t:T6 ; skos:prefLabel 'b' .\n"
        + "x:group a skos:Collection ; skos:prefLabel 'g' ; skos:member t:T6-1 .\n"
        + "x:apart skos:note 'tied to nothing' .",
        encoding="utf-8",
    )
    shares = {scheme.name: triples for scheme, triples in read_skos(file).schemes}
    assert b'"n"' in shares["T5"] and b'"n"' not in shares["T6"]
    assert b'"g"' in shares["T6"] and b'"g"' not in shares["T5"]
    assert sum(len(t.splitlines()) for t in shares.values()) == len(list(parse(path=str(file))))


def test_concepts_of_no_scheme_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(HEAD + "t:T5-1 a skos:Concept ; skos:prefLabel 'a' . x:1 a skos:Concept ; skos:prefLabel 'b' .", encoding="utf-8")
    reading = read_skos(file)
    assert reading.strays == 1 and [c.pref for c in reading.schemes[0][0].concepts] == ["a"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.ttl", HEAD + "x:1 skos:prefLabel 'a' .", "no skos:Concept"),
        ("x.ttl", HEAD + "x:1 a skos:Concept ; skos:prefLabel 'a' .", "no scheme"),
        ("x.ttl", HEAD + "t:T5-1 a skos:Concept .", "preferred label"),
        ("x.ttl", HEAD + "\nx:1 x:2", "x.ttl:"),
        ("x.json", '{"@context": "https://example.org/context.jsonld", "@id": "x"}', "remote"),
        ("x.json", '{"@context": ', "not JSON-LD"),
        ("x.json", '{"https://example.org/1": {"https://example.org/p": [{"value": "RDF/JSON", "type": "literal"}]}}', "no skos:Concept"),
        ("x.rdf", '<!DOCTYPE r [<!ENTITY a "b">]><rdf:RDF/>', "DOCTYPE"),
        ("x", "<!DOCTYPE html><html></html>", "DOCTYPE"),
        ("x.rdf", '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "UTF-8"),
        ("x.nt", "", "no skos:Concept"),
    ],
)
def test_what_cannot_be_read_says_why_and_where(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(ReadError) as error:
        read(tmp_path, text, name)
    assert said in str(error.value) and str(tmp_path / name) in str(error.value)


def test_an_absent_file_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        read_skos(tmp_path / "absent.ttl")


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        (ARK + "T505", "T505"),
        ("https://opentheso.example.org/?idt=th294", "th294"),
        ("https://example.org/vocabulary/", "vocabulary"),
        ("https://example.org/vocabulary#", "vocabulary"),
        ("https://example.org/époques", "%C3%A9poques"),
        ("", "thesaurus"),
    ],
)
def test_scheme_names(iri: str, name: str) -> None:
    assert scheme_name(iri) == name


def test_the_joconde_thesauri(shared: Path) -> None:
    reading = read_skos(shared / "vocab" / "fr" / "joconde-thesauri-2020.ttl")
    sizes = {scheme.name: len(scheme.concepts) for scheme, _ in reading.schemes}
    assert sizes == {"T505": 5766, "T84": 3593, "T115": 2837, "T93": 831, "T521": 346, "T520": 261, "T506": 145}
    assert sum(sizes.values()) == 13_779 and reading.strays == 0
    assert sum(triples.count(b"\n") for _, triples in reading.schemes) == 64_171
