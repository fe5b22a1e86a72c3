"""One notice converted again, rule by rule: which rule makes each triple, and from which fields of the notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pop_ld.bases import Base, load_bases
from pop_ld.config import Settings
from pop_ld.fields import RecordBuilder
from pop_ld.mapping import load_mapping
from pop_ld.mapping.trace import Origin, compile_trace, rule_lines
from pop_ld.notices import Notice
from pop_ld.thesauri import open_thesauri

Made = dict[tuple[str, int], Origin]
"""What a notice makes about one subject: (object in N-Triples, number of the rule) -> the rule, in the order of the mapping."""

_ESCAPE = re.compile(r'\\([nr"\\])')
_ESCAPED = {"n": "\n", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule that made a triple: its mapping, its line in the mapping file and as written there, the fields that it comes from."""

    mapping: str
    line: int
    rule: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A triple about the thing: ``value`` as N-Triples write it. Without causes it is in the release and no rule made it again."""

    predicate: str
    value: str
    causes: tuple[Cause, ...] = ()


def replay(base: Base, settings: Settings, notice: Notice, iri: str) -> tuple[Explained, ...]:
    """The triples about ``iri`` that the notice makes, each with every rule that makes it, in the order of the mapping."""
    build = RecordBuilder(base, settings, load_bases(), open_thesauri(Path(settings.data)))
    trace = compile_trace(load_mapping(base.mapping_file, settings.site), base.slug, settings.site)

    def made(fields: Mapping[str, tuple[str, ...]]) -> Made:
        traced = trace(build(notice._replace(fields=fields))[0])
        return {(t.value, t.origin.number): t.origin for t in traced if t.subject == iri}

    written = base.mapping_file.read_text(encoding="utf-8").split("\n")
    places = rule_lines(base.mapping_file)
    causes: dict[tuple[str, str], list[Cause]] = {}
    for (value, origin), codes in sources(notice.fields, made):
        lines = places.get(origin.mapping.name, ())
        line = lines[origin.position] if len(lines) == len(origin.mapping.rules) else 0
        rule = written[line - 1].strip().removeprefix("- ") if line else str(origin.rule.object)
        causes.setdefault((origin.rule.predicate, value), []).append(Cause(origin.mapping.name, line, rule, codes))
    return tuple(Explained(predicate, value, tuple(found)) for (predicate, value), found in causes.items())


def sources(
    fields: Mapping[str, tuple[str, ...]], made: Callable[[Mapping[str, tuple[str, ...]]], Made]
) -> list[tuple[tuple[str, Origin], tuple[str, ...]]]:
    """Each (object, rule) that ``made`` gives for ``fields`` -> the fields that it comes from, found by trying.

    They are those without which it is not made; where each can be spared because others give it too, those that alone give it. So what
    is derived (place, date, label, point) needs no list here. What is made of no field at all comes from the REF, or from nothing.
    """
    whole, bare = made(fields), made({})
    without = {code: made({c: v for c, v in fields.items() if c != code}) for code in fields}
    alone = {code: made({code: values}) for code, values in fields.items()}
    found = []
    for place, origin in whole.items():
        codes = tuple(code for code in fields if place not in without[code])
        if not codes and place not in bare:
            codes = tuple(code for code in fields if place in alone[code])
        if not codes and origin.rule.object.fields:
            codes = ("REF",)
        found.append(((place[0], origin), codes))
    return found


def plain(value: str) -> str:
    """The text of an object in N-Triples, without its language or datatype; an IRI keeps its angle brackets."""
    if value[:1] != '"':
        return value
    text = value[1 : value.rindex('"')]
    return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], text) if "\\" in text else text
