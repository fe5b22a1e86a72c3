"""JSON text → rows: an array, lines, or one document, by one scanner that finds its way again after damage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from pop_ld.notices import Problem
from pop_ld.readers.rows import CONTROLS, Layout, Number, Row, malformed
from pop_ld.readers.text import Text, is_suspect

MAX_OBJECT = 1 << 25
"""Characters after which an object that does not end is given up."""

_BETWEEN = re.compile(r"[\s,\[\]\x00\x1a\x1e\ufeff]*")
_FIRST_KEY = re.compile(r'\{\s*"((?:[^"\\]|\\.){0,200})"')
_REF = re.compile(r'"REF"\s*:\s*\[?\s*"([^"\\]{1,60})"')
_KEPT = 512  # characters of a given-up stretch that may hold the beginning of the next object's mark
_NEAR = 12  # characters from the end in which a fault may only be a token that was cut
_MANY_KEYS = 16
_TOO_DEEP = "{{{…"
_DEPTH = 200  # levels of the deepest object: some Pythons go no deeper than 300; the next object is not within as many characters


def _nothing(_: str) -> None:
    """NaN and Infinity, which JSON does not have, are read as null."""


# Raw control characters inside a string are let through (strict=False): the value is cleaned and reported, not lost.
_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=_nothing, strict=False)


class _Window:
    """A stretch of the file: ``text`` from ``pos`` on is still to be read, ``line`` is the line of ``pos``."""

    def __init__(self, source: Text) -> None:
        self._source = source
        self._chunks = source.chunks()
        self.text = ""
        self.pos = 0
        self.line = 1
        self.suspect = self.controls = False
        self.ended = False
        self._before = 0
        self._line_start = ""

    def advance(self, pos: int) -> None:
        self.line += self.text.count("\n", self.pos, pos)
        self._before, self.pos = self.pos, pos

    def is_suspect(self) -> bool:
        """Whether what was last read holds anything whose values ask for a close look."""
        text = self.text[self._before : self.pos]
        return is_suspect(text) or "\r" in text or (self.controls and CONTROLS.search(text) is not None)

    def refill(self) -> bool:
        """Forgets what was read and appends as much as is left, at least a chunk (so that the work stays linear)."""
        self._line_start = self.line_start()
        rest = self.text[self.pos :]
        parts, size = [rest], 0
        self.controls = self.controls and CONTROLS.search(rest) is not None
        self.suspect = self.controls or (self.suspect and (is_suspect(rest) or "\r" in rest))
        while not self.ended and size <= len(rest):
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
                break
            parts.append(chunk)
            size += len(chunk)
            self.controls = self.controls or self._source.chunk_controls
            self.suspect = self.suspect or self._source.chunk_suspect or "\r" in chunk
        self.text, self.pos = "".join(parts), 0
        return size > 0

    def line_start(self) -> str:
        """What precedes ``pos`` on its line, at most 200 characters of it."""
        begin = self.text.rfind("\n", 0, self.pos) + 1
        before = self.text[max(begin, self.pos - 200) : self.pos]
        return before if begin else (self._line_start + before)[:200]


def rows(source: Text, layout: Layout) -> Iterator[Row | Problem]:
    """Every object outside any other. What is no object, or does not parse, is a rejecting Problem with its line."""
    window = _Window(source)
    keys: dict[str, None] = {}
    while True:
        window.advance(_end_of_match(window))
        if window.pos == len(window.text):
            if not window.refill():
                return
            continue
        line = window.line
        value = _decode(window, source.file)
        if type(value) is dict:
            if len(keys) < _MANY_KEYS and value:
                keys[next(iter(value))] = None
            yield Row(line, value.keys(), value.values(), window.suspect and window.is_suspect())
        elif isinstance(value, Problem):
            yield value
            _resynchronise(window, keys, _DEPTH if value.detail == _TOO_DEEP else 1)
        else:
            yield malformed(source.file, line)


def _end_of_match(window: _Window) -> int:
    match = _BETWEEN.match(window.text, window.pos)
    return match.end() if match else window.pos


def _decode(window: _Window, file: str) -> Any:
    """The value at ``pos``, leaving ``pos`` behind it; or the Problem, leaving ``pos`` on the fault's object."""
    while True:
        try:
            value, end = _DECODER.raw_decode(window.text, window.pos)
            if _may_be_deep(window, end) and _is_deep(value):
                raise RecursionError
            cut = end >= len(window.text) - _NEAR and type(value) is not dict  # ``1e`` is a number 1, until more is seen
            detail = ""
        except json.JSONDecodeError as error:
            value, end = None, -1
            cut = error.msg.startswith("Unterminated string") or error.pos >= len(window.text) - _NEAR
            detail = f"{window.line + window.text.count(chr(10), window.pos, error.pos)}:{error.colno}"
        except RecursionError:
            value, end, cut, detail = None, -1, False, _TOO_DEEP
        if cut and not window.ended and len(window.text) - window.pos < MAX_OBJECT:
            window.refill()
            continue
        if end < 0:
            ref = _REF.search(window.text, window.pos, window.pos + 2000) if window.text.startswith("{", window.pos) else None
            return malformed(file, window.line, ref[1] if ref else "", detail)
        window.advance(end)
        return value


def _may_be_deep(window: _Window, end: int) -> bool:
    """Whether there are as many brackets up to ``end`` as a value that is too deep has."""
    return sum(window.text.count(bracket, window.pos, end) for bracket in "[{") > _DEPTH


def _is_deep(value: Any) -> bool:
    """Whether a value has more levels than any notice: who goes through it in Python afterwards would not come to its end."""
    holders = [value]
    for _ in range(_DEPTH):
        inside = chain.from_iterable(one.values() if isinstance(one, dict) else one for one in holders)
        holders = [one for one in inside if isinstance(one, list | dict)]
    return bool(holders)


def _resynchronise(window: _Window, keys: dict[str, None], skipped: int) -> None:
    """Moves ``pos`` to where the next object seems to begin: a brace as indented as the damaged one, or one before a known first key."""
    pattern = _beginning(window, keys)
    window.advance(min(window.pos + skipped, len(window.text)))
    while True:
        match = pattern.search(window.text, window.pos)
        if match:
            window.advance(match.end())
            return
        if not window.ended:
            window.advance(max(window.pos, len(window.text) - _KEPT))
        if window.ended or not window.refill():
            window.advance(len(window.text))
            return


def _beginning(window: _Window, keys: dict[str, None]) -> re.Pattern[str]:
    own = _FIRST_KEY.match(window.text, window.pos)
    known = [*keys] or ([own[1]] if own else [])
    choices = [rf'(?=\{{\s*"(?:{"|".join(map(re.escape, known))})"\s*:)'] if known else []
    before = window.line_start()
    if not before.strip(" \t,["):
        indent = before[: len(before) - len(before.lstrip(" \t"))]
        choices.append(rf"(?<=\n){re.escape(indent)},?[ \t]*(?=\{{)" if "," in before else rf"(?<=\n){re.escape(indent)}(?=\{{)")
    elif not known:
        choices.append(r"(?<=\})\s{0,100},\s{0,100}(?=\{)")
    return re.compile("|".join(choices) or r"(?<=\n)[ \t]{0,100}(?=\{)")
