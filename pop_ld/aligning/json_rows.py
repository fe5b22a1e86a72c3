"""JSON text → the objects that are its lines, one at a time: the bindings of SPARQL results, an array, or one object after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from pop_ld.notices import Problem

CHUNK = 1 << 18
MAX_OBJECT = 1 << 22
"""Characters after which an object that does not end is given up."""
_BINDINGS = re.compile(r'"bindings"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,\[\x1e]*")
_NEXT = re.compile(r"[\]}]\s*,?\s*(?=\{)")
_DECODER = json.JSONDecoder(strict=False)


def json_rows(text: TextIO, first: str, label: str) -> Iterator[tuple[int, dict[str, Any]] | Problem]:
    """(line, object) of each; what does not parse is a Problem, and reading goes on with the next object. ``first`` was read already."""
    window = _Window(text, first)
    if first.lstrip().startswith("{"):
        window.skip_head()
    while True:
        window.advance(_end(window))
        if window.pos == len(window.text):
            if not window.refill():
                return
            continue
        if window.text[window.pos] != "{":  # the end of the bindings, and what comes after them
            if window.text[window.pos] not in "]}":
                yield Problem("link-damaged", label, window.line, value=window.text[window.pos : window.pos + 60], rejects=True)
            if not window.next_object():
                return
            continue
        line = window.line
        found = _decode(window)
        if isinstance(found, dict):
            yield line, found
        else:
            yield Problem("link-damaged", label, line, value=window.text[window.pos : window.pos + 60], detail=str(found), rejects=True)
            if not window.next_object():
                return


def _end(window: _Window) -> int:
    match = _BETWEEN.match(window.text, window.pos)
    return match.end() if match else window.pos


def _decode(window: _Window) -> Any:
    """The object at ``pos``, leaving ``pos`` behind it; or what is wrong with it."""
    while True:
        try:
            value, end = _DECODER.raw_decode(window.text, window.pos)
        except json.JSONDecodeError as error:
            cut = error.msg.startswith("Unterminated string") or error.pos >= len(window.text) - 12
            if cut and len(window.text) - window.pos < MAX_OBJECT and window.refill():
                continue
            return error.msg
        except RecursionError:
            return "{{{…"
        window.advance(end)
        return value


class _Window:
    """A stretch of the file: ``text`` from ``pos`` on is still to be read, ``line`` is the line of ``pos``."""

    def __init__(self, source: TextIO, first: str) -> None:
        self._source = source
        self.text, self.pos, self.line = first, 0, 1

    def advance(self, pos: int) -> None:
        self.line += self.text.count("\n", self.pos, pos)
        self.pos = pos

    def refill(self) -> bool:
        """Forgets what was read and appends at least as much as is left, so that the work stays linear."""
        rest = self.text[self.pos :]
        more = self._source.read(max(CHUNK, len(rest)))
        self.text, self.pos = rest + more, 0
        return bool(more)

    def skip_head(self) -> None:
        """To the first binding where the object at ``pos`` is a result of SPARQL; it stays where it is otherwise."""
        while True:
            if match := _BINDINGS.search(self.text, self.pos):
                self.advance(match.end())
                return
            if len(self.text) > CHUNK or not self.refill():
                return

    def next_object(self) -> bool:
        """To the next beginning of an object after the end of another; False where there is none."""
        self.advance(min(self.pos + 1, len(self.text)))
        while True:
            if match := _NEXT.search(self.text, self.pos):
                self.advance(match.end())
                return True
            self.advance(max(self.pos, len(self.text) - 20))
            if not self.refill():
                return False
