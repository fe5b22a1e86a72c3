"""W3C's SPARQL 1.1 suites, read from the archive in ../shared without unpacking it: manifests, data, HTTP exchanges, expected results."""

from __future__ import annotations

import csv
import io
import re
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)
from rdflib import Graph, Namespace
from rdflib.collection import Collection
from rdflib.namespace import RDF, XSD
from rdflib.term import Node

ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "suites" / "w3c-tests.tar.xz"
FOLDER = "rdf-tests/sparql/sparql11/"
BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML}
RESULTS = {"srx": QueryResultsFormat.XML, "srj": QueryResultsFormat.JSON, "tsv": QueryResultsFormat.TSV}

_NUMBERS = ("integer", "decimal", "double", "float")

Term = Any
Row = frozenset[tuple[str, Term]]


@dataclass(frozen=True)
class Case:
    """A test of a manifest; ``name`` is ``aggregates/agg01``, ``kind`` ``QueryEvaluationTest``."""

    name: str
    kind: str
    graph: Graph
    node: Node

    def value(self, *path: Node) -> Node | None:
        """What a path of properties leads to from the test."""
        node: Node | None = self.node
        for predicate in path:
            node = self.graph.value(node, predicate) if node is not None else None
        return node


@cache
def files() -> dict[str, bytes]:
    """Every file of the suites, by its path below FOLDER; none where the archive is absent."""
    if not ARCHIVE.is_file():
        return {}
    with tarfile.open(ARCHIVE) as archive:
        members = [(m.name.partition(FOLDER)[2], archive.extractfile(m)) for m in archive if m.isfile() and FOLDER in m.name]
        return {name: content.read() for name, content in members if content}


def file(iri: Node | str | None) -> bytes:
    """The content of a file of the suites."""
    return files()[str(iri).removeprefix(BASE)]


@cache
def cases(manifest: str) -> tuple[Case, ...]:
    """The tests of a manifest, such as ``aggregates/manifest.ttl``, in its order."""
    if manifest not in files():
        return ()
    graph = Graph().parse(data=files()[manifest], format="turtle", publicID=BASE + manifest)
    found = [node for entries in graph.objects(None, MF.entries) for node in Collection(graph, entries)]
    folder = manifest.partition("/")[0]
    return tuple(Case(f"{folder}/{_last(node)}", _last(graph.value(node, RDF.type)), graph, node) for node in found)


def folders() -> list[str]:
    """The folders that hold a manifest."""
    return sorted(name.partition("/")[0] for name in files() if name.endswith("/manifest.ttl"))


def parametrized(found: Iterable[Case], skips: str) -> list[Any]:
    """The cases as parameters; those of the file of skips must fail, each for the reason that it gives."""
    known: dict[str, str] = yaml.safe_load((Path(__file__).parent / skips).read_text(encoding="utf-8")) or {}
    marks = {name: [pytest.mark.xfail(strict=True, reason=reason)] for name, reason in known.items()}
    return [pytest.param(case, id=case.name, marks=marks.get(case.name, [])) for case in found] or [
        pytest.param(None, marks=pytest.mark.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared"))
    ]


def _last(node: Node | None) -> str:
    return re.split(r"[#/]", str(node))[-1]


# Data ----------------------------------------------------------------------------------------------------------------------


def quads(iri: Node | str, graph: str = "") -> Iterator[Quad]:
    """The triples of a file, in a named graph where one is named; blank nodes are the file's own."""
    name = str(iri).rpartition(".")[2]
    to = {"to_graph": NamedNode(graph)} if graph else {}
    for quad in parse(file(iri), format=FORMATS[name], base_iri=str(iri), rename_blank_nodes=True):
        yield Quad(quad.subject, quad.predicate, quad.object, to["to_graph"]) if to else quad


def isomorphic(one: Iterable[Quad], other: Iterable[Quad]) -> bool:
    """Whether two datasets are the same but for the names of blank nodes."""
    return _canonical(one) == _canonical(other)


def _canonical(content: Iterable[Quad]) -> set[Quad]:
    dataset = Dataset(content)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


# Solutions -----------------------------------------------------------------------------------------------------------------


def rows(content: bytes, form: QueryResultsFormat) -> list[Row] | bool:
    """The solutions of a serialized answer, or the truth of an ASK."""
    found = parse_query_results(content, form)
    if isinstance(found, QueryBoolean):
        return bool(found)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [frozenset((name, plain(s[name])) for name in names if s[name] is not None) for s in found]


def plain(term: Term) -> Term:
    """A number or truth value written in one way: the suite writes 2.0E3 where the engine writes 2000, and both are the same value."""
    kind = term.datatype.value.removeprefix(str(XSD)) if isinstance(term, Literal) else ""
    if kind == "boolean":
        return Literal({"0": "false", "1": "true"}.get(term.value, term.value), datatype=term.datatype)
    if kind not in _NUMBERS:
        return term
    try:
        value = Decimal(term.value)
    except InvalidOperation:
        return term
    return Literal(f"{value.normalize():f}" if value else "0", datatype=term.datatype)


def rows_in_csv(content: bytes) -> list[Row]:
    """The solutions of a CSV answer; a number is any text that reads like one, for CSV has no types."""
    lines = csv.DictReader(io.StringIO(content.decode()))
    return [frozenset((name, _cell(text)) for name, text in line.items() if text) for line in lines]


def _cell(text: str) -> Term:
    if text.startswith("_:"):
        return BlankNode(text[2:])
    return plain(Literal(text, datatype=NamedNode(str(XSD.decimal))))


def rows_in_turtle(content: bytes, base: str) -> list[Row]:
    """The solutions of a result set written as RDF (rs:ResultSet)."""
    graph: dict[tuple[Term, str], list[Term]] = {}
    for quad in parse(content, format=RdfFormat.TURTLE, base_iri=base):
        graph.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
    solution, binding, variable, value = (str(RS[name]) for name in ("solution", "binding", "variable", "value"))
    found = [node for (_, predicate), nodes in graph.items() if predicate == solution for node in nodes]
    return [frozenset((graph[b, variable][0].value, plain(graph[b, value][0])) for b in graph.get((node, binding), [])) for node in found]


def same_rows(one: Sequence[Row], other: Sequence[Row]) -> bool:
    """Whether two multisets of solutions are the same but for the names of blank nodes."""
    firm, loose = _parted(one)
    firm_other, loose_other = _parted(other)
    return firm == firm_other and isomorphic(_as_quads(loose), _as_quads(loose_other))


def _parted(found: Sequence[Row]) -> tuple[Counter[Row], Counter[Row]]:
    """Solutions without, and with blank nodes."""
    counted = Counter(found)
    loose = {row for row in counted if any(isinstance(term, BlankNode) for _, term in row)}
    return Counter({r: n for r, n in counted.items() if r not in loose}), Counter({r: counted[r] for r in loose})


def _as_quads(found: Counter[Row]) -> Iterator[Quad]:
    for row, count in found.items():
        node = BlankNode()
        yield Quad(node, NamedNode("urn:count"), Literal(count))
        for name, term in row:
            yield Quad(node, NamedNode(f"urn:variable:{name}"), term)


# HTTP exchanges ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """A request, and what the manifest expects of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: tuple[str, ...]
    boolean: bool | None
    format: str
    location: bool
    answer_headers: dict[str, str]
    answer_body: str


def exchanges(case: Case) -> list[Exchange]:
    """The requests of a test in their order."""
    graph = case.graph
    return [_exchange(graph, node) for node in Collection(graph, case.value(MF.action, HT.requests))]


def _exchange(graph: Graph, node: Node) -> Exchange:
    answer, body = graph.value(node, HT.resp), graph.value(node, HT.body)
    boolean = graph.value(answer, MF.expectedBoolean)
    return Exchange(
        str(graph.value(node, HT.methodName)),
        str(graph.value(node, HT.absolutePath)),
        _headers(graph, node),
        str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding))) if body else None,
        tuple(_last(status) for status in graph.objects(answer, MF.expectedStatus)),
        None if boolean is None else str(boolean) == "true",
        str(graph.value(answer, MF.expectedFormat) or ""),
        graph.value(answer, MF.expectedLocation) is not None,
        _headers(graph, answer),
        str(graph.value(graph.value(answer, HT.body), CNT.chars) or ""),
    )


def _headers(graph: Graph, node: Node | None) -> dict[str, str]:
    listed = graph.value(node, HT.headers)
    found = Collection(graph, listed) if listed else ()
    return {str(graph.value(header, HT.fieldName)): str(graph.value(header, HT.fieldValue)) for header in found}


_NAMED = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404, "BadRequest": 400}


def status_fits(status: int, expected: Sequence[str]) -> bool:
    """Whether a status is one of ``StatusCode2xx``, ``NoContent`` …"""
    return any(name == f"StatusCode{status // 100}xx" or _NAMED.get(name) == status for name in expected)


def check(exchange: Exchange, answer: httpx.Response) -> None:
    """Asserts that an answer is what its exchange expects."""
    assert status_fits(answer.status_code, exchange.statuses), f"{answer.status_code}: {answer.text[:500]}"
    kind = answer.headers.get("content-type", "")
    for name, value in exchange.answer_headers.items():
        assert answer.headers[name].lower() == value.lower()
    if exchange.boolean is not None:
        assert answer.json()["boolean"] is exchange.boolean
    if exchange.format in ("boolean", "tabular"):
        assert kind.startswith("application/sparql-results+json")
    elif exchange.format == "RDF":
        assert kind.startswith("text/turtle")
    if exchange.answer_body:
        wanted, found = (list(parse(text.encode(), format=RdfFormat.TURTLE, base_iri=BASE)) for text in (exchange.answer_body, answer.text))
        assert isomorphic(wanted, found), answer.text
