"""A producer's own shapes, read from a file and checked beside the project's: any SHACL 1.0, by the reference engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from pop_ld import iris
from pop_ld.errors import ReadError, ShapeError
from pop_ld.validation.results import Engine, Result
from pop_ld.validation.rules import SEVERITIES, Rule, Values, n_triples, properties, read_triples

_SH = iris.SHACL
_FORMATS = {".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES, ".jsonld": RdfFormat.JSON_LD, ".json": RdfFormat.JSON_LD}
_NAMED = (_SH + "property", _SH + "sparql")
_TARGETS = tuple(_SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"))
"""Blank nodes under the former, and those that have the latter, become IRIs, so that a result can be brought back to its shape."""


@dataclass(frozen=True)
class ForeignShapes:
    """Shapes of others, as N-Triples; ``file`` names them. Light to send to another process: the engine is made there."""

    content: bytes
    file: str

    def __reduce__(self) -> tuple[type[ForeignShapes], tuple[bytes, str]]:
        return ForeignShapes, (self.content, self.file)

    @cached_property
    def triples(self) -> tuple[Triple, ...]:
        return tuple(read_triples(self.content, self.file, RdfFormat.N_TRIPLES))

    @cached_property
    def engine(self) -> Engine:
        """Raises ShapeError where SHACL does not define what the shapes mean."""
        from pop_ld.validation.reference import ReferenceEngine

        return ReferenceEngine(self.triples)

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """A rule for each shape that has an IRI: what it does not say of itself is guessed from its IRI and path."""
        about = properties(self.triples)
        return {node.value: _rule(node.value, values) for node, values in about.items() if isinstance(node, NamedNode)}

    def rule(self, result: Result) -> Rule:
        """The rule of a result whose shape says nothing of itself."""
        code = _local(result.shape) if ":" in result.shape else result.component
        text = {"fr": f"Règle « {result.component} » de {Path(self.file).name}.", "en": f"Rule “{result.component}” of {self.file}."}
        severity = result.severity if result.severity in SEVERITIES else "Violation"
        field = _local(result.path)
        return Rule(result.shape, code, "", field, severity, "", text, text, "", "", "", result.path)


def read_shapes(path: Path) -> ForeignShapes:
    """Reads a Turtle, N-Triples or JSON-LD file, and sees that an engine can be made of it. Raises ReadError, ShapeError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(error.strerror or str(error), file=str(path)) from error
    found = read_triples(content, str(path), _FORMATS.get(path.suffix.lower(), RdfFormat.TURTLE))
    if not any(t.predicate.value.startswith(_SH) for t in found):
        raise ShapeError("holds no shape", file=str(path))
    shapes = ForeignShapes(n_triples(_named(found)).encode("utf-8"), str(path))
    shapes.engine  # noqa: B018 - made now, so that what cannot be used is said before any notice is read
    return shapes


def _named(triples: Iterable[Triple]) -> list[Triple]:
    """Numbered as they stand in the file: a report of yesterday must call them as one of today."""
    triples = list(triples)
    bearers = [t.object if t.predicate.value in _NAMED else t.subject for t in triples if t.predicate.value in (*_NAMED, *_TARGETS)]
    found = dict.fromkeys(node for node in bearers if isinstance(node, BlankNode))
    names = {node: NamedNode(f"urn:shape:shape-{number}") for number, node in enumerate(found, 1)}
    return [Triple(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object)) for t in triples]  # type: ignore[arg-type]


def _local(iri: str) -> str:
    """``DPT_LETTRE`` of ``champ:DPT_LETTRE``."""
    return iris.unkey(re.split("[/#:]", iri.rstrip("/#"))[-1])


def _rule(iri: str, values: Values) -> Rule:
    def first(predicate: str) -> str:
        return next((v.value for v in values.get(predicate, ())), "")

    path = next((v.value for v in values.get(_SH + "path", ()) if isinstance(v, NamedNode)), "")
    severity = first(_SH + "severity").removeprefix(_SH)
    code = first(iris.ONTOLOGY + "code") or _local(iri)
    field = first(iris.ONTOLOGY + "champ") or _local(path)
    name, message = (_both(values, _SH + predicate) for predicate in ("name", "message"))
    unsaid = {"fr": f"Règle {code}.", "en": f"Rule {code}."}
    return Rule(
        iri,
        code,
        "",
        field,
        severity if severity in SEVERITIES else "Violation",
        "",
        name or unsaid,
        message or unsaid,
        first(iris.ONTOLOGY + "exemple"),
        first(iris.RDFS + "seeAlso"),
        first(iris.ONTOLOGY + "suggestion"),
        path,
    )


def _both(values: Values, predicate: str) -> dict[str, str]:
    """The texts of a property in French and English; one in neither language serves for both."""
    texts = {v.language or "": v.value for v in values.get(predicate, ()) if isinstance(v, Literal)}
    if not texts:
        return {}
    spare = next(iter(texts.values()))
    return {lang: texts.get(lang, texts.get("", spare)) for lang in ("fr", "en")}
