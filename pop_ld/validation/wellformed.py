"""A shapes graph → nothing, or ShapeError where SHACL 1.0 calls it ill-formed, leaves it undefined or lets a processor refuse it.

It is asked before anything is evaluated, by the very readings of paths (``shape_graph``) and queries (``shape_queries``) that are
evaluated then. Every walk is a loop or bounded: the deepest or most tangled graph raises ShapeError.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, XSD
from rdflib.paths import AlternativePath
from rdflib.term import Node

from pop_ld.validation.shape_graph import DEEPEST, literal, members, named, path_of, refuse
from pop_ld.validation.shape_queries import components_of, parameters_of, query_of

LARGEST = 100_000
"""Shapes that one shape leads to, each counted as often as it is reached: what evaluating it may cost."""


def check_shapes(shapes: Graph) -> None:
    """Raises ShapeError, with the shape in its message and the clause as its rule, for the first fault that it finds."""
    _check_vocabulary(shapes)
    for names, (test, words, most, clause) in _VALUES.items():
        for name in names.split():
            _check_values(shapes, SH[name], test, words, most, clause)
    for shape, path in shapes.subject_objects(SH.path):
        path_of(shapes, path, shape)
    for term, (test, words) in _MEMBERS.items():
        for shape, head in shapes.subject_objects(term):
            if not all(test(member) for member in members(shapes, head, shape)):
                refuse(shapes, shape, f"a member of sh:{term.fragment} is not {words}", "§4.4.4, §4.8")
    costs: dict[Node, tuple[int, int]] = {}
    for shape in shapes.subjects(AlternativePath(*_REFERENCES, *_LISTS)):
        _measure(shapes, shape, (), costs)
    _check_blank_nodes(shapes)
    for shape, node in shapes.subject_objects(SH.sparql):
        query_of(shapes, node, SH.select, path=RDF.type if (shape, SH.path, None) in shapes else None)
    for component in components_of(shapes):
        _check_component(shapes, component)


# Terms and their values ------------------------------------------------------------------------------------------------------


def _is_regex(value: Any) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of "[[": Python warns of what it may come to read otherwise
            return literal(XSD.string)(value) and bool(re.compile(value))
    except (re.error, Warning, RecursionError, OverflowError):
        return False


_IRI = (lambda value: isinstance(value, URIRef), "an IRI")
_NODE = (lambda value: not isinstance(value, Literal), "an IRI or a blank node")
_NODE_KINDS = frozenset([SH.BlankNode, SH.IRI, SH.Literal, SH.BlankNodeOrIRI, SH.BlankNodeOrLiteral, SH.IRIOrLiteral])
_MANY, _ONE = False, True
_VALUES: dict[str, tuple[Callable[[Any], bool], str, bool, str]] = {
    "targetNode": (lambda value: not isinstance(value, BNode), "an IRI or a literal", _MANY, "§2.1.3.1"),
    "targetClass targetSubjectsOf targetObjectsOf": (*_IRI, _MANY, "§2.1.3"),
    "severity": (*_IRI, _ONE, "§2.1.4"),
    "message": (literal(XSD.string, RDF.langString), "a text", _MANY, "§2.1.5"),
    "deactivated": (literal(XSD.boolean), "an xsd:boolean", _ONE, "§2.1.6"),
    "path": (*_NODE, _ONE, "§2.3.1"),
    "datatype": (*_IRI, _ONE, "§4.1.2"),
    "nodeKind": (_NODE_KINDS.__contains__, "one of the six node kinds", _ONE, "§4.1.3"),
    "class equals disjoint lessThan lessThanOrEquals": (*_IRI, _MANY, "§4.1.1, §4.5"),
    "minCount maxCount minLength maxLength qualifiedMinCount qualifiedMaxCount": (literal(XSD.integer), "an xsd:integer", _ONE, "§4"),
    "minExclusive minInclusive maxExclusive maxInclusive": (lambda value: isinstance(value, Literal), "a literal", _ONE, "§4.3"),
    "pattern": (_is_regex, "a regular expression", _ONE, "§4.4.3"),
    "flags": (lambda value: set(value) <= set("im"), "of the flags i and m, which are supported", _ONE, "§4.4.3"),
    "uniqueLang qualifiedValueShapesDisjoint closed optional": (literal(XSD.boolean), "an xsd:boolean", _ONE, "§4, §6.2.1"),
    "languageIn qualifiedValueShape ignoredProperties in": (*_NODE, _ONE, "§4"),
    "not and or xone node property sparql": (*_NODE, _MANY, "§4.6, §4.7, §5.2"),
}
"""Of the terms of SHACL: what a value of each must be, in words too, how many values a shape may have, and the clause."""
_MEMBERS = {SH["in"]: (lambda value: True, ""), SH.languageIn: (literal(XSD.string), "an xsd:string"), SH.ignoredProperties: _IRI}
_KNOWN = frozenset(SH[name] for names in (*_VALUES, "hasValue") for name in names.split())
_UNSUPPORTED = {
    SH.js: "is SHACL-JS, which is not supported",
    SH.target: "is of SHACL Advanced Features, which are not supported",
    SH.expression: "is of SHACL Advanced Features, which are not supported",
    SH.entailment: "asks for an entailment regime, and none is supported",
}


def _check_vocabulary(shapes: Graph) -> None:
    """A constraint that nobody evaluates would hold of everything: where a shape has an unknown term, it is refused, not passed over."""
    for term in {URIRef(str(term)) for term in shapes.predicates() if str(term).startswith(str(SH))}:
        message = _UNSUPPORTED.get(term, "is no term of SHACL")
        known = term not in _UNSUPPORTED and term in SH
        for shape in () if known else shapes.subjects(term):
            if term in _UNSUPPORTED or _KNOWN.intersection(shapes.predicates(shape)):
                refuse(shapes, shape, f"sh:{term.removeprefix(str(SH))} {message}", "§1.5, §2.1.1")


def _check_values(shapes: Graph, term: URIRef, test: Callable[[Any], bool], words: str, single: bool, clause: str) -> None:
    seen: set[Node] = set()
    for shape, value in shapes.subject_objects(term):
        if not test(value):
            refuse(shapes, shape, f"the value {value.n3()} of sh:{term.fragment} is not {words}", clause)
        if single and shape in seen:
            refuse(shapes, shape, f"more than one value of sh:{term.fragment}", clause)
        seen.add(shape)


# References between shapes, and components -----------------------------------------------------------------------------------

_REFERENCES = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_LISTS = (SH["and"], SH["or"], SH.xone)


def _measure(shapes: Graph, shape: Node, way: tuple[Node, ...], costs: dict[Node, tuple[int, int]]) -> tuple[int, int]:
    """(depth, cost) of a shape and of all it refers to. Shapes that lead back to themselves have no defined meaning (§3.4.3)."""
    if shape in way:
        cycle = " → ".join(named(shapes, other) for other in (*way[way.index(shape) :], shape))
        refuse(shapes, shape, f"the shape is recursive, {cycle}", "§3.4.3")
    if shape not in costs and len(way) <= DEEPEST:
        lists = [list(members(shapes, head, shape)) for term in _LISTS for head in shapes.objects(shape, term)]
        if not all(lists) or any(isinstance(node, Literal) for found in lists for node in found):
            refuse(shapes, shape, "sh:and, sh:or or sh:xone of no shapes", "§4.6")
        others = [node for term in _REFERENCES for node in shapes.objects(shape, term)] + [node for found in lists for node in found]
        below = [_measure(shapes, other, (*way, shape), costs) for other in others]
        costs[shape] = 1 + max((depth for depth, _ in below), default=0), 1 + sum(cost for _, cost in below)
    if shape not in costs or costs[shape][0] > DEEPEST or costs[shape][1] > LARGEST:
        refuse(shapes, shape, f"the shape refers to shapes that refer to others, more than {DEEPEST} deep or {LARGEST} in all", "§3.4.1")
    return costs[shape]


def _check_blank_nodes(shapes: Graph) -> None:
    """pySHACL describes the blank nodes of a result by the tree of all that they lead to, which can outgrow any memory."""
    steps = 0
    for root in {node for term in _KNOWN for pair in shapes.subject_objects(term) for node in pair if isinstance(node, BNode)}:
        pending: list[Node] = [root]
        while pending:
            steps += 1
            if steps > 5 * LARGEST:
                refuse(shapes, root, "blank nodes lead to blank nodes without end, or nearly", "§3.4.1")
            pending += [node for node in shapes.objects(pending.pop()) if isinstance(node, BNode)]


def _check_component(shapes: Graph, component: Node) -> None:
    parameters = parameters_of(shapes, component)
    for predicate, _ in parameters.values() if len(parameters) > 1 else ():
        _check_values(shapes, predicate, lambda value: True, "", _ONE, "§2.1.1")
    for term, path in ((SH.validator, None), (SH.nodeValidator, None), (SH.propertyValidator, RDF.type)):
        for node in shapes.objects(component, term):
            if (node, SH.jsFunctionName, None) not in shapes:  # SHACL-JS may say the same as well
                query_of(shapes, node, SH.ask if term == SH.validator else SH.select, frozenset(parameters), path)
