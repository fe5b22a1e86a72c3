"""Base in, the fields of its advanced search out, with their labels in French and English and the operators that they take."""

from __future__ import annotations

from dataclasses import dataclass

from pop_ld.bases import Base, Field
from pop_ld.search.comparing import kind_of
from pop_ld.search.question import OPERATORS

_YEARS = ("period", "year")
_VALUES = ("concept", "missing", "museum", "names", "people", "person", "sources", "subjects", "techniques", "terms")
"""Parsers of fields whose values come again from notice to notice: worth proposing as one types."""


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """A field as advanced search offers it.

    ``kind`` is "text", "list" (values that come again), "date" (days), "year" (years, periods) or "number". ``operators`` are some of
    OPERATORS, in its order.
    """

    code: str
    label: str
    label_en: str
    kind: str
    operators: tuple[str, ...]


def fields_of(base: Base) -> list[FieldAsked]:
    """Every public field that the index holds, in the order of the page's sections, those of no section last."""
    places = {section: place for place, section in enumerate(base.sections)}
    fields = sorted(base.searched.values(), key=lambda field: places.get(field.section, len(places)))
    return [FieldAsked(field.path, field.label, field.label_en or field.label, _kind(field), OPERATORS) for field in fields]


def _kind(field: Field) -> str:
    parser, compared = field.parser.partition(":")[0], kind_of(field)
    if compared == "date":
        return "year" if parser in _YEARS else "date"
    return "number" if field.type == "number" else "list" if parser in _VALUES else "text"
