"""How much of real notices is found again in their triples: values and characters, by field, and what is lost.

A value is found where its text, white space aside, is the text of a literal or of an IRI of its notice's triples, or lies in one that a
rule of its own field made; a list, where each of its parts is. Withheld fields are counted by name, their values are never here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from pop_ld import iris, readers
from pop_ld.bases import Base, get_base, load_bases
from pop_ld.config import Settings
from pop_ld.errors import PopError
from pop_ld.fields import RecordBuilder
from pop_ld.fields.text import JOIN, split
from pop_ld.mapping import load_mapping
from pop_ld.mapping.trace import Origin, Traced, compile_trace, rule_origins
from pop_ld.notices import Notice
from pop_ld.progress import stage
from pop_ld.replay import plain
from pop_ld.thesauri import open_thesauri

EXAMPLES = 5
"""Lost values of a field that are kept to be shown."""
_SHORT = 200
"""Characters of an object whose forms are worth keeping: labels, concepts and places come back in notice after notice."""
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_PAGE = re.compile(r"/notice/([a-z]+/[^/?#\s]+)/?$")


@dataclass(slots=True)
class Tally:
    """One field of one base. ``mapped`` is false for what unmapped.csv gives a reason for, ``apart`` true where that reason is that it
    holds nothing a producer wrote about the thing; ``lost`` are (REF, value)."""

    base: str
    code: str
    mapped: bool
    apart: bool = False
    values: int = 0
    found: int = 0
    characters: int = 0
    characters_found: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)

    def add(self, ref: str, value: str, found: int) -> None:
        """One value, white space made plain, and how many of its characters were found."""
        self.values += 1
        self.characters += len(value)
        self.characters_found += found
        if found == len(value):
            self.found += 1
        elif len(self.lost) < EXAMPLES:
            self.lost.append((ref, value))


@dataclass(slots=True)
class Fidelity:
    """What was measured. ``withheld`` counts notices by (base, code), ``columns`` filled cells by (base, header) that are no field."""

    notices: int = 0
    rejected: int = 0
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    withheld: Counter[tuple[str, str]] = field(default_factory=Counter)
    columns: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def total(self, *, mapped_only: bool = False) -> Tally:
        """The sum of the fields that producers fill for the public, or of the mapped ones."""
        return self._sum(tally for tally in self.tallies.values() if (tally.mapped or not mapped_only) and not tally.apart)

    def total_apart(self) -> Tally:
        """The sum of the others: POP's own machinery, copies of other fields, additions of third parties."""
        return self._sum(tally for tally in self.tallies.values() if tally.apart)

    def _sum(self, tallies: Iterable[Tally]) -> Tally:
        total = Tally("", "", False)
        for tally in tallies:
            total.values += tally.values
            total.found += tally.found
            total.characters += tally.characters
            total.characters_found += tally.characters_found
        return total


def measure(files: Sequence[Path], settings: Settings, *, base: str = "", encoding: str = "", quiet: bool = False) -> Fidelity:
    """Reads files notice by notice and holds none of them. Raises the first ReadError where no file could be read."""
    result = Fidelity()
    meters: dict[str, Meter] = {}
    failed: list[PopError] = []
    settled = get_base(base) if base else None
    with stage("measure", "notices", quiet=quiet) as bar:
        for path in files:
            try:
                for source in readers.open_sources(path, base=settled, encoding=encoding or None, bases=load_bases()):
                    _measure_source(source, result, meters, settings, bar.advance)
            except PopError as error:
                failed.append(error)
                result.unreadable.append((str(path), str(error)))
    if failed and len(failed) == len(files):
        raise failed[0]
    return result


def _measure_source(source: Any, result: Fidelity, meters: dict[str, Meter], settings: Settings, advance: Callable[[], None]) -> None:
    for found in source:
        if isinstance(found, Notice):
            if found.base not in meters:
                meters[found.base] = Meter(load_bases()[found.base], settings, result)
            meters[found.base].add(found)
            advance()
        else:
            result.rejected += found.rejects
    home = source.source.base or ""
    result.columns.update({(home, column): cells for column, cells in source.unmapped.items() if cells})


class Meter:
    """Measures notices of one base into ``result``; parsers and mapping are compiled once."""

    def __init__(self, base: Base, settings: Settings, result: Fidelity) -> None:
        mappings = load_mapping(base.mapping_file, settings.site)
        self.base = base
        self.result = result
        self.site = settings.site
        self.build = RecordBuilder(base, settings, load_bases(), open_thesauri(Path(settings.data)))
        self.trace = compile_trace(mappings, base.slug, settings.site)
        self.codes = [_codes(origin, derived(base)) for origin in rule_origins(mappings)]
        self.written = frozenset().union(*self.codes)

    def add(self, notice: Notice) -> None:
        """Counts every value of the notice's public fields."""
        result, slug = self.result, self.base.slug
        parts = f"<{iris.notice(self.site, slug, notice.ref)}#"
        said = [triple for triple in self.trace(self.build(notice)[0]) if not triple.value.startswith(parts)]
        texts: set[str] = set()
        for triple in said:
            texts.update(forms(triple.value))
        result.notices += 1
        result.withheld.update((slug, code) for code in notice.withheld)
        nowhere = self._nowhere(notice)
        for code, values in notice.fields.items():
            if code in nowhere:
                continue
            tally = result.tallies.get((slug, code))
            if tally is None:
                tally = result.tallies[slug, code] = Tally(slug, code, is_mapped(self.base, code), code in self.base.apart)
            whole = len(values) > 1 and _plain_space(JOIN.join(values)) in texts
            for value in map(_plain_space, values):
                found = len(value) if whole or value in texts else self._found(value, code, texts, said)
                tally.add(notice.ref, value, found)

    def _nowhere(self, notice: Notice) -> tuple[str, ...]:
        """The fields of a point that says "no coordinates": latitude and longitude 0 (FACTS b)."""
        written = [" ".join(notice.fields.get(code, ())) for code in self.base.point[:2]]
        return self.base.point[:2] if any(written) and all(re.fullmatch(r"[-+]?0*(?:[.,]0*)?", text) for text in written) else ()

    def _found(self, value: str, code: str, texts: set[str], said: list[Traced]) -> int:
        """How many characters of a value, that is not itself a text of the notice, are found."""
        own = ""
        if code in self.written:
            own = "\0".join(text for triple in said if code in self.codes[triple.origin.number] for text in forms(triple.value))
        if own and lies_in(value, own):
            return len(value)
        if code in (*self.base.point, *self.base.polygon) and all(
            lies_in(number.replace(",", "."), own) for number in _NUMBER.findall(value) or "?"
        ):
            return len(value)
        parts = split(value, self.base.fields[code].separator)
        found = [part for part in parts if part in texts or (own and lies_in(_named(part), own))]
        return len(value) if parts and len(found) == len(parts) else sum(map(len, found))


def _codes(origin: Origin, derived_from: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The fields whose text a rule may write."""
    return frozenset(code for key in origin.keys for code in (key, key.removesuffix("_text"), *derived_from.get(key, ())))


def _named(part: str) -> str:
    """A reference written as the address of a notice's page says what the end of its IRI says: ``palissy/PM89005720``."""
    address = _PAGE.search(part)
    return address[1] if address else part


def derived(base: Base) -> dict[str, tuple[str, ...]]:
    """Key of a Record that is named by no field -> the codes that base.yml makes it from."""
    years = tuple(code for kinds in base.timespans.values() for code in kinds.get("years", ()))
    return {
        "place": tuple(base.commune.values()),
        "label": tuple(name for template in base.label for _, name, _, _ in Formatter().parse(template) if name),
        **dict.fromkeys(("lat", "long", "wkt"), base.point),
        "polygon": base.polygon,
        "created": years,
        **{name: tuple(code for codes in kinds.values() for code in codes) for name, kinds in base.timespans.items()},
    }


def is_mapped(base: Base, code: str) -> bool:
    """Whether a parser takes the field, or a derived part of the record does; every notice has its REF."""
    return base.fields[code].parser not in ("", "hidden") or code in ("REF", *base.point, *base.polygon, *base.commune.values())


def _plain_space(text: str) -> str:
    return " ".join(text.split())


def forms(value: str) -> tuple[str, ...]:
    """The texts that an object in N-Triples stands for: a literal's own; an IRI as it is, decoded, and its last part."""
    return _kept_forms(value) if len(value) < _SHORT else _forms(value)


def _forms(value: str) -> tuple[str, ...]:
    if value[:1] == '"':
        return (_plain_space(plain(value)),)
    iri = value[1:-1]
    last = iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
    return iri, iris.unkey(iri), iris.unkey(last), iris.last_part(iri)


_kept_forms = lru_cache(maxsize=50_000)(_forms)


def lies_in(part: str, text: str) -> bool:
    """Whether the text holds the part as whole words: "1858" lies in "vers 1858", not in "18589"."""
    start = text.find(part)
    while start >= 0 and part:
        end = start + len(part)
        if not (_joins(text[start - 1 : start], part[0]) or _joins(part[-1], text[end : end + 1])):
            return True
        start = text.find(part, start + 1)
    return False


def _joins(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum()
