"""The parsers by the names that fields.csv gives them, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pop_ld.bases import Base, Field
from pop_ld.config import Settings
from pop_ld.errors import MappingError
from pop_ld.fields import (
    addresses,
    biography,
    cadastre,
    dimensions,
    discovery,
    identifiers,
    links,
    numbers,
    ownership,
    people,
    periods,
    protections,
    subjects,
    text,
    years,
)
from pop_ld.fields.parsed import Parsed

Parser = Callable[[tuple[str, ...], str], Parsed]

_PARSERS: Mapping[str, Parser] = {
    "texts": text.texts,
    "concept": text.concepts,
    "inventory": text.inventory,
    "numbers": numbers.numbers,
    "person": people.people,
    "people": people.people_of_names,
    "lives": biography.lives,
    "period": periods.periods,
    "year": years.years,
    "date": years.date,
    "acts": ownership.acts,
    "status": ownership.status,
    "deposits": ownership.deposits,
    "location": ownership.location,
    "missing": ownership.missing,
    "discovery": discovery.discovery,
    "places": discovery.places,
    "terms": subjects.terms,
    "techniques": subjects.techniques,
    "subjects": subjects.subjects,
    "sources": subjects.sources,
    "names": subjects.names,
    "address": addresses.addresses,
    "cadastre": cadastre.cadastre,
    "dimension": dimensions.dimensions,
    "protection": protections.protections,
    "url": links.urls,
    "museum": links.museum,
    "number": links.number,
    "isni": identifiers.isni,
}
_UNIQUE = frozenset(
    {"texts", "inventory", "numbers", "dimension", "url", "number", "image", "document", "reference", "cadastre", "address"}
)
"""Parsers of fields whose texts are nearly all different: a cache would keep them in vain."""
_WHOLE = {"acts": "year", "date": "", "museum": "", "people": "name", "subjects": "label"}
"""Parsers whose value may say all that the text says -> the key of their items that then is the part of the text ("": none)."""


def parser_names() -> tuple[str, ...]:
    """What the ``parser`` column of fields.csv may hold (``reference`` takes bases after a colon)."""
    return ("text", "hidden", *_PARSERS, "image", "document", "reference")


def handler(field: Field, settings: Settings, bases: Mapping[str, Base]) -> tuple[str, Parser | None, str, bool]:
    """(where the raw text goes, the parser or None for plain text, the separators, whether the field's values repeat)."""
    if field.parser == "text":
        return field.path, None, field.separator, False
    repeats = field.parser.partition(":")[0] not in _UNIQUE
    return f"{field.path}_text", _parser(field, settings, bases), field.separator, repeats


def _parser(field: Field, settings: Settings, bases: Mapping[str, Base]) -> Parser:
    name, _, argument = field.parser.partition(":")
    if name == "reference":
        return links.references({slug: bases[slug].ref for slug in argument.split(",")})
    if name in ("image", "document"):
        return links.images(settings.images)
    if name not in _PARSERS:
        raise MappingError(f"unknown parser {field.parser!r} of field {field.path}; known: {', '.join(parser_names())}")
    return _PARSERS[name]


def says_all(parser: str, value: Any, values: tuple[str, ...], separators: str) -> bool:
    """Whether nothing of the text is lost in the value: a day, bare years, references, names without role or date."""
    if parser not in _WHOLE or value is None:
        return False
    if isinstance(value, str):
        return value == text.joined(values)
    key = _WHOLE[parser]
    return not key or [item.get(key) for item in value] == text.split_all(values, separators)
