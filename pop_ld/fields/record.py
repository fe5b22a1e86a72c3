"""Notice → Record: runs the parser that fields.csv names for each field, then the derived parts that base.yml names."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping

from pop_ld import iris
from pop_ld.bases import Base, Field
from pop_ld.config import Settings
from pop_ld.errors import MappingError
from pop_ld.fields import dimensions, links, people, periods, places, protections, text, years
from pop_ld.fields.parsed import Item, Parsed
from pop_ld.notices import Notice, Problem, Record

Parser = Callable[[tuple[str, ...], str], Parsed]

_PARSERS: Mapping[str, Parser] = {
    "texts": text.texts,
    "concept": text.concepts,
    "inventory": text.inventory,
    "person": people.people,
    "period": periods.periods,
    "year": years.years,
    "date": years.date,
    "dimension": dimensions.dimensions,
    "protection": protections.protections,
    "url": links.urls,
    "museum": links.museum,
    "number": links.number,
}
_REPEATING = frozenset({"concept", "person", "period", "year", "protection", "museum", "date"})
"""Parsers of fields whose spellings repeat from notice to notice: worth a cache."""
_CACHED = 50_000


def parser_names() -> tuple[str, ...]:
    """What the ``parser`` column of fields.csv may hold (``reference`` takes bases after a colon)."""
    return ("text", "hidden", *_PARSERS, "image", "reference")


class RecordBuilder:
    """Compiled once for a base; a call makes the Record of one notice. Pure: same notice, same record.

    Parsed values are cached by their source text, because the spellings of a base repeat; items are shared and never changed.
    """

    def __init__(self, base: Base, settings: Settings, bases: Mapping[str, Base]) -> None:
        self.base = base
        self.pop = settings.pop
        self.handlers = {
            f.path: _handler(f, settings, bases) for f in base.fields.values() if f.public and f.parser and f.parser != "hidden"
        }
        self.labels = [(template, [name for _, name, _, _ in string.Formatter().parse(template) if name]) for template in base.label]
        self.commune = tuple(base.commune.get(part, "") for part in ("insee", "name", "department"))
        self.cache: dict[tuple[str, tuple[str, ...]], Parsed] = {}

    def __call__(self, notice: Notice) -> tuple[Record, list[Problem]]:
        """The record, and a Problem for each value that was not understood."""
        key = iris.key(notice.ref)
        record: Record = {"page": iris.pop_page(self.pop, self.base.slug, key)}
        problems: list[Problem] = []
        handlers = self.handlers
        for code, values in notice.fields.items():
            if code not in handlers:
                continue
            raw, parse, separators, repeats = handlers[code]
            record[raw] = values[0] if len(values) == 1 else text.joined(values)
            if parse is not None:
                parsed = self._parse(code, values, parse, separators) if repeats else parse(values, separators)
                if parsed.value is not None:
                    record[code] = parsed.value
                for kind, value, detail in parsed.remarks:
                    problems.append(_problem(notice, kind, code, value, detail))
        record["key"] = key
        record["REF"] = notice.ref
        record["label"] = self._label(notice)
        self._derive(notice, record, problems)
        return record, problems

    def _parse(self, code: str, values: tuple[str, ...], parse: Parser, separators: str) -> Parsed:
        key = (code, values)
        found = self.cache.get(key)
        if found is None:
            if len(self.cache) >= _CACHED:
                self.cache.clear()
            found = self.cache[key] = parse(values, separators)
        return found

    def _label(self, notice: Notice) -> str:
        for template, names in self.labels:
            if all(name == "REF" or name in notice.fields for name in names):
                if template == "{" + names[0] + "}" and names[0] != "REF":
                    return " ".join(notice.fields[names[0]][0].split())
                filled = {name: notice.ref if name == "REF" else notice.fields[name][0] for name in names}
                return " ".join(template.format(**filled).split())
        return notice.ref

    def _derive(self, notice: Notice, record: Record, problems: list[Problem]) -> None:
        base, fields = self.base, notice.fields
        if base.point and base.point[0] in fields:
            self._point(notice, record, problems)
        if self.commune[0] in fields or self.commune[1] in fields:
            found = places.communes(*(fields.get(code, ()) for code in self.commune))
            if found:
                record["place"] = found
        for name, kinds in base.timespans.items():
            _timespan(record, name, kinds)
        for name, codes in base.parts.items():
            if any(code in record for code in codes):
                record[name] = [{}]

    def _point(self, notice: Notice, record: Record, problems: list[Problem]) -> None:
        lat, lon = self.base.point
        found = places.point(notice.fields.get(lat, ()), notice.fields.get(lon, ()))
        if isinstance(found, str):
            problems.append(_problem(notice, "coordinates-not-understood", lat, found, ""))
        elif found:
            record["lat"], record["long"] = found
            record["wkt"] = f"POINT({found[1]} {found[0]})"


def _timespan(record: Record, name: str, kinds: Mapping[str, tuple[str, ...]]) -> None:
    """One time-span from years where they are dated, else from periods; its label says all of them as written."""
    dated = _items(record, kinds.get("years", ()))
    periodic = _items(record, kinds.get("periods", ()))
    if not dated and not periodic:
        return
    span: Item = {"label": text.JOIN.join(dict.fromkeys([i["text"] for i in dated] + [i["label"] for i in periodic]))}
    for group in (dated, periodic):
        bounded = [i for i in group if "begin" in i or "end" in i]
        if bounded:
            if all("begin" in i for i in bounded):
                span["begin"] = min((i["begin"] for i in bounded), key=_instant)
            if all("end" in i for i in bounded):
                span["end"] = max((i["end"] for i in bounded), key=_instant)
            break
    record[name] = [span]
    year = next((i["year"] for i in dated if "year" in i), None)
    if year:
        record["created"] = year


def _items(record: Record, codes: tuple[str, ...]) -> list[Item]:
    found: list[Item] = []
    for code in codes:
        if code in record:
            found += record[code]
    return found


def _instant(text_: str) -> tuple[int, str]:
    """Sort key of an xsd:dateTime text, years before our era included."""
    year, rest = re.match(r"(-?\d+)(.*)", text_).groups()  # type: ignore[union-attr]
    return int(year), rest


def _problem(notice: Notice, kind: str, code: str, value: str, detail: str) -> Problem:
    return Problem(kind, notice.file, notice.line, notice.base, notice.ref, code, value[:200], detail)


def _handler(field: Field, settings: Settings, bases: Mapping[str, Base]) -> tuple[str, Parser | None, str, bool]:
    """(where the raw text goes, the parser or None for plain text, the separators, whether the field's values repeat)."""
    if field.parser == "text":
        return field.path, None, field.separator, False
    return f"{field.path}_text", _parser(field, settings, bases), field.separator, field.parser in _REPEATING


def _parser(field: Field, settings: Settings, bases: Mapping[str, Base]) -> Parser:
    name, _, argument = field.parser.partition(":")
    if name == "reference":
        return links.references({slug: bases[slug].ref for slug in argument.split(",")})
    if name == "image":
        return links.images(settings.images)
    if name not in _PARSERS:
        raise MappingError(f"unknown parser {field.parser!r} of field {field.path}; known: {', '.join(parser_names())}")
    return _PARSERS[name]
