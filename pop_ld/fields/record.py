"""Notice → Record: runs the parser that fields.csv names for each field, then the derived parts that base.yml names."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from pop_ld import iris
from pop_ld.bases import Base
from pop_ld.config import Settings
from pop_ld.fields import biography, coordinates, parallel, places, rights, text
from pop_ld.fields.derived import commented, timespan, with_parts
from pop_ld.fields.parsed import Item, Parsed
from pop_ld.fields.registry import Parser, handler, says_all
from pop_ld.notices import Notice, Problem, Record, Shared


class Concepts(Protocol):
    """The installed thesauri, each by the IRI that fields.csv gives it."""

    def holds(self, thesaurus: str) -> bool:
        """Whether it is installed."""

    def resolve(self, thesaurus: str, label: str) -> tuple[str, str, str] | None:
        """(IRI of the concept, its preferred label, IRI of its scheme) for a label as written."""


_CACHED = 50_000


class RecordBuilder:
    """Compiled once for a base; a call makes the Record of one notice. Pure: same notice, same record.

    Parsed values are cached by their source text, because the spellings of a base repeat; items are shared and never changed.
    ``unresolved`` counts the labels that a thesaurus was asked for in vain, by (code, label), ``resolved`` the others by code.
    """

    def __init__(self, base: Base, settings: Settings, bases: Mapping[str, Base], thesauri: Concepts | None = None) -> None:
        self.base = base
        self.pop = settings.pop
        self.concepts = f"{settings.site}/id/concept/{base.slug}/"
        self.thesauri = thesauri
        self.resolved: Counter[str] = Counter()
        self.unresolved: Counter[tuple[str, str]] = Counter()
        self.handlers = {
            f.path: handler(f, settings, bases) for f in base.fields.values() if f.public and f.parser and f.parser != "hidden"
        }
        self.labels = [(template, [name for _, name, _, _ in string.Formatter().parse(template) if name]) for template in base.label]
        self.commune = tuple(base.commune.get(part, "") for part in ("insee", "name", "department", "current"))
        self.images = [code for code, field in base.fields.items() if field.parser == "image"]
        self.counted = frozenset(code for code in base.fields if thesauri and thesauri.holds(base.thesaurus(code)))
        self.cache: dict[Any, Any] = {}

    def __call__(self, notice: Notice) -> tuple[Record, list[Problem]]:
        """The record, and a Problem for each value that was not understood."""
        key = iris.key(notice.ref)
        slug, fields = self.base.slug, notice.fields
        record: Record = {"page": iris.pop_page(self.pop, slug, key), "rights": rights.data_rights(slug, fields).rights}
        problems: list[Problem] = []
        handlers = self.handlers
        cache = self.cache
        for code, values in fields.items():
            if code not in handlers:
                continue
            raw, parse, separators, repeats = handlers[code]
            if parse is None:
                record[raw] = values[0] if len(values) == 1 else text.joined(values)
            else:
                parsed = cache.get((code, values)) if repeats else parse(values, separators)
                if parsed is None:
                    parsed = self._parse(code, values, parse, separators)
                if not parsed.whole:
                    record[raw] = values[0] if len(values) == 1 else text.joined(values)
                if parsed.value is not None:
                    record[code] = parsed.value
                    if code in self.counted:
                        self._count(code, parsed.value)
                for kind, value, detail in parsed.remarks:
                    problems.append(_problem(notice, kind, code, value, detail))
        record["key"] = key
        record["REF"] = notice.ref
        record["label"] = self._label(notice)
        self._derive(notice, record, problems)
        return record, problems

    def _parse(self, code: str, values: tuple[str, ...], parse: Parser, separators: str) -> Parsed:
        parsed = parse(values, separators)
        whole = not parsed.remarks and says_all(self.base.fields[code].parser, parsed.value, values, separators)
        if type(parsed.value) is list:
            items = [self._resolved(code, item) for item in parsed.value]
            parsed = Parsed(Shared(with_parts(items)), parsed.remarks, whole)
        elif whole:
            parsed = Parsed(parsed.value, whole=True)
        self._keep((code, values), parsed)
        return parsed

    def _keep(self, key: Any, value: Any) -> None:
        if len(self.cache) >= _CACHED:
            self.cache.clear()
        self.cache[key] = value

    def _resolved(self, code: str, item: Item) -> Item:
        """A concept with its IRI, a place with the concept of its name where the field's thesaurus knows it; others as they are."""
        if "concept" in item:
            return self._concept(code, item)
        if "place_name" in item and self.thesauri and code in self.counted:
            found = self.thesauri.resolve(self.base.thesaurus(code), item["place_name"])
            return {**item, "match": found[0]} if found else item
        return item

    def _concept(self, code: str, item: Item) -> Item:
        """The item with the IRI of its concept: in the field's thesaurus where the label is found there, else one of the base's own.

        ``lookup``, where a parser gives it, is the label without the count or state written beside it: "anneau (2)" is an "anneau".
        """
        label, key = item.get("lookup", item["label"]), item["concept"]
        found = self.thesauri.resolve(self.base.thesaurus(code), label) if self.thesauri and code in self.counted else None
        if found is None:
            local = self.concepts + self.base.schemes.get(code, code)
            found = f"{local}/{key}", label, local
        iri, pref, scheme = found
        made = {**item, "concept": iri, "concept_key": key, "pref": pref, "scheme": scheme}
        return made if pref == item["label"] else {**made, "source": item["label"]}

    def take_counts(self) -> tuple[Counter[str], Counter[tuple[str, str]]]:
        """``resolved`` and ``unresolved`` since the last call."""
        taken = self.resolved, self.unresolved
        self.resolved, self.unresolved = Counter(), Counter()
        return taken

    def _count(self, code: str, items: list[Item]) -> None:
        for label, found in self._labels_looked_up(items):
            if found:
                self.resolved[code] += 1
            else:
                self.unresolved[code, label] += 1

    def _labels_looked_up(self, items: list[Item]) -> Iterator[tuple[str, bool]]:
        """(label, whether its thesaurus knows it) of each item that names a concept or a place."""
        local = self.concepts
        for item in items:
            label = item.get("place_name") or item.get("lookup") or item.get("label")
            if label and ("concept" in item or "place_name" in item):
                yield label, "match" in item or not item.get("concept", local).startswith(local)

    def strangers(self, record: Record) -> Iterator[tuple[str, str]]:
        """(code, label) of each label of a record that the installed thesaurus of its field does not know."""
        for code in self.counted:
            if code in record:
                yield from ((code, label) for label, found in self._labels_looked_up(record[code]) if not found)

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
        for code in base.point:
            if code in fields:
                self._point(notice, record, problems)
                break
        if base.polygon and (base.polygon[0] in fields or base.polygon[1] in fields):
            self._polygon(notice, record, problems)
        if self.commune[0] in fields or self.commune[1] in fields:
            found = self._communes(tuple(fields.get(code, ()) for code in self.commune))
            if found:
                record["place"] = found
        for code, comments in base.paired.items():
            if code in fields and comments in fields:
                self._paired(notice, record, code, comments)
        if base.lives and all(code in record for code in base.lives):
            self._lives(notice, record, *base.lives)
        for code in self.images:
            if code in record:
                record[code] = [{**i, "rights": rights.image_rights(base.slug, fields, i["text"]).rights} for i in record[code]]
        for name, kinds in base.timespans.items():
            self._timespan(notice, record, name, kinds)
        for name, codes in base.parts.items():
            for code in codes:
                if code in record:
                    record[name] = _PART
                    break

    def _paired(self, notice: Notice, record: Record, code: str, comments: str) -> None:
        """Gives each item its comment, where there are as many of both."""
        written = (code, comments, notice.fields[code], notice.fields[comments])
        found = self.cache.get(written)
        if found is None:
            pairs = parallel.paired(notice.fields[code], notice.fields[comments], ";")
            found = record.get(code, [])
            if len(pairs) == len(found):
                found = Shared(commented(item, comment) for item, (_, comment) in zip(found, pairs, strict=True))
            self._keep(written, found)
        if found:
            record[code] = found

    def _lives(self, notice: Notice, record: Record, authors: str, lives: str) -> None:
        """Joins births and deaths to the authors, where that is certain."""
        written = (authors, notice.fields[authors], notice.fields[lives])
        found = self.cache.get(written)
        if found is None:
            found = Shared(biography.of_authors(record[authors], record[lives]))
            self._keep(written, found)
        record[lives] = found

    def _communes(self, written: tuple[tuple[str, ...], ...]) -> list[Item]:
        found: list[Item] | None = self.cache.get(written)
        if found is None:
            found = Shared(places.communes(*written))
            self._keep(written, found)
        return found

    def _timespan(self, notice: Notice, record: Record, name: str, kinds: Mapping[str, tuple[str, ...]]) -> None:
        """``name`` and, from the first exact year, ``created``; kept by the texts that they are made of."""
        fields = notice.fields
        written = (name, *[fields.get(code) for codes in kinds.values() for code in codes])
        made = self.cache.get(written)
        if made is None:
            made = timespan(record, kinds)
            self._keep(written, made)
        span, year = made
        if span:
            record[name] = span
        if year:
            record["created"] = year

    def _point(self, notice: Notice, record: Record, problems: list[Problem]) -> None:
        lat, lon, coor, zone = (notice.fields.get(code, ()) for code in (*self.base.point, "", "")[:4])
        found, notes = coordinates.point_of(lat, lon, coor, zone)
        if found:
            record["lat"], record["long"], record["wkt"] = found.lat, found.long, found.wkt
        for field, kind, value, detail in notes:
            problems.append(_problem(notice, kind, self.base.point[field], value, detail))

    def _polygon(self, notice: Notice, record: Record, problems: list[Problem]) -> None:
        found, notes = coordinates.polygon_of(*(notice.fields.get(code, ()) for code in self.base.polygon))
        if found:
            record["polygon"] = found
        for field, kind, value, detail in notes:
            problems.append(_problem(notice, kind, self.base.polygon[field], value, detail))


_PART = Shared([{}])
"""A part of a notice that has no values of its own."""


def _problem(notice: Notice, kind: str, code: str, value: str, detail: str) -> Problem:
    return Problem(kind, notice.file, notice.line, notice.base, notice.ref, code, value[:200], detail)
