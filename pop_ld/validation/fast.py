"""The engine of the hot path: shapes compiled, rudof for what of SHACL Core is beyond those, Oxigraph for SPARQL constraints.

Each is set-based over a batch of notices. Our own shapes are compiled whole (``compiled``): that takes a third of rudof's time, where
pySHACL takes ten to a hundred times as long. SPARQL constraints of our own shapes bind ``$this`` by their patterns, so one query over the
batch gives what one query a focus node would (SHACL §5.3): ``reference`` is the engine that says so, in a test over the real notices.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, RdfFormat, Store, Triple

from pop_ld import iris
from pop_ld.errors import ShapeError
from pop_ld.validation.compiled import Compiled
from pop_ld.validation.conformance import constrains
from pop_ld.validation.families import asked, families, parted, split
from pop_ld.validation.results import Result
from pop_ld.validation.rules import Values, n_triples, properties, severity_of

_SH, _TYPE = iris.SHACL, NamedNode(iris.RDF + "type")
_SPARQL = "SPARQLConstraintComponent"
_OF_SPARQL = {_SH + name for name in ("sparql", "select", "prefixes", "declare", "prefix", "namespace")}
"""Properties that say a SPARQL constraint: rudof knows none of them."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A sh:SPARQLConstraint of a node shape: ``targets`` are (predicate of SHACL, its value) of that shape (SHACL §2.1.3).

    ``whole`` is a query with the same solutions over all nodes at once (``pop:ensemble``), which SHACL's own may not be: there
    a subquery must give ``$this`` back (§5.3.1). "" where it has none.
    """

    iri: str
    query: str
    severity: str
    targets: tuple[tuple[str, str], ...]
    whole: str = ""


class FastEngine:
    """An Engine over shapes given as triples. Raises ShapeError where they ask for more than it can: ``reference`` can it all.

    Raises ImportError where they want rudof and there is none.
    """

    def __init__(self, shapes: Iterable[Triple]) -> None:
        graph = list(shapes)
        self._constraints = sparql_constraints(graph)
        core = [t for t in graph if t.predicate.value not in _OF_SPARQL]
        self._compiled = Compiled(core)
        self._limits = lengths(self._compiled.others)
        self._families = [_Family(one) for one in families(self._compiled.others) if any(constrains(t.predicate.value) for t in one)]
        self._sees = [family.asked for family in self._families]
        if self._constraints:
            self._sees.append(set().union(*(asked_by(constraint) for constraint in self._constraints)))

    def __call__(self, triples: str) -> list[Result]:
        """Results of one graph."""
        lines = split(triples)
        results = list(self._compiled(lines))
        parts = parted(lines, self._sees) if self._sees else []
        for family, part in zip(self._families, parts, strict=False):
            results += filter(self._holds, family(part))
        return [*results, *self._sparql(parts[-1])] if self._constraints else results

    def _holds(self, result: Result) -> bool:
        """Whether a result about a length stands when characters are counted."""
        limit = self._limits.get((result.shape, result.component))
        return limit is None or (len(result.text) < limit if result.component.startswith("Min") else len(result.text) > limit)

    def _sparql(self, triples: str) -> Iterator[Result]:
        store = Store()
        store.bulk_load(triples.encode("utf-8"), RdfFormat.N_TRIPLES)
        for constraint in self._constraints:
            yield from broken(constraint, store)


class _Family:
    """Shapes that look at the same part of a graph, in an engine of their own.

    rudof walks through all triples for each target of each shape: those that no shape of the family can see are not given to it, and where
    none is left it is not asked. That saves a sixth of the cost of a notice (measured).
    """

    def __init__(self, shapes: list[Triple]) -> None:
        os.environ.setdefault("RAYON_NUM_THREADS", "1")  # processes share the work already: its threads cost 4 % and gain nothing
        from pyrudof import RDFFormat, Rudof, RudofConfig, RudofError, ShaclFormat

        self.asked = asked(shapes)
        self._paths = {str(t.subject)[1:-1] for t in shapes if t.predicate.value == _SH + "path" and isinstance(t.object, NamedNode)}
        self._format, self._failed = RDFFormat.NTriples, RudofError
        self._rudof = Rudof(RudofConfig())
        with self._failures():
            # N-Triples that we serialize ourselves: rudof takes a text that looks like a path or an address for one.
            self._rudof.read_shacl(n_triples(map(_in_bytes, shapes)), ShaclFormat.NTriples)
            self._rudof.read_data(_ANY, self._format)

    def __call__(self, triples: str) -> list[Result]:
        """Results of one graph; its triples are forgotten again, which is cheaper than another session (measured: a third)."""
        if not triples.strip():
            return []
        with self._failures():
            self._rudof.begin_staging()
            try:
                self._rudof.read_data(triples, self._format, merge=True)
                return [_result(entry, self._paths) for entry in self._rudof.validate_shacl()]
            finally:
                self._rudof.rollback_staging()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except self._failed as error:
            raise ShapeError(f"the shapes or the graph cannot be used: {error}") from error


_ANY = f"<{iris.SHAPES}> <{iris.SHAPES}> <{iris.SHAPES}> .\n"
"""A graph to stage on: there must be one."""


_IRI = re.compile(r"<([^<>\s]+)>|(?<![\w:?$])([A-Za-z][\w-]*):([\w][\w.-]*(?<!\.))|(?<![\w:?$])a(?=\s)")


def asked_by(constraint: Constraint) -> set[str]:
    """The predicates and classes that a query can see: any IRI in it, and in the targets. A variable predicate is not for this engine."""
    prefixes = dict(re.findall(r"PREFIX (\S+): <([^>]*)>", constraint.query))
    found = {f"<{iri or prefixes.get(prefix, '') + local}>" for iri, prefix, local in _IRI.findall(constraint.query) if iri or prefix}
    return found | {str(_TYPE)} | {f"<{value}>" for _, value in constraint.targets}


def _result(entry: Any, paths: set[str]) -> Result:
    component, shape = str(entry.constraint_component).removeprefix(_SH), entry.source_shape or ""
    path = entry.path if entry.path and shape in paths else ""
    return Result(entry.focus_node, shape, path, _value(entry.value or ""), str(entry.severity), component)


# Lengths -------------------------------------------------------------------------------------------------------------------

_LENGTHS = ("minLength", "maxLength")
_WIDEST = 4
"""Bytes of the widest character in UTF-8."""


def lengths(shapes: list[Triple]) -> dict[tuple[str, str], int]:
    """(shape, component) -> limit of each length. SHACL counts characters (§4.4), rudof bytes: its results are weighed again.

    So rudof is made to say too much (:func:`_in_bytes`). Raises ShapeError for a length where results are not seen: inside another shape.
    """
    about = properties(shapes)
    targeted = {shape for shape, values in about.items() if any(name.startswith(_SH + "target") for name in values)}
    seen = targeted | {node for shape in targeted for node in about[shape].get(_SH + "property", ())}
    found = {}
    for shape, values in about.items():
        for name in _LENGTHS:
            for limit in values.get(_SH + name, ()):
                if shape not in seen or isinstance(shape, BlankNode):
                    raise ShapeError(f"{shape} has a length inside another shape, which the fast engine cannot count")
                found[shape.value, f"{name[0].upper()}{name[1:]}ConstraintComponent"] = int(limit.value)
    return found


def _in_bytes(triple: Triple) -> Triple:
    """A least length in characters as one in bytes that no text of enough characters can miss; other triples as they are."""
    if triple.predicate.value != _SH + "minLength" or not isinstance(triple.object, Literal):
        return triple
    limit = int(triple.object.value)
    return Triple(triple.subject, triple.predicate, Literal(_WIDEST * (limit - 1) + 1 if limit else 0))


_INSTANT = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")


def _value(text: str) -> str:
    """rudof abbreviates the datatypes of XML Schema, and leaves out those of truth values and instants; Result does not."""
    if text in ("true", "false"):
        return f'"{text}"^^<{iris.XSD}boolean>'
    if not text.startswith('"'):
        return f'"{text}"^^<{iris.XSD}dateTime>' if _INSTANT.fullmatch(text) else text
    end = text.rindex('"') + 1
    tail = text[end:]
    return text[:end] + (f"^^<{iris.XSD}{tail[6:]}>" if tail.startswith("^^xsd:") else tail)


# SPARQL constraints --------------------------------------------------------------------------------------------------------


def sparql_constraints(graph: list[Triple]) -> list[Constraint]:
    """The SPARQL constraints of the node shapes of a shapes graph. Raises ShapeError for those of property shapes."""
    about = properties(graph)
    prefixes = _prefixes(about)
    found = []
    for shape, values in about.items():
        for node in values.get(_SH + "sparql", ()):
            if _SH + "path" in values or isinstance(node, Literal):
                raise ShapeError(f"{shape} has a SPARQL constraint on a path, which the fast engine does not know")
            found.append(_constraint(values, node, about[node], prefixes))
    return found


def _constraint(shape: Values, node: NamedNode | BlankNode, values: Values, prefixes: str) -> Constraint:
    (query,) = values[_SH + "select"]
    targets = tuple(
        (name, v.value) for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf") for v in shape.get(_SH + name, ())
    )
    whole = next((prefixes + v.value for v in values.get(iris.ONTOLOGY + "ensemble", ())), "")
    return Constraint(node.value, prefixes + query.value, severity_of(shape), targets, whole)


def _prefixes(about: dict[NamedNode | BlankNode, Values]) -> str:
    """PREFIX lines of every sh:declare (SHACL §5.2.1)."""
    lines = set()
    for values in about.values():
        if _SH + "prefix" in values and _SH + "namespace" in values:
            lines.add(f"PREFIX {values[_SH + 'prefix'][0].value}: <{values[_SH + 'namespace'][0].value}>\n")
    return "".join(sorted(lines))


def broken(constraint: Constraint, store: Store) -> Iterator[Result]:
    """The results of one constraint over a whole store: each solution whose ``$this`` is a target (SHACL §5.3.2)."""
    solutions = store.query(constraint.query)
    if not isinstance(solutions, QuerySolutions):
        raise ShapeError(f"{constraint.iri} is no SELECT query")
    names = {variable.value for variable in solutions.variables}
    targets = _targets(constraint, store)
    seen: set[Result] = set()
    for solution in solutions:
        this = solution["this"]
        if this in targets:
            value = (solution["value"] if "value" in names else None) or this
            path = solution["path"] if "path" in names else None
            result = Result(_shown(this), constraint.iri, path.value if path else "", _shown(value), constraint.severity, _SPARQL)
            if result not in seen:
                seen.add(result)
                yield result


def _targets(constraint: Constraint, store: Store) -> set[Any]:
    found: set[Any] = set()
    for name, value in constraint.targets:
        node = NamedNode(value)
        if name == "targetClass":
            found.update(quad.subject for quad in store.quads_for_pattern(None, _TYPE, node, None))
        elif name == "targetSubjectsOf":
            found.update(quad.subject for quad in store.quads_for_pattern(None, node, None, None))
        elif name == "targetObjectsOf":
            found.update(quad.object for quad in store.quads_for_pattern(None, node, None, None))
        else:
            found.add(node)
    return found


def _shown(term: Any) -> str:
    """A term as Result writes it."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        tail = f"@{term.language}" if term.language else "" if term.datatype.value == iris.XSD + "string" else f"^^{term.datatype}"
        return f'"{term.value}"{tail}'
    return str(term)
