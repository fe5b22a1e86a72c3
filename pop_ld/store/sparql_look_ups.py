"""The queries of ``sparql_reader``: texts made of terms that the engine has checked and written, never of what a client sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.relations import mirrors
from pop_ld.store.oxigraph import BROADER, DESCRIBE_LIMIT, NARROWER
from pop_ld.store.walk import PRIMARY_TOPIC, SHOWN, mirrored, node

LONGEST_IRI = 8_000
"""Characters of an IRI that a remote store is asked about; ours have some 100."""
_MOST_DOCUMENTS = 100
_DEPTH = 3
"""Links from a thing to a part of a part … that one query follows; the reader goes on from there."""
_DOTS = re.compile(r"^[^:]*:(?:[^?#]*/)?\.\.?(?:[/?#]|$)")


def term(iri: str) -> NamedNode | None:
    """The IRI as a term, or None where it is none, is very long, or has dot segments.

    An endpoint resolves the IRIs of a query (RFC 3986 §5.2.4), so that ``…/a/../b`` would be read as ``…/b``, which is another one.
    """
    return None if len(iri) > LONGEST_IRI or _DOTS.match(iri) else node(iri)


def release_held(graph: str) -> str:
    """Which releases the store says that it holds, as ``?release``."""
    name = NamedNode(graph)
    return f"SELECT ?release {{ GRAPH {name} {{ {name} <{iris.DCTERMS}isVersionOf> ?release }} }} LIMIT 10"


def whole(site: str, thing: NamedNode, limit: int) -> str:
    """The thing, its document by its address, those that say so, and the parts of the first two."""
    known = [thing, NamedNode(iris.thing_to_document(site, thing.value))] if iris.is_thing(site, thing.value) else [thing]
    starts = [f"VALUES ?s {{ {_values(known)} }}", _document("?s", site, thing)]
    parts = [_path(start, depth) for start in known for depth in range(1, _DEPTH + 1)]
    subjects = " UNION ".join(f"{{ {group} }}" for group in (*starts, *parts))
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ SELECT DISTINCT ?s WHERE {{ {subjects} }} }} ?s ?p ?o }} LIMIT {limit}"


def documents_of(site: str, thing: NamedNode) -> str:
    """The links to the thing from the documents that say they are about it."""
    return f"CONSTRUCT {{ ?d {PRIMARY_TOPIC} {thing} }} WHERE {{ {_document('?d', site, thing)} }} LIMIT {_MOST_DOCUMENTS}"


def about(subjects: Sequence[NamedNode], limit: int) -> str:
    """The triples of the subjects."""
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {_values(subjects)} }} ?s ?p ?o }} LIMIT {limit}"


def hub(subject: NamedNode) -> str:
    """The triples of a subject, at most SHOWN of each mirrored property."""
    names = ", ".join(map(str, mirrored()))
    rest = f"{{ SELECT ?p ?o WHERE {{ {subject} ?p ?o FILTER(?p NOT IN ({names})) }} LIMIT {DESCRIBE_LIMIT} }}"
    some = [f"{{ SELECT ?p ?o WHERE {{ VALUES ?p {{ {name} }} {subject} ?p ?o }} LIMIT {SHOWN} }}" for name in mirrored()]
    return f"CONSTRUCT {{ {subject} ?p ?o }} WHERE {{ {' UNION '.join((rest, *some))} }}"


def labels(subjects: Sequence[NamedNode], links: Sequence[NamedNode], limit: int, *, named: bool = False) -> str:
    """The labels ``?o`` that each ``?s`` has by ``?p``, in the default graph or in any ``named`` one."""
    label = "GRAPH ?g { ?s ?p ?o }" if named else "?s ?p ?o"
    groups = [f"{{ VALUES (?s ?p) {{ {' '.join(f'({s} {link})' for s in subjects)} }} {label} }}" for link in links]
    return f"SELECT DISTINCT ?s ?p ?o {{ {' UNION '.join(groups)} }} LIMIT {limit}"


def concept(site: str, subject: NamedNode, limit: int) -> str:
    """The triples of a concept, whatever their graph but those of links, which say themselves where they are from."""
    above = f"VALUES ?p {{ {NARROWER} }} FILTER(isIRI(?o))"
    below = f"?o {BROADER} {subject}"
    own = f"GRAPH ?g {{ {subject} ?p ?o }} FILTER(!STRSTARTS(STR(?g), {_text(iris.links_graph(site, ''))}))"
    groups = (f"{subject} ?p ?o", own, f"{below} {above}", f"GRAPH ?g {{ {below} }} {above}")
    anywhere = " UNION ".join(f"{{ {group} }}" for group in groups)
    return f"CONSTRUCT {{ {subject} ?p ?o }} WHERE {{ SELECT DISTINCT ?p ?o WHERE {{ {anywhere} }} LIMIT {limit} }}"


def incoming(site: str, target: NamedNode, documents: Sequence[str], limit: int) -> str:
    """``?p ?s`` that point at the target, but not from itself, its parts and these documents; and, as ``?d``, its documents."""
    own = [target.value, *documents]
    if iris.is_thing(site, target.value):
        own.append(iris.thing_to_document(site, target.value))
    tests = [
        "isIRI(?s)",
        f"?p NOT IN ({', '.join(f'<{name}>' for name in sorted(mirrors()))})",
        f"!(?p = {PRIMARY_TOPIC} && STRSTARTS(STR(?s), {_text(f'{site}/doc/')}))",
        *(f'!STRSTARTS(CONCAT(STR(?s), "#"), {_text(f"{iri}#")})' for iri in own),
    ]
    links = f"SELECT ?p ?s WHERE {{ ?s ?p {target} FILTER({' && '.join(tests)}) }} LIMIT {limit}"
    topics = f"SELECT ?d WHERE {{ {_document('?d', site, target)} }} LIMIT {_MOST_DOCUMENTS}"
    return f"SELECT ?d ?p ?s WHERE {{ {{ {links} }} UNION {{ {topics} }} }}"


def _document(variable: str, site: str, thing: NamedNode) -> str:
    return f"{variable} {PRIMARY_TOPIC} {thing} FILTER(isIRI({variable}) && STRSTARTS(STR({variable}), {_text(f'{site}/doc/')}))"


def _path(start: NamedNode, depth: int) -> str:
    """``?s`` is a part of the start, ``depth`` links away over other parts."""
    steps = [str(start), *(f"?a{number}" for number in range(1, depth)), "?s"]
    prefix = _text(f"{start.value}#")
    return " ".join(
        f"{one} ?p{number} {other} FILTER(isIRI({other}) && STRSTARTS(STR({other}), {prefix}))"
        for number, (one, other) in enumerate(pairwise(steps))
    )


def _values(terms: Iterable[NamedNode]) -> str:
    return " ".join(map(str, terms))


def _text(text: str) -> str:
    return str(Literal(text))
