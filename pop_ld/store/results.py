"""Chooses the media type of an answer: what the engine can write for the query's form, against the client's Accept header."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from pyoxigraph import NamedNode, QueryResultsFormat, QueryTriples, RdfFormat

from pop_ld.errors import NotAcceptable, QuerySyntaxError

Format: TypeAlias = QueryResultsFormat | RdfFormat

GRAPHS = (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.JSON_LD, RdfFormat.RDF_XML)
SOLUTIONS = (QueryResultsFormat.JSON, QueryResultsFormat.XML, QueryResultsFormat.CSV, QueryResultsFormat.TSV)
_PLAIN_NAMES = {
    RdfFormat.JSON_LD: ("application/json",),
    RdfFormat.RDF_XML: ("application/xml", "text/xml"),
    RdfFormat.N_TRIPLES: ("text/plain",),
    QueryResultsFormat.JSON: ("application/json",),
    QueryResultsFormat.XML: ("application/xml", "text/xml"),
}
"""General media types that a client may ask a format by; the answer then bears the name that was asked for."""


def media_type(form: Format) -> str:
    """The format's own media type, without parameters (everything is UTF-8)."""
    return form.media_type.split(";")[0]


def offers(results: object) -> tuple[Format, ...]:
    """Formats for a query's results, the default first: graphs for CONSTRUCT and DESCRIBE, solutions for SELECT and ASK."""
    return GRAPHS if isinstance(results, QueryTriples) else SOLUTIONS


def chosen(accept: str, forms: tuple[Format, ...]) -> tuple[Format, str]:
    """The same, raising NotAcceptable where the client accepts none."""
    found = choose(accept, forms)
    if found is None:
        raise NotAcceptable("no format of ours is accepted", offers=map(media_type, forms))
    return found


def written_as(form: Format) -> Format:
    """The format that the engine is to write: CSV is made of its TSV (``csv_results``)."""
    return QueryResultsFormat.TSV if is_csv(form) else form


def is_csv(form: Format) -> bool:
    """Whether the format is SPARQL 1.1 CSV."""
    return form == QueryResultsFormat.CSV


def dataset(default_graphs: Sequence[str], named_graphs: Sequence[str]) -> dict[str, Any]:
    """The protocol's dataset for ``Store.query``; where it names one kind of graph only, the other is empty (SPARQL 1.1 Protocol §2.1.4).

    Raises QuerySyntaxError where a graph is no absolute IRI.
    """
    if not default_graphs and not named_graphs:
        return {}
    try:
        return {"default_graph": list(map(NamedNode, default_graphs)), "named_graphs": list(map(NamedNode, named_graphs))}
    except ValueError as error:
        raise QuerySyntaxError(f"a graph of the dataset is no absolute IRI: {error}") from None


def is_xml(form: Format) -> bool:
    """Whether the format is written in XML."""
    return form in (RdfFormat.RDF_XML, QueryResultsFormat.XML)


@lru_cache(maxsize=500)
def choose(accept: str, forms: tuple[Format, ...]) -> tuple[Format, str] | None:
    """The format and media type of the answer, or None where the client accepts none (RFC 9110 §12.5.1).

    The highest q wins, and our order where several are equal; for each name the most specific range counts.
    """
    ranges = _ranges(accept)
    names = [(form, media_type(form)) for form in forms] + [(form, name) for form in forms for name in _PLAIN_NAMES.get(form, ())]
    if not ranges:
        return names[0]
    best = max(names, key=lambda pair: _quality(pair[1], ranges))  # the first of equals
    return best if _quality(best[1], ranges) > 0 else None


def _ranges(accept: str) -> dict[str, float]:
    """``text/*;q=0.5, */*;q=0.1`` -> {"text/*": 0.5, "*/*": 0.1}; what is no media range is passed over."""
    found: dict[str, float] = {}
    for item in accept.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name == "*":
            name = "*/*"
        kind, _, form = name.partition("/")
        if kind and form and "/" not in form:
            found[name] = max(found.get(name, 0.0), _q(parameters))
    return found


def _q(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                number = float(value)
            except ValueError:
                return 0.0
            return min(number, 1.0) if number > 0 else 0.0
    return 1.0


def _quality(name: str, ranges: dict[str, float]) -> float:
    for candidate in (name, name.split("/")[0] + "/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0
