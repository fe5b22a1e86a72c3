"""Notice → a small graph of its fields as they were written, which the shapes of level ``champs`` look at.

The subject is the notice's document. ``champ:CODE`` has one literal for each occurrence of the field, split at the separators of
fields.csv; ``texte:CODE`` the whole text; ``constat:CODE.kind`` each text that the field's parser remarked upon, by kind of Problem, and
``constat:kind`` the codes of the other fields that have such a remark. A withheld field that was filled gives ``champ:CODE true``: that
it is there, never what it says. Only what a shape asks for is written. A document with remarks has a class of its own, so that the many
shapes about remarks cost nothing where there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pop_ld import iris
from pop_ld.bases import Base, Field
from pop_ld.fields.text import joined, split_all
from pop_ld.mapping.compiler import escape
from pop_ld.notices import Notice, Problem
from pop_ld.validation.rules import Shapes, iris_in

_TYPE = f"<{iris.RDF}type>"
_TRUE = f'"true"^^<{iris.XSD}boolean>'


_UNTIDY = re.compile(
    r"(?P<tabulation>\t)"
    r"|(?P<double_barre>(?<![:/])//)"
    r"|(?P<balise></?[A-Za-z][^<>]*>)"
    r"|(?P<occurrence_vide>;[ ]*;|^;|;$)"
)
"""What no field should hold: the signs that end a value or a notice in ajout piloté, markup, a separator with nothing beside it."""
_SIGNS = ("\t", "//", "<", ";;", "; ;", ";  ")
"""What a text that matches must hold, at its ends a semicolon apart: to look for them first takes a fifth of the time."""
_ADDRESSES = frozenset({"url", "image", "document"})
"""Parsers of fields in which a double slash means something."""


def untidy(base: Base, notice: Notice) -> Iterator[Problem]:
    """A remark for each field and each kind of sign that should not be there; the kinds are the names of the pattern's groups."""
    for code, values in notice.fields.items():
        found: dict[str, str] = {}
        for value in values:
            if not any(map(value.__contains__, _SIGNS)) and value[0] != ";" != value[-1]:
                continue
            for match in _UNTIDY.finditer(value):
                found.setdefault((match.lastgroup or "").replace("_", "-"), value)
        field = base.fields.get(code)
        for kind, value in found.items():
            if field and _matters(kind, field):
                yield Problem(kind, notice.file, notice.line, notice.base, notice.ref, code, value[:200])


def _matters(kind: str, field: Field) -> bool:
    """A double slash means something in an address; a semicolon is a separator only in a field that has it for one."""
    if kind == "double-barre":
        return field.parser.partition(":")[0] not in _ADDRESSES
    return kind != "occurrence-vide" or ";" in field.separator


def _classes(name: str, slug: str) -> tuple[str, str]:
    """The types of a base's document, as ends of N-Triples lines: ``champ:Notice`` and ``champ:Notice-joconde``."""
    return f" {_TYPE} <{iris.FIELD}{name}> .\n", f" {_TYPE} <{iris.FIELD}{name}-{slug}> .\n"


def _remarks(terms: set[str]) -> set[str]:
    return {term.removeprefix(iris.REMARK) for term in terms if term.startswith(iris.REMARK)}


class FieldGraph:
    """Compiled for a base and its shapes; a call gives the N-Triples of one notice."""

    def __init__(self, base: Base, site: str, shapes: Shapes, foreign: Shapes = ()) -> None:
        own = iris_in(shapes)
        terms = own | iris_in(foreign)
        self._base = base
        self._head = f"{site}/doc/{base.slug}/"
        self._types, self._remarked = _classes("Notice", base.slug), _classes("Remarquee", base.slug)
        self._occurrences = {c: f.separator for c, f in base.fields.items() if f.public and iris.FIELD + c in terms}
        self._withheld = {c for c, f in base.fields.items() if not f.public and iris.FIELD + c in terms}
        self._wholes = [c for c, f in base.fields.items() if f.public and iris.WHOLE_FIELD + c in terms]
        self._remarks = _remarks(terms)
        self._alone = _remarks(own)

    def __call__(self, notice: Notice, problems: Iterable[Problem]) -> str:
        subject = f"<{self._head}{iris.key(notice.ref)}>"
        lines = [subject + line for line in self._types]
        fields = notice.fields
        for code, separators in self._occurrences.items():
            if code in fields:
                start = f"{subject} <{iris.FIELD}{code}> "
                lines += [f'{start}"{escape(value)}" .\n' for value in split_all(fields[code], separators)]
        for code in self._wholes:
            if code in fields:
                lines.append(f'{subject} <{iris.WHOLE_FIELD}{code}> "{escape(joined(fields[code]))}" .\n')
        for code in notice.withheld:
            if code in self._withheld:
                lines.append(f"{subject} <{iris.FIELD}{code}> {_TRUE} .\n")
        remarks = [line for problem in problems for line in self._remark(subject, problem)]
        if remarks:
            lines += [subject + line for line in self._remarked] + remarks
        return "".join(dict.fromkeys(lines))

    def _remark(self, subject: str, problem: Problem) -> Iterator[str]:
        if (name := f"{problem.field}.{problem.kind}") in self._remarks:
            yield f'{subject} <{iris.REMARK}{name}> "{escape(problem.value)}" .\n'
        if name not in self._alone and problem.kind in self._remarks:
            yield f'{subject} <{iris.REMARK}{problem.kind}> "{problem.field}" .\n'

    def asks(self, code: str, kind: str) -> bool:
        """Whether a shape looks at the remarks of that kind on that field."""
        return self.asks_alone(code, kind) or kind in self._remarks

    def asks_alone(self, code: str, kind: str) -> bool:
        """Whether a shape of the project looks at them on that field alone: a producer's own takes nothing from the others."""
        return f"{code}.{kind}" in self._alone

    def occurrence(self, notice: Notice, code: str, value: str) -> int:
        """Rank of a value among the occurrences of its field, from 1; 0 where it is none of them."""
        field, values = self._base.fields.get(code), notice.fields.get(code)
        found = split_all(values, field.separator) if field and values else []
        return found.index(value) + 1 if value in found else 1 if len(found) == 1 and value else 0
