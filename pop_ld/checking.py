"""Notices of one base → Findings: the fields as written and the triples as published, in one graph a batch, against the shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pop_ld import iris
from pop_ld.bases import get_base, load_bases
from pop_ld.config import Settings
from pop_ld.field_graph import FieldGraph, untidy
from pop_ld.fields import RecordBuilder
from pop_ld.fields.text import joined
from pop_ld.mapping import compile_mapping, load_mapping
from pop_ld.notices import Notice, Problem, Record
from pop_ld.producers import producer_of
from pop_ld.suggesting import Suggester
from pop_ld.thesauri import open_thesauri
from pop_ld.validation import Engine, Finding, Result, Rule
from pop_ld.validation.fast import FastEngine
from pop_ld.validation.findings import values_of
from pop_ld.validation.foreign import ForeignShapes
from pop_ld.validation.rules import by_kind, catalogue, shapes_for

BATCH = 500
"""Notices in one graph, which has the lines that they share once: a Joconde notice takes a quarter longer in one of 100 (measured)."""
SLOW_BATCH = 50
"""The same for the reference engine: its cost grows with the graph."""
LONGEST = 200
"""Characters of a value or of its field that a Finding quotes."""
STRANGER = "hors-vocabulaire"
"""Kind of remark for a label that the installed thesaurus of its field does not know."""


class Built(NamedTuple):
    """A notice, and what conversion makes of it: its record, the remarks of its parsers, its own lines of N-Triples."""

    notice: Notice
    record: Record
    problems: Sequence[Problem]
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Looked:
    """One notice of a batch, and the remarks of its parsers by (field, kind)."""

    notice: Notice
    remarks: dict[tuple[str, str], list[Problem]]
    producer: str


class Checker:
    """Compiled once for a base; a call gives the findings of some notices, in their order. Pure.

    ``foreign`` are a producer's own shapes, checked beside the project's.
    """

    def __init__(self, slug: str, settings: Settings, state: str = "", foreign: ForeignShapes | None = None) -> None:
        base, shapes = get_base(slug), shapes_for(slug)
        installed = open_thesauri(Path(settings.data)) if state else None
        self._base = base
        self._site = settings.site
        self._build = RecordBuilder(base, settings, load_bases(), installed)
        self._convert = compile_mapping(load_mapping(base.mapping_file, settings.site), slug, settings.site)
        self._foreign = foreign
        self._fields = FieldGraph(base, settings.site, shapes, foreign.triples if foreign else ())
        self.engines: list[Engine] = [FastEngine(shapes), *([foreign.engine] if foreign else [])]
        self._rules = {**catalogue(), **(foreign.rules if foreign else {})}
        self._suggest = Suggester(base, installed)
        self.batch = BATCH if all(isinstance(engine, FastEngine) for engine in self.engines) else SLOW_BATCH

    def __call__(self, notices: Sequence[Notice]) -> list[Finding]:
        """Every finding about these notices. Raises ShapeError where an engine fails."""
        return self.of_built(*self._built(notices))

    def of_built(self, built: Sequence[Built], shared: Iterable[str]) -> list[Finding]:
        """The same about notices that a conversion has built already; ``shared`` are the lines that these notices share with others."""
        looked, graph = self._looked(built, shared)
        found: dict[int, list[Finding]] = defaultdict(list)
        places = self._places(looked)
        for engine in self.engines:
            for result in engine(graph):
                number = places.get(result.focus.split("#", 1)[0])
                found[-1 if number is None else number] += self._findings(result, None if number is None else looked[number])
        for number, one in enumerate(looked):
            found[number] += self._unruled(one)
        return [finding for number in sorted(found) for finding in sorted(dict.fromkeys(found[number]), key=self._order)]

    def graph(self, notices: Sequence[Notice]) -> str:
        """The N-Triples that engines are given of these notices: their fields, themselves as published, and what they share."""
        return self._looked(*self._built(notices))[1]

    def _built(self, notices: Sequence[Notice]) -> tuple[list[Built], set[str]]:
        shared: set[str] = set()
        seen: dict[object, object] = {}
        built = []
        for notice in notices:
            record, problems = self._build(notice)
            lines: list[str] = []
            self._convert(record, lines, shared, seen)
            built.append(Built(notice, record, problems, lines))
        self._build.take_counts()
        return built, shared

    def _looked(self, built: Iterable[Built], shared: Iterable[str]) -> tuple[list[_Looked], str]:
        lines: list[str] = []
        looked = [self._look(one, lines) for one in built]
        return looked, "".join(lines) + "".join(shared)

    def _look(self, built: Built, lines: list[str]) -> _Looked:
        notice = built.notice
        place = notice.file, notice.line, notice.base, notice.ref
        strangers = (Problem(STRANGER, *place, *pair) for pair in self._build.strangers(built.record))
        problems = [*built.problems, *strangers, *untidy(self._base, notice)]
        remarks: dict[tuple[str, str], list[Problem]] = defaultdict(list)
        for problem in problems:
            remarks[problem.field, problem.kind].append(problem)
        lines.append(self._fields(notice, problems))
        lines += built.lines
        return _Looked(notice, remarks, producer_of(notice.base, notice.ref, notice.fields))

    def _places(self, looked: Sequence[_Looked]) -> dict[str, int]:
        """IRI of each notice's thing and of its document -> its number in the batch."""
        slug, site = self._base.slug, self._site
        mint = (iris.notice, iris.document)
        return {make(site, slug, one.notice.ref): number for number, one in enumerate(looked) for make in mint}

    def _order(self, finding: Finding) -> tuple[str, int, str, tuple[object, ...]]:
        """One order, whatever that of the engine's results."""
        return finding.code, finding.occurrence, finding.field, values_of(finding)

    def _findings(self, result: Result, looked: _Looked | None) -> Iterator[Finding]:
        rule = self._rules.get(result.shape) or (self._foreign.rule(result) if self._foreign else None)
        if rule is None:
            return
        if looked is None:
            value = (result.text or result.focus)[:LONGEST]
            found = Finding(rule.code, rule.severity, self._base.slug, "", "", 0, rule.field, value=value)
            yield replace(found, focus=result.focus, component=result.component)
        elif result.path.startswith(iris.REMARK):
            asked, _, kind = result.path.removeprefix(iris.REMARK).rpartition(".")
            for (code, of_kind), problems in looked.remarks.items():
                if of_kind == kind and (code == asked if asked else not self._fields.asks_alone(code, kind)):
                    # A shape of a field's own may accept some of its remarks.
                    meant = [p for p in problems if not (asked and result.value) or p.value == result.text]
                    yield from (self._finding(rule, looked, code, problem.value, result) for problem in meant)
        else:
            code = result.path.removeprefix(iris.FIELD) if result.path.startswith(iris.FIELD) else self._part(rule.field)
            # What is published is made of the field: its producer is shown the field, not what was made of it.
            made = result.text == result.focus or rule.level in ("graphe", "structure")
            yield self._finding(rule, looked, code, "" if made else result.text, result)

    def _part(self, name: str) -> str:
        """The field that a part of base.yml is made of: of the ``date`` the years, of the ``point`` the latitude; other names stay."""
        base = self._base
        if name == "point":
            return base.point[0] if base.point else name
        return next(iter(base.timespans.get(name, {}).get("years", ())), name)

    def _finding(self, rule: Rule, looked: _Looked, code: str, value: str, result: Result | None = None) -> Finding:
        notice = looked.notice
        whole = notice.ref if code == "REF" else joined(notice.fields[code]) if code in notice.fields else ""
        value = value or whole
        return Finding(
            rule.code,
            rule.severity,
            notice.base,
            notice.ref,
            notice.file,
            notice.line,
            code,
            self._fields.occurrence(notice, code, value),
            value[:LONGEST],
            _window(whole, value) if whole != value else "",
            self._suggest(rule, code, value),
            looked.producer,
            result.focus if result else iris.document(self._site, notice.base, notice.ref),
            result.component if result else "",
        )

    def _unruled(self, looked: _Looked) -> Iterator[Finding]:
        """What parsers remarked upon and no shape asks about: the rule of reading of that kind speaks for it."""
        for (code, kind), problems in looked.remarks.items():
            if not self._fields.asks(code, kind) and (rule := by_kind().get(kind)):
                yield from (self._finding(rule, looked, code, problem.value) for problem in problems)


def _window(whole: str, value: str) -> str:
    """The part of a long field around a value."""
    start = max(whole.find(value), 0)
    first = max(0, min(start - LONGEST // 2, len(whole) - LONGEST))
    return ("…" if first else "") + whole[first : first + LONGEST] + ("…" if first + LONGEST < len(whole) else "")


def reading_finding(problem: Problem) -> Finding | None:
    """The finding of a Problem that a reader or a merge reports, None where no rule speaks of its kind."""
    rule = by_kind().get(problem.kind)
    if rule is None:
        return None
    place = problem.base, problem.ref, problem.file, problem.line
    producer = producer_of(problem.base, problem.ref, {}) if problem.ref else ""
    near = problem.detail if problem.kind == "unknown-column" else ""  # the label that the header is most like
    value = problem.value or ("" if near else problem.detail)
    more = problem.detail if value == problem.value and not near else ""  # of a duplicate, where the other notice is
    finding = Finding(rule.code, rule.severity, *place, problem.field or rule.field, value=value, text=more)
    return replace(finding, suggestion=near, producer=producer)


@cache
def checker(slug: str, settings: Settings, state: str, foreign: ForeignShapes | None) -> Checker:
    """A Checker, made once a process: reading mapping and shapes costs as much as a thousand notices."""
    return Checker(slug, settings, state, foreign)
