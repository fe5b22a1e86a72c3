"""How to cite a notice: parsers of others read every citation of every sample and hostile notice, and find the texts that were meant."""

import json
import re

import bibtexparser
import pytest
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.middlewares.middleware import Middleware
from jsonschema import Draft7Validator
from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.formats import citation
from pop_ld.formats.extras import EXTRAS
from pop_ld.formats.source import Source
from tests.formats.conftest import Released

_TEXTS = ("title", "container-title", "archive", "number", "publisher", "source", "version", "note", "URL", "language")
CSL = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1,
    "items": {
        "type": "object",
        "required": ["type", "id", "title", "URL"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "type": {"enum": ["entry", "graphic", "manuscript"]},
            "author": {"type": "array", "items": {"required": ["literal"], "additionalProperties": False, "properties": {"literal": {}}}},
            "issued": {
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {
                    "date-parts": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}},
                    "literal": {"type": "string"},
                },
            },
            **{name: {"type": "string", "minLength": 1} for name in _TEXTS},
        },
    },
}
"""What an item may hold of CSL-JSON 1.0.2 (docs.citationstyles.org, appendix IV), no more than we write."""
_RIS = re.compile(r"(?:[A-Z][A-Z0-9]  - [^\r\n]*\r\n)+ER  - \r\n")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_citation_parses_and_says_the_same(samples: Released, lang: str) -> None:
    seen = 0
    for source in samples.sources(list(load_bases())):
        about = citation.cite(source, lang)
        text = citation.bibtex(source, lang).decode()
        assert _fields(text, source.thing)["url"] == source.thing, "an address stands as it is (biblatex 3.20 §2.2.1, verbatim)"
        fields = _fields(text, source.thing, LatexDecodingMiddleware())
        if about.title.isascii() and not set(about.title) & set("^`'\"-<>~"):  # the rest is for the decoder to spell
            assert _bare(fields["title"]) == _bare(about.title), source.thing
        (item,) = json.loads(citation.csl_json(source, lang))
        Draft7Validator(CSL).validate([item])
        assert (item["title"], item["URL"]) == (about.title or item["title"], source.thing)
        lines = citation.ris(source, lang).decode()
        assert _RIS.fullmatch(lines), source.thing
        assert f"UR  - {source.thing}\r\n" in lines
        assert about.ref in citation.sentence(about, lang)
        seen += 1
    assert seen > 100


def _fields(text: str, thing: str, *more: Middleware) -> dict[str, str]:
    library = bibtexparser.parse_string(text, append_middleware=more)
    assert not library.failed_blocks and len(library.entries) == 1, thing
    return {field.key: str(field.value) for field in library.entries[0].fields}


def _bare(text: str) -> str:
    return re.sub(r"[\s{}\\]+", "", text)


def made(title: str, *more: tuple[str, str | Literal]) -> Source:
    """A notice of Joconde with a title and some properties."""
    site = "https://data.example"
    thing = f"{site}/id/joconde/0001%2F2"
    said = [(iris.RDFS + "label", Literal(title)), (iris.DCTERMS + "identifier", Literal("0001/2")), *more]
    triples = [Triple(NamedNode(thing), NamedNode(p), v if isinstance(v, Literal) else NamedNode(v)) for p, v in said]
    return Source(site, thing, triples, Names(), {"name": "2026-01-01.01"})


class Names:
    """Reads nothing but labels: the last part of each IRI, capital first."""

    def describe(self, iri: str) -> list[Triple]:
        return []

    def objects(self, subject: str, predicate: str) -> list[Literal]:
        return []

    def labels(self, things: object) -> dict[str, list[Literal]]:
        return {iri: [Literal(iris.last_part(iri).title())] for iri in list(things)}  # type: ignore[call-overload]


def test_what_tex_takes_for_itself_is_escaped() -> None:
    text = citation.bibtex(made("100 % d'or & {d'argent}_$5 #2 ~ \\ ^"), "fr").decode()
    assert r"title = {{100 \% d'or \& \{d'argent\}\_\$5 2 \textasciitilde{} \textbackslash{} \textasciicircum{}}}," in text
    assert text.startswith("@misc{joconde-0001_2,\n"), "a key has no character that BibTeX minds"


def test_a_line_break_ends_no_line_of_ris() -> None:
    assert b"TI  - a ER - b\r\n" in citation.ris(made("a\r\nER - b"), "fr")


def test_a_citation_names_who_made_it_when_and_where_it_is() -> None:
    agents = [(iris.DCTERMS + "creator", f"https://data.example/id/agent/joconde/{name}") for name in ("zola", "morel")]
    order = (iris.ONTOLOGY + "AUTR", Literal("MOREL ; ZOLA"))
    created = (iris.DCTERMS + "created", Literal("1863", datatype=NamedNode(iris.XSD + "gYear")))
    keeper = (iris.CRM + "P50_has_current_keeper", "https://data.example/id/museo/M1")
    source = made("Vue du pont", *agents, order, created, keeper)
    assert citation.sentence(citation.cite(source, "fr"), "fr") == (
        "Morel ; Zola, « Vue du pont », 1863, M1. Notice 0001/2 de la base Collections des musées de France (Joconde), "
        "version 2026-01-01.01. POP, plateforme ouverte du patrimoine, ministère de la Culture. https://data.example/id/joconde/0001%2F2"
    )
    (item,) = json.loads(citation.csl_json(source, "en"))
    assert item["author"] == [{"literal": "Morel"}, {"literal": "Zola"}] and item["issued"] == {"date-parts": [[1863]]}


def test_the_producer_is_what_the_notice_says_else_what_its_ref_tells(samples: Released) -> None:
    site = "https://data.example"

    def of(ref: str, *said: str) -> str:
        thing = NamedNode(f"{site}/id/palissy/{ref}")
        triples = [Triple(thing, NamedNode(iris.DCTERMS + "identifier"), Literal(ref))]
        triples += [Triple(thing, NamedNode(iris.ONTOLOGY + "PRODUCTEUR"), Literal(text)) for text in said]
        return citation.producer(Source(site, thing.value, triples, Names(), {}), "fr")

    assert of("PM01000388") == "Monuments historiques"
    assert of("PM01000388", "Inventaire") == "Inventaire général du patrimoine culturel"
    assert of("PM01000388", "Un service") == "Un service"
    assert of("XX1") == ""


def test_every_base_has_a_kind_and_every_extra_a_suffix_of_its_own() -> None:
    assert {row["base"] for row in resources.table("citations.csv")} == set(load_bases())
    assert len({extra.format.suffix for extra in EXTRAS}) == len(EXTRAS)
