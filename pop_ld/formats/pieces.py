"""A field as its producer wrote it in, values for readers out: texts whose parts link to the things that the converter found in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode

from pop_ld.bases import Base, Field
from pop_ld.formats.naming import Naming, Value, path_parts
from pop_ld.formats.words import date_words, plain

LONG = 900
"""Characters from which a text is shown by its beginning, the rest on demand."""

_PEOPLE = frozenset(("people", "person", "names", "status", "deposits", "discovery", "missing", "sources", "lives", "location", "museum"))
_PLACES = frozenset(("places", "location", "discovery", "status", "lives", "deposits", "address"))
_TIMES = frozenset(("year", "period", "acts", "protection", "document"))
_WHOLE = frozenset(("text", "texts"))
"""Parsers of fields that are not taken apart: only the whole text may be a name."""
_DAY = re.compile(r"\b(\d{4})/(\d{2})/(\d{2})\b")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_BREAK = re.compile(r"\s*(?:\r\n|[\n\r#£])\s*")
_SENTENCE = re.compile(r"[.;:!?»”)] ")

Candidate = tuple[str, Value]
"""(label in lower case, the link)."""


class Linker:
    """Finds in a text the concepts, agents, places and times of one notice by their labels."""

    def __init__(self, naming: Naming, base: Base, things: Iterable[str]) -> None:
        self._naming = naming
        self._base = base
        self._concepts: dict[str, list[Candidate]] = defaultdict(list)
        self._other: dict[str, list[Candidate]] = defaultdict(list)
        for iri in things:
            parts = path_parts(naming.site, iri)
            if len(parts) < 2 or (found := naming.link(iri)).kind != "link":
                continue
            candidate = (found.text.lower(), found)
            if parts[0] == "concept" and len(parts) == 4:
                self._concepts[parts[2] if parts[2].isupper() else ""].append(candidate)
            else:
                self._other[parts[0]].append(candidate)

    def of(self, field: Field) -> list[Candidate]:
        """What a text of this field may name, longest labels first."""
        found = [*self._concepts.get(field.path, ()), *self._concepts.get(self._base.schemes.get(field.path, ""), ())]
        if field.parser in _WHOLE:
            found += self._other.get("lieu", [])
        else:
            found += self._concepts.get("", [])
            found += self._other.get("agent", []) if field.parser in _PEOPLE else []
            found += self._other.get("lieu", []) if field.parser in _PLACES else []
            found += self._other.get("temps", []) if field.parser in _TIMES else []
        return sorted(found, key=lambda candidate: -len(candidate[0]))

    def values(self, field: Field, terms: Sequence[Literal | NamedNode]) -> list[Value]:
        """What the page shows of a field: texts with links in them, then the links that no text holds; repeated ones once."""
        links = self._naming.values(term for term in terms if isinstance(term, NamedNode))
        candidates = self.of(field) if len(links) < len(terms) else []
        shown: dict[Value, None] = {}
        for term in terms:
            if isinstance(term, Literal):
                shown.update(dict.fromkeys(self._texts(field, term, candidates)))
        told = {piece.href for value in shown for piece in (*value.pieces, value) if piece.kind == "link"}
        shown.update(dict.fromkeys(link for link in links if link.href not in told or not link.href))
        return list(shown)

    def _texts(self, field: Field, term: Literal, candidates: list[Candidate]) -> list[Value]:
        value = self._naming.value(term)
        if value.kind != "text":
            return [value]
        text = value.text
        if _ISO.fullmatch(text):
            text = date_words(text, self._naming.lang)
        elif field.parser == "protection":
            text = _DAY.sub(lambda day: date_words("-".join(day.groups()), self._naming.lang), text)
        if len(text) > LONG:
            return [long_text(text)]
        whole = field.parser in _WHOLE
        parts = apart(text) if ";" in field.separator and ";" in text else [text]
        return [linked(part, candidates, whole) for part in parts]


def linked(text: str, candidates: Iterable[Candidate], whole: bool = False) -> Value:
    """A text with the first mention of each candidate as a link; ``whole``: only where it is the whole text."""
    lower = text.lower()
    if len(lower) != len(text):  # İ and the like: places would not agree
        return Value("text", text)
    spans: list[tuple[int, int, Value]] = []
    for label, link in candidates:
        if whole and label != lower.strip():
            continue
        at = _mention(lower, label, spans)
        if at >= 0:
            spans.append((at, at + len(label), link))
    if not spans:
        return Value("text", text)
    pieces, place = [], 0
    for start, end, link in sorted(spans, key=lambda span: span[0]):
        if start > place:
            pieces.append(Value("text", text[place:start]))
        pieces.append(Value("link", text[start:end], link.href))
        place = end
    if place < len(text):
        pieces.append(Value("text", text[place:]))
    return pieces[0] if len(pieces) == 1 else Value("pieces", text, pieces=tuple(pieces))


def _mention(text: str, label: str, taken: Iterable[tuple[int, int, Value]]) -> int:
    """Where a label stands in the text as words of its own, in no place that is taken; -1 where it does not."""
    at = text.find(label) if label else -1
    while at >= 0:
        end = at + len(label)
        inside = (at > 0 and text[at - 1].isalnum() and label[0].isalnum()) or (
            end < len(text) and text[end].isalnum() and label[-1].isalnum()
        )
        if not inside and all(end <= start or at >= stop for start, stop, _ in taken):
            return at
        at = text.find(label, at + 1)
    return -1


def in_order(labels: Iterable[str], text: str) -> list[str]:
    """The labels in the order in which a text first says them, those that it does not say last: a graph has no order, the producer had."""
    lower = text.lower()
    return sorted(labels, key=lambda label: place if (place := lower.find(label.lower())) >= 0 else len(lower))


def apart(text: str) -> list[str]:
    """The parts of a text between semicolons, those inside parentheses left alone."""
    parts, depth, start = [], 0, 0
    for place, char in enumerate(text):
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == ";" and depth <= 0:
            parts.append(text[start:place])
            start = place + 1
    return [part for piece in (*parts, text[start:]) if (part := piece.strip())]


def long_text(text: str) -> Value:
    """A long text as its beginning, cut at the end of a paragraph or of a sentence, and the paragraphs of the rest."""
    lines = [line for line in _BREAK.split(plain(text)) if line.strip()]
    lead, size = [], 0
    while lines and size + len(lines[0]) <= LONG:
        size += len(lines[0])
        lead.append(lines.pop(0))
    if lines and size < LONG // 3:
        cut = _end(lines[0], LONG - size)
        lead.append(lines[0][:cut].rstrip())
        lines[0] = lines[0][cut:].lstrip()
    return Value("long", "\n".join(lead), pieces=tuple(Value("text", line) for line in lines if line))


def _end(line: str, most: int) -> int:
    """The end of the last sentence within ``most`` characters, else of the last word, else ``most``."""
    ends = [found.end() for found in _SENTENCE.finditer(line, 0, most)]
    if ends and ends[-1] > most // 2:
        return ends[-1]
    space = line.rfind(" ", 0, most)
    return space + 1 if space > 0 else most
