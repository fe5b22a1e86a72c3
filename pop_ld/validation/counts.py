"""Shapes that only count the values of a property (SHACL §4.2), checked by sets: every other rule says that a field is filled.

rudof spends 2 µs on such a shape for each notice, and 20 µs on each of its results, of which a notice has four to nine: together a
third of what it spends on a notice. Here it is 1 µs a line, and each result 1 µs (``tests/validation/test_engines.py`` holds both to
the reference engine).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.validation.results import Result
from pop_ld.validation.rules import Term, Values, properties, severity_of

_SH = iris.SHACL
_TYPE = str(NamedNode(iris.RDF + "type"))
_SAID = {_SH + name for name in ("name", "description", "message", "order", "group", "severity")}
"""Properties of a shape that constrain nothing."""
_LEAST, _MOST = _SH + "minCount", _SH + "maxCount"


@dataclass(frozen=True, slots=True)
class _Count:
    shape: str
    path: str
    severity: str
    limit: int
    most: bool

    def result(self, focus: str) -> Result:
        component = "MaxCountConstraintComponent" if self.most else "MinCountConstraintComponent"
        return Result(focus[1:-1] if focus.startswith("<") else focus, self.shape, self.path[1:-1], "", self.severity, component)


@dataclass(slots=True)
class _OfClass:
    """What is counted of the instances of a class: by path, the counts that a single value meets or breaks, and all others."""

    wanted: dict[str, list[_Count]] = field(default_factory=lambda: defaultdict(list))
    unwanted: dict[str, list[_Count]] = field(default_factory=lambda: defaultdict(list))
    others: list[_Count] = field(default_factory=list)

    def put(self, count: _Count) -> None:
        if count.limit == (0 if count.most else 1):
            (self.unwanted if count.most else self.wanted)[count.path].append(count)
        else:
            self.others.append(count)

    def broken(self, values: Mapping[str, int]) -> Iterator[_Count]:
        for path in self.wanted.keys() - values.keys():
            yield from self.wanted[path]
        for path in self.unwanted.keys() & values.keys():
            yield from self.unwanted[path]
        for count in self.others:
            number = values.get(count.path, 0)
            if number > count.limit if count.most else number < count.limit:
                yield count


class Counts:
    """The counts of a shapes graph, taken out of it: ``others`` is what is left for an engine.

    Taken are named property shapes that do nothing but count along one predicate, of node shapes whose targets are classes; what is more
    than that, or is ill-formed, is the engine's. The data are to have no ``rdfs:subClassOf`` of such a class: none of ours have classes.
    """

    def __init__(self, shapes: list[Triple]) -> None:
        about = properties(shapes)
        users: dict[Term, list[tuple[Term, str]]] = defaultdict(list)
        for subject, values in about.items():
            for predicate, objects in values.items():
                for node in objects:
                    users[node].append((subject, predicate))
        plain = {shape for shape, values in about.items() if shape not in users and _is_plain(values)}
        taken = {
            shape
            for shape, values in about.items()
            if isinstance(shape, NamedNode)
            and _only_counts(values)
            and users[shape]
            and all(user in plain and predicate == _SH + "property" for user, predicate in users[shape])
        }
        self._classes: dict[str, _OfClass] = defaultdict(_OfClass)
        self.asked: set[str] = set()
        """The predicates and classes that are looked at, as N-Triples writes them."""
        for shape in plain:
            mine = taken.intersection(about[shape].get(_SH + "property", ()))
            for target in about[shape][_SH + "targetClass"] if mine else ():
                self.asked.add(str(target))
                for one in mine:
                    for count in _counts(one, about[one]):
                        self.asked.add(count.path)
                        self._classes[str(target)].put(count)
        left = [t for t in shapes if t.subject not in taken and t.object not in taken]
        said = Counter(t.subject for t in left if _says_more(t.predicate.value) and t.predicate.value != _SH + "targetClass")
        self.others = [t for t in left if t.subject not in plain or said[t.subject]]

    def __call__(self, triples: str) -> set[Result]:
        """The results of a graph in N-Triples as ``serialize`` writes them: one way for each term."""
        values: dict[str, dict[str, int]] = defaultdict(dict)
        foci: set[tuple[str, str]] = set()
        for line in set(triples.split("\n")):
            if line:
                subject, predicate, rest = line.split(" ", 2)
                if predicate == _TYPE and rest[:-2] in self._classes:
                    foci.add((rest[:-2], subject))
                of_subject = values[subject]
                of_subject[predicate] = of_subject.get(predicate, 0) + 1
        return {count.result(subject) for kind, subject in foci for count in self._classes[kind].broken(values[subject])}


def _says_more(predicate: str) -> bool:
    return predicate.startswith(_SH) and predicate not in _SAID


def _is_plain(values: Values) -> bool:
    """Whether a node shape has classes as targets, and does not look at its own list of properties (``sh:closed``)."""
    targets = {name for name in values if name.startswith(_SH + "target")}
    unfit = {_SH + "closed", _SH + "deactivated", _SH + "path"}
    classes = values.get(_SH + "targetClass", ())
    return targets == {_SH + "targetClass"} and not unfit & values.keys() and all(isinstance(c, NamedNode) for c in classes)


def _only_counts(values: Values) -> bool:
    more = {name for name in values if _says_more(name)}
    single = all(len(values[name]) == 1 for name in more) and len(values.get(_SH + "severity", ())) < 2
    if not single or _SH + "path" not in more or not more <= {_SH + "path", _LEAST, _MOST} or len(more) < 2:
        return False
    limits = [value for name in more - {_SH + "path"} for value in values[name]]
    path = values[_SH + "path"][0]
    return isinstance(path, NamedNode) and str(path) != _TYPE and all(_is_number(limit) for limit in limits)


def _is_number(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype.value == iris.XSD + "integer" and term.value.isascii() and term.value.isdigit()


def _counts(shape: Term, values: Values) -> Iterator[_Count]:
    path = str(values[_SH + "path"][0])
    for name in (_LEAST, _MOST):
        for limit in values.get(name, ()):
            yield _Count(shape.value, path, severity_of(values), int(limit.value), name == _MOST)
