"""The rules of fields and of the published graph as functions: what looks at what nodes say of themselves needs no engine.

An engine of all of SHACL, in Rust, spent 15 µs a notice on a shape with a pattern and 40 on one with ``sh:or``, of thirty to sixty. Here a
rule is some look-ups in a dict (``tests/validation`` holds it to the reference engine, on real notices, on planted faults and on shapes and
graphs made at random).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pyoxigraph import NamedNode, Triple

from pop_ld import iris
from pop_ld.validation.conformance import LOGICAL, PATH, PROPERTY, Compiler, constrains
from pop_ld.validation.constraints import INHERITED, SILENT, Check, Finds, Said, Walk
from pop_ld.validation.lines import TYPE, Line
from pop_ld.validation.results import Result
from pop_ld.validation.rules import Term, Values, properties, severity_of
from pop_ld.validation.terms import plain, shown

_SH = iris.SHACL
_CLASS, _SUBJECTS, _OBJECTS = (_SH + name for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf"))
_SUBCLASS = str(NamedNode(iris.RDFS + "subClassOf"))
_ONE = {_SH + "minCount": 1, _SH + "maxCount": 0}
"""Counts that a single value meets, or breaks."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What breaks one constraint of a shape."""

    shape: str
    path: str
    severity: str
    component: str

    def result(self, focus: str, value: str) -> Result:
        return Result(shown(focus), self.shape, self.path, value, self.severity, self.component)


@dataclass(slots=True)
class _Target:
    """What is asked of the nodes of a target.

    By predicate, that there is a value, that there is none, and what those must be that there are; whatever there is along a path; and
    what the node itself must be.
    """

    wanted: dict[str, list[_Fault]] = field(default_factory=lambda: defaultdict(list))
    unwanted: dict[str, list[_Fault]] = field(default_factory=lambda: defaultdict(list))
    present: dict[str, list[tuple[Finds, _Fault]]] = field(default_factory=lambda: defaultdict(list))
    always: list[tuple[Walk, Finds, _Fault]] = field(default_factory=list)
    node: list[tuple[Check, _Fault]] = field(default_factory=list)

    def results(self, said: Said, focus: str) -> Iterator[Result]:
        mine = said.get(focus, SILENT)
        for path in self.wanted.keys() - mine.keys():
            for fault in self.wanted[path]:
                yield fault.result(focus, "")
        for path in self.unwanted.keys() & mine.keys():
            for fault in self.unwanted[path]:
                yield fault.result(focus, "")
        for path in self.present.keys() & mine.keys():
            for finds, fault in self.present[path]:
                for value in finds(said, focus, mine[path]):
                    yield fault.result(focus, value)
        for walk, finds, fault in self.always:
            for value in finds(said, focus, walk(said, focus)):
                yield fault.result(focus, value)
        for check, fault in self.node:
            if not check(said, focus):
                yield fault.result(focus, shown(focus))


_Key: TypeAlias = tuple[str, str]
"""A kind of target, and its class or predicate."""


@dataclass(slots=True)
class _Use:
    """Why a predicate or class is looked at: as a target, backwards, or, where it is neither, for its values."""

    targets: list[_Key] = field(default_factory=list)
    backwards: str = ""


class Compiled:
    """The shapes of a graph that look at what nodes say of themselves, taken out of it: ``others`` is what is left for an engine.

    Taken are, of named node shapes whose targets are classes and predicates, the named property shapes and the logical constraints, where
    all that they ask is compiled (``conformance``). What is more than that, or is ill-formed, is the engine's.
    """

    def __init__(self, shapes: list[Triple]) -> None:
        about: dict[Term, Values] = dict(properties(shapes).items())
        users: dict[Term, list[tuple[Term, str]]] = defaultdict(list)
        for subject, values in about.items():
            for predicate, objects in values.items():
                for node in objects:
                    users[node].append((subject, predicate))
        roots = {shape for shape, values in about.items() if shape not in users and isinstance(shape, NamedNode) and _is_plain(values)}
        self._compiler = Compiler(about)
        self._targets: dict[_Key, _Target] = defaultdict(_Target)
        taken = {part for root in about if root in roots for part in self._take(root, about, users, roots)}
        self._uses = {name: _Use() for name in (*self._compiler.asked, *(target for _, target in self._targets))}
        for key in self._targets:
            self._uses[key[1]].targets.append(key)
        for name in self._compiler.inverse:
            self._uses[name].backwards = "^" + name
        self.others = _without(shapes, taken, roots, about)

    def __call__(self, lines: Collection[Line]) -> set[Result]:
        """The results of a graph whose lines are as ``serialize`` writes them: one way for each term."""
        said, foci = self._read(lines)
        if any(predicate == _SUBCLASS for _, predicate, _ in lines):
            self._inherit(lines, said, foci)
        return {result for key, focus in foci for result in self._targets[key].results(said, focus)}

    def _read(self, lines: Iterable[Line]) -> tuple[dict[str, dict[str, list[str]]], set[tuple[_Key, str]]]:
        """What each node says of what is looked at, and the nodes of each target."""
        said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        foci: set[tuple[_Key, str]] = set()
        uses = self._uses
        for subject, predicate, rest in lines:
            use = uses.get(rest[:-2] if predicate == TYPE else predicate)
            if use:
                value = plain(rest[:-2])
                said[subject][predicate].append(value)
                for key in use.targets:
                    foci.add((key, value if key[0] == _OBJECTS else subject))
                if use.backwards:
                    said[value][use.backwards].append(subject)
        return said, foci

    def _inherit(self, lines: Collection[Line], said: dict[str, dict[str, list[str]]], foci: set[tuple[_Key, str]]) -> None:
        """Makes instances of a class instances of those above it too (§1.1), in a graph that says which these are: ours never do."""
        above: dict[str, set[str]] = defaultdict(set)
        for subject, predicate, rest in lines:
            if predicate == _SUBCLASS:
                above[subject].add(rest[:-2])
        for subject, predicate, rest in lines:
            if predicate == TYPE:
                found: set[str] = set()
                waiting = list(above.get(rest[:-2], ()))
                while waiting:
                    kind = waiting.pop()
                    if kind not in found:
                        found.add(kind)
                        waiting += above.get(kind, ())
                for kind in found & self._uses.keys():
                    said[subject][INHERITED].append(kind)
                    foci.update((key, subject) for key in self._uses[kind].targets)

    def _take(
        self, root: Term, about: Mapping[Term, Values], users: Mapping[Term, Sequence[tuple[Term, str]]], roots: Collection[Term]
    ) -> Iterator[tuple[Term, str, Term]]:
        """Compiles what it can of a node shape; gives the triples of the graph that say it."""
        values = about[root]
        keys = [(name, str(target)) for name in (_CLASS, _SUBJECTS, _OBJECTS) for target in values.get(name, ())]
        for one in values.get(PROPERTY, ()):
            alone = all(user in roots and predicate == PROPERTY for user, predicate in users[one])
            said = about.get(one, {})
            # A shape that asks nothing says what a SPARQL constraint looks at.
            idle = PATH in said and not any(map(constrains, said.keys() - {PATH}))
            if alone and (idle or (isinstance(one, NamedNode) and self._property(one, said, keys))):
                yield root, PROPERTY, one
        for name in sorted(LOGICAL & values.keys()):
            for node in values[name]:
                if self._logical(root, name, node, values, keys):
                    yield root, name, node

    def _property(self, shape: Term, values: Values, keys: Sequence[_Key]) -> bool:
        made = self._compiler.attempt(lambda: self._compiler.property(values))
        if made is None:
            return False
        path, walk, constraints = made
        for name, finds in constraints:
            fault = _Fault(shape.value, shown(path) if path else "", severity_of(values), _component(name))
            for target in map(self._targets.__getitem__, keys):
                if path and name in _ONE and int(values[name][0].value) == _ONE[name]:
                    (target.wanted if name.endswith("minCount") else target.unwanted)[path].append(fault)
                elif path and not name.endswith(("Count", "hasValue")):
                    target.present[path].append((finds, fault))
                else:
                    target.always.append((walk, finds, fault))
        return True

    def _logical(self, root: Term, name: str, node: Term, values: Values, keys: Sequence[_Key]) -> bool:
        check = self._compiler.attempt(lambda: self._compiler.logical(name, node))
        if check is None or len(values.get(_SH + "severity", ())) > 1:
            return False
        for key in keys:
            self._targets[key].node.append((check, _Fault(root.value, "", severity_of(values), _component(name))))
        return True


def _without(
    shapes: list[Triple], taken: Collection[tuple[Term, str, Term]], roots: Collection[Term], about: Mapping[Term, Values]
) -> list[Triple]:
    """The shapes without what was taken, what only that refers to, and those of ``roots`` that ask nothing any more."""
    left = [t for t in shapes if (t.subject, t.predicate.value, t.object) not in taken]
    asking = {t.subject for t in left if constrains(t.predicate.value)}
    below = _reached([node for _, _, node in taken], about) | {root for root in roots if root not in asking}
    kept = _reached([t.object for t in left if t.subject not in below and not isinstance(t.object, Triple)], about)
    return [t for t in left if t.subject not in below or t.subject in kept]


def _reached(nodes: Sequence[Term], about: Mapping[Term, Values]) -> set[Term]:
    found: set[Term] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node in about and node not in found:
            found.add(node)
            waiting += [value for values in about[node].values() for value in values]
    return found


def _component(name: str) -> str:
    local = name.removeprefix(_SH)
    return f"{local[0].upper()}{local[1:]}ConstraintComponent"


def _is_plain(values: Values) -> bool:
    """Whether a node shape has classes and predicates as targets, and does not look at its own list of properties (``sh:closed``)."""
    targets = {name for name in values if name.startswith(_SH + "target")}
    unfit = {_SH + "closed", _SH + "deactivated", PATH}
    return (
        bool(targets)
        and targets <= {_CLASS, _SUBJECTS, _OBJECTS}
        and not unfit & values.keys()
        and all(isinstance(one, NamedNode) and str(one) != TYPE for name in targets for one in values[name])
    )
