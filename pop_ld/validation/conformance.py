"""Shapes as functions of what nodes say of themselves: the part of SHACL Core that our rules are written in, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.validation.constraints import (
    INHERITED,
    SILENT,
    Check,
    Finds,
    Said,
    Walk,
    all_of,
    any_of,
    bounded,
    counted,
    failing,
    having,
    long,
    matching,
    typed,
)
from pop_ld.validation.lines import TYPE
from pop_ld.validation.rules import Term, Values
from pop_ld.validation.terms import NUMBER, at_most, below, pattern, shown, written

Made = TypeVar("Made")

PATH, PROPERTY = iris.SHACL + "path", iris.SHACL + "property"

_SH, _NIL = iris.SHACL, NamedNode(iris.RDF + "nil")
_SAID = {_SH + name for name in ("name", "description", "message", "order", "group", "severity")}
"""Properties of a shape that constrain nothing."""
LOGICAL = {_SH + name for name in ("or", "and", "not", "node")}
"""Constraints that a shape may have more than once, as it may have properties, classes and values."""
_SEVERAL = {*LOGICAL, PROPERTY, _SH + "class", _SH + "hasValue", _SH + "disjoint", _SH + "lessThan", _SH + "lessThanOrEquals"}
_KINDS = {_SH + "IRI": "<", _SH + "Literal": '"', _SH + "BlankNode": "_"}
_QUALIFIED = _SH + "qualifiedValueShape"
_SAID_WITH = {_SH + "flags": _SH + "pattern", _QUALIFIED: _SH + "qualifiedMinCount"}
"""Properties that are part of another constraint, where there is that one."""
_PAIRS: Mapping[str, Callable[[str, str], bool]] = {"disjoint": str.__ne__, "lessThan": below, "lessThanOrEquals": at_most}
_DATATYPES = {iris.XSD + "decimal": NUMBER}
"""Datatypes whose lexical forms are known here."""


class Beyond(Exception):
    """A shape does more than is compiled here, or is ill-formed: an engine is to read it."""


def constrains(predicate: str) -> bool:
    """Whether a property of a shape asks something: every one of SHACL's that is not known to be a remark, or a target."""
    return predicate.startswith(_SH) and predicate not in _SAID and not predicate.startswith(_SH + "target")


class Compiler:
    """Compiles the shapes of a graph. ``asked`` are the predicates and classes that they look at, as N-Triples writes them."""

    def __init__(self, about: Mapping[Term, Values]) -> None:
        self._about = about
        self._open: list[Term] = []
        self.asked: set[str] = set()
        self.inverse: set[str] = set()
        """The predicates that are gone along backwards."""

    def attempt(self, make: Callable[[], Made]) -> Made | None:
        """What a function makes with this compiler; None, and nothing is asked for, where that is Beyond."""
        before = set(self.asked), set(self.inverse)
        try:
            return make()
        except Beyond:
            self.asked, self.inverse = before
            return None

    def shape(self, shape: Term) -> Check:
        """Whether a node conforms to a shape (SHACL §3.5). Raises Beyond, for a shape that refers to itself too."""
        if isinstance(shape, Literal) or shape in self._open or shape not in self._about:
            raise Beyond
        self._open.append(shape)
        try:
            values = self._about[shape]
            if PATH in values:
                return self._of_values(values)
            return all_of([self._check(name, node, values) for name, node in _asked(values, set())])
        finally:
            self._open.pop()

    def logical(self, name: str, node: Term) -> Check:
        """One of LOGICAL. Raises Beyond."""
        if name in (_SH + "or", _SH + "and"):
            checks = [self.shape(one) for one in self._list(node)]
            return any_of(checks) if name == _SH + "or" else all_of(checks)
        check = self.shape(node)
        return check if name == _SH + "node" else lambda said, value: not check(said, value)

    def property(self, values: Values) -> tuple[str, Walk, list[tuple[str, Finds]]]:
        """Of a property shape its path where it is a predicate, "" else, how to go along it, and what each constraint finds.

        Raises Beyond, for one with targets or properties of its own too: their results are theirs.
        """
        if PROPERTY in values or any(name.startswith(_SH + "target") for name in values):
            raise Beyond
        return (*self.path(values), list(self._constraints(values)))

    def _of_values(self, values: Values) -> Check:
        _, walk = self.path(values)
        constraints = [finds for _, finds in self._constraints(values)]

        def check(said: Said, node: str) -> bool:
            found = walk(said, node)
            for finds in constraints:
                for _ in finds(said, node, found):
                    return False
            return True

        return check

    # Paths (§2.3.1) ------------------------------------------------------------------------------------------------------------

    def path(self, values: Values) -> tuple[str, Walk]:
        """A predicate, a choice or a sequence of predicates, each forwards or backwards: the predicate alone, and the walk."""
        (path,) = values.get(PATH, ()) or (_NIL,)
        steps = self._steps(path, of_types=_QUALIFIED in values and self._sees_types(values))
        if len(steps) == 1 and len(steps[0]) == 1:
            (only,) = steps[0]
            return "" if only.startswith("^") else only, lambda said, node: said.get(node, SILENT).get(only, ())

        def walk(said: Said, node: str) -> Collection[str]:
            found: Collection[str] = (node,)
            for step in steps:
                found = {value for one in found for name in step for value in said.get(one, SILENT).get(name, ())}
            return found

        return "", walk

    def _steps(self, path: Term, *, of_types: bool) -> list[list[str]]:
        said = self._about.get(path, {})
        if isinstance(path, NamedNode) or _SH + "inversePath" in said:
            return [[self._predicate(path, of_types=of_types)]]
        if _SH + "alternativePath" in said:
            return [[self._predicate(one) for one in self._list(_only(said, _SH + "alternativePath"))]]
        return [[self._predicate(one)] for one in self._list(path)]

    def _predicate(self, path: Term, *, of_types: bool = False) -> str:
        backwards = ""
        if not isinstance(path, NamedNode):
            path, backwards = _only(self._about.get(path, {}), _SH + "inversePath"), "^"
        name = str(path)
        if not isinstance(path, NamedNode) or path == _NIL or (name == TYPE and (backwards or not of_types)):
            raise Beyond  # of types only those are seen that a shape names
        self.asked.add(name)
        if backwards:
            self.inverse.add(name)
        return backwards + name

    def _sees_types(self, values: Values) -> bool:
        """Whether nothing is asked of values but how many are in a list of classes."""
        names = {name for name, _ in _asked(values, {PATH})}
        said = self._about.get(_one(values, _QUALIFIED), {})
        return names <= {_SH + "qualifiedMinCount"} and [name for name, _ in _asked(said, set())] == [_SH + "in"]

    # Constraints (§4) ----------------------------------------------------------------------------------------------------------

    def _constraints(self, values: Values) -> Iterator[tuple[str, Finds]]:
        for name, node in _asked(values, {PATH}):
            local = name.removeprefix(_SH)
            if local in ("minCount", "maxCount"):
                yield name, counted(_number(node), most=local == "maxCount")
            elif local == "hasValue":
                yield name, having(written(node))
            elif local == "qualifiedMinCount":
                yield name, self._qualified(_number(node), _one(values, _QUALIFIED))
            elif local in _PAIRS:
                yield name, self._pairs(local, node)
            else:
                yield name, failing(self._check(name, node, values))

    def _check(self, name: str, node: Term, values: Values) -> Check:
        """What one constraint asks of each value node, or of a node itself. Raises Beyond."""
        local = name.removeprefix(_SH)
        if local == "pattern":
            return matching(_expression(node, values.get(_SH + "flags", ())))
        if local in ("minLength", "maxLength"):
            return long(_number(node), most=local == "maxLength")
        if local in ("minInclusive", "maxInclusive"):
            return bounded(written(node), most=local == "maxInclusive")
        if local == "in":
            terms = {written(one) for one in self._list(node)}
            self.asked |= {term for term in terms if term.startswith("<")}
            return lambda said, value: value in terms
        if local == "nodeKind" and isinstance(node, NamedNode) and node.value in _KINDS:
            first = _KINDS[node.value]
            return lambda said, value: value.startswith(first)
        if local == "datatype" and isinstance(node, NamedNode) and node.value in _DATATYPES:
            return typed(f"^^{node}", _DATATYPES[node.value])
        if local == "class" and isinstance(node, NamedNode):
            self.asked.add(kind := str(node))
            return lambda said, value: any(kind in said.get(value, SILENT).get(name, ()) for name in (TYPE, INHERITED))
        if name == PROPERTY and PATH in self._about.get(node, {}):
            return self.shape(node)
        if name in LOGICAL:
            return self.logical(name, node)
        raise Beyond

    def _qualified(self, least: int, shape: Term) -> Finds:
        check = self.shape(shape)
        return lambda said, node, values: ("",) if sum(check(said, value) for value in values) < least else ()

    def _pairs(self, local: str, node: Term) -> Finds:
        """What each value node must be beside those of another property of the same node (§4.5)."""
        name = self._predicate(node)
        holds = _PAIRS[local]

        def finds(said: Said, focus: str, values: Collection[str]) -> Iterator[str]:
            others = said.get(focus, SILENT).get(name, ())
            return (shown(value) for value in values if not all(holds(value, other) for other in others))

        return finds

    def _list(self, head: Term) -> list[Term]:
        """The members of a well-formed RDF list that has some. Raises Beyond."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != _NIL:
            said = self._about.get(head, {})
            if head in seen:
                raise Beyond
            seen.add(head)
            found.append(_one(said, iris.RDF + "first"))
            head = _one(said, iris.RDF + "rest")
        if not found:
            raise Beyond
        return found


def _asked(values: Values, beside: set[str]) -> list[tuple[str, Term]]:
    """(property of SHACL, its value) of each constraint of a shape. Raises Beyond where one is there too often."""
    names = sorted(name for name in values if constrains(name) and name not in beside)
    if len(values.get(_SH + "severity", ())) > 1 or any(len(values[name]) > 1 for name in names if name not in _SEVERAL):
        raise Beyond
    return [(name, node) for name in names if _SAID_WITH.get(name) not in values for node in values[name]]


def _one(values: Values, name: str) -> Term:
    found = values.get(name, ())
    if len(found) != 1:
        raise Beyond
    return found[0]


def _only(values: Values, name: str) -> Term:
    if len(values) != 1:
        raise Beyond
    return _one(values, name)


def _number(term: Term) -> int:
    if not isinstance(term, Literal) or term.datatype.value != iris.XSD + "integer" or not (term.value.isascii() and term.value.isdigit()):
        raise Beyond
    return int(term.value)


def _expression(term: Term, flags: Sequence[Term]) -> re.Pattern[str]:
    texts = [term, *flags]
    if len(flags) > 1 or not all(isinstance(one, Literal) and one.datatype.value == iris.XSD + "string" for one in texts):
        raise Beyond
    found = pattern(term.value, "".join(one.value for one in flags))
    if found is None:
        raise Beyond
    return found
