"""shapes/*.ttl → Rules: what producers read of each shape, by its IRI. One file a base, ``notice`` for all, each a SHACL shapes graph.

A rule is a shape, or a SPARQL constraint, that bears ``pop:code``. ``pop:niveau`` says what it looks at: ``champs`` the notice as its
fields, ``graphe`` the notice as published, ``structure`` that the graph is sound (a Violation is ours and blocks a release),
``corpus`` all notices together, ``lecture`` the file as it is read (no shape can see what never became a notice).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from pop_ld import iris, resources
from pop_ld.errors import ShapeError

SEVERITIES = ("Violation", "Warning", "Info")
"""Gravest first."""
LEVELS = ("champs", "graphe", "structure", "corpus", "lecture")
COMMON, CORPUS, READING = "notice", "corpus", "lecture"
"""Files of shapes/ that belong to no base."""

_SH, _POP = iris.SHACL, iris.ONTOLOGY


@dataclass(frozen=True, slots=True)
class Rule:
    """``base`` is the file it stands in. ``kinds`` are the kinds of Problem that break a rule of reading, ``choices`` the
    values of sh:in, ``fault`` a regular expression that finds the faulty part of a value, ``suggestion`` how a right value is sought.
    """

    iri: str
    code: str
    base: str
    field: str
    severity: str
    level: str
    names: Mapping[str, str]
    messages: Mapping[str, str]
    example: str
    source: str
    suggestion: str
    path: str
    kinds: tuple[str, ...] = ()
    query: str = ""
    choices: tuple[str, ...] = ()
    fault: str = ""
    order: float = 999

    @property
    def blocks(self) -> bool:
        """Whether a result of it keeps a release from being published."""
        return self.level == "structure" and self.severity == "Violation"


@cache
def files() -> Mapping[str, Path]:
    """The shapes files by name, in name order."""
    return {path.stem: path for path in sorted(resources.folder("shapes").glob("*.ttl"))}


@cache
def triples(name: str) -> tuple[Triple, ...]:
    """The shapes graph of one file, prefixes resolved. Raises ShapeError with file and line, or where no file has the name."""
    if name not in files():
        raise ShapeError(f"no shapes are called {name!r}; known: {', '.join(files())}")
    path = files()[name]
    return tuple(read_triples(path.read_bytes(), str(path)))


def read_triples(content: bytes, file: str, format: RdfFormat = RdfFormat.TURTLE) -> list[Triple]:
    """The triples of a document. Raises ShapeError with file and line."""
    try:
        return [quad.triple for quad in parse(content, format, base_iri=iris.SHAPES)]
    except SyntaxError as error:
        raise ShapeError(error.msg, file=file, line=error.lineno or 0) from error


@cache
def catalogue() -> Mapping[str, Rule]:
    """Every rule by the IRI of its shape. Raises ShapeError where a code is used twice, or a rule lacks what producers need."""
    found = {rule.iri: rule for name in files() for rule in rules_in(name, triples(name))}
    codes: dict[str, str] = {}
    for rule in found.values():
        other = codes.setdefault(rule.code, rule.iri)
        if other != rule.iri:
            raise ShapeError(f"code {rule.code} is given to {rule.iri} and {other}")
    return found


@cache
def by_code() -> Mapping[str, Rule]:
    """Every rule by its code."""
    return {rule.code: rule for rule in catalogue().values()}


@cache
def by_kind() -> Mapping[str, Rule]:
    """The rules of reading by the kind of Problem."""
    return {kind: rule for rule in catalogue().values() for kind in rule.kinds}


def rules_of(name: str) -> list[Rule]:
    """The rules of one file of shapes/, in their order."""
    return sorted((rule for rule in catalogue().values() if rule.base == name), key=lambda rule: (rule.order, rule.code))


def rules_in(name: str, graph: Iterable[Triple]) -> Iterator[Rule]:
    """The rules that a shapes graph bears. Raises ShapeError naming what is wrong with one."""
    about = properties(graph)
    for subject, values in about.items():
        if isinstance(subject, NamedNode) and _POP + "code" in values:
            rule = _rule(name, subject.value, values)
            choices = tuple(term.value for head in values.get(_SH + "in", ()) for term in _list(head, about))
            _check(rule)
            yield replace(rule, choices=choices)


Shapes: TypeAlias = Iterable[Triple]
"""A shapes graph."""
Term: TypeAlias = NamedNode | BlankNode | Literal
Values: TypeAlias = dict[str, list[Term]]


def properties(graph: Iterable[Triple]) -> dict[NamedNode | BlankNode, Values]:
    """What a graph says of each subject, by predicate."""
    about: dict[NamedNode | BlankNode, Values] = defaultdict(lambda: defaultdict(list))
    for triple in graph:
        if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple):
            about[triple.subject][triple.predicate.value].append(triple.object)
    return about


def _list(head: Term, about: Mapping[NamedNode | BlankNode, Values]) -> Iterator[Term]:
    """The members of an RDF list."""
    while not isinstance(head, Literal) and head.value != iris.RDF + "nil" and head in about:
        yield from about[head][iris.RDF + "first"]
        head = about[head][iris.RDF + "rest"][0]


def n_triples(triples: Iterable[Triple]) -> str:
    """Triples as a text; no engine is given another, for some take what looks like a path or an address for one."""
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode("utf-8")


def severity_of(shape: Values) -> str:
    """The severity that a shape has of its own, sh:Violation where it says none (SHACL §2.1.4), without its namespace."""
    return next((v.value for v in shape.get(_SH + "severity", ())), _SH + "Violation").removeprefix(_SH)


def _rule(name: str, iri: str, values: Values) -> Rule:
    def first(predicate: str, default: str = "") -> str:
        return next((v.value for v in values.get(predicate, ())), default)

    names, messages = (_by_language(values.get(_SH + predicate, ())) for predicate in ("name", "message"))
    path = next((v.value for v in values.get(_SH + "path", ()) if isinstance(v, NamedNode)), "")
    return Rule(
        iri=iri,
        code=first(_POP + "code"),
        base=name,
        field=first(_POP + "champ"),
        severity=severity_of(values),
        level=first(_POP + "niveau"),
        names=names,
        messages=messages,
        example=first(_POP + "exemple"),
        source=first(iris.RDFS + "seeAlso"),
        suggestion=first(_POP + "suggestion"),
        path=path,
        kinds=tuple(sorted(v.value for v in values.get(_POP + "remarque", ()))),
        query=first(_SH + "select"),
        fault=first(_POP + "faute"),
        order=float(first(_SH + "order", "999")),
    )


def _by_language(values: Iterable[Term]) -> dict[str, str]:
    return {v.language: v.value for v in values if isinstance(v, Literal) and v.language}


def _check(rule: Rule) -> None:
    """A producer must be able to read the rule in both languages, and to go to where it comes from."""
    missing = [language for language in ("fr", "en") if language not in rule.names or language not in rule.messages]
    faults = {
        "has no sh:name or sh:message in " + " and ".join(missing): missing,
        f"has the severity {rule.severity!r}, not one of {', '.join(SEVERITIES)}": rule.severity not in SEVERITIES,
        f"has the level {rule.level!r}, not one of {', '.join(LEVELS)}": rule.level not in LEVELS,
        "has no pop:champ": not rule.field,
        "has no rdfs:seeAlso": not rule.source,
    }
    for text, found in faults.items():
        if found:
            raise ShapeError(f"{rule.iri} {text}", rule=rule.code)


_PREFIX = re.compile(r"\bPREFIX\s+([\w-]*):\s*<([^<>\s]*)>", re.IGNORECASE)
_NAME = re.compile(r"<([^<>\s]+)>|(?<![\w:?$])([A-Za-z][\w-]*):(\w(?:[\w.-]*\w)?)")


def iris_in(shapes: Shapes) -> set[str]:
    """Every IRI that stands in a shapes graph as subject or object, or in one of its queries."""
    shapes = list(shapes)
    found = {node.value for triple in shapes for node in (triple.subject, triple.object) if isinstance(node, NamedNode)}
    queries = " ".join(
        t.object.value for t in shapes if t.predicate.value in (_SH + "select", _SH + "ask") and isinstance(t.object, Literal)
    )
    declared = [values for values in properties(shapes).values() if _SH + "prefix" in values and _SH + "namespace" in values]
    prefixes = {values[_SH + "prefix"][0].value: values[_SH + "namespace"][0].value for values in declared} | dict(_PREFIX.findall(queries))
    return found | {iri or prefixes.get(prefix, "") + local for iri, prefix, local in _NAME.findall(queries)}


def shapes_for(base: str) -> tuple[Triple, ...]:
    """The shapes that each notice of a base must meet: those of all notices and, where it has a file of them, its own."""
    return triples(COMMON) + (triples(base) if base in files() else ())
