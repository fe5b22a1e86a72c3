"""N-Triples of a dump as the engine gives them back from a store: the same bytes, but for values that it keeps as numbers, and escapes."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from operator import eq

from pyoxigraph import DefaultGraph, RdfFormat, Store

from pop_ld import iris

_RARE = bytes([*range(0x0A), *range(0x0B, 0x20), 0x7F, 0xEF])
"""Control characters but the end of a line, and the byte that U+FFFE and U+FFFF begin with: what the engine writes as escapes."""
_TYPED = f'"^^<{iris.XSD}'.encode()
"""Before the name of a type whose values the engine keeps as numbers; a geometry stays a text."""
_ODD_ESCAPE = re.compile(rb'\\[^"nr]')
_ODD_TAG = re.compile(rb'"@[A-Za-z0-9-]*[A-Z][A-Za-z0-9-]* \.\n')
_DAY = r"\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])"
_FORMS = {
    "decimal": r"0|-?[1-9]\d{0,12}|-?(?:0|[1-9]\d{0,12})\.\d{0,12}[1-9]",
    "integer": r"0|-?[1-9]\d{0,16}",
    "gYear": r"\d{4}",
    "date": _DAY,
    "dateTime": rf"{_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ",
}
_KEPT = re.compile("|".join(rf'"(?:{form})"\^\^<{re.escape(iris.XSD + name)}>' for name, form in _FORMS.items()).encode()).fullmatch
"""Values that the engine surely keeps as they are written; it is asked of others."""


def is_usual(block: bytes) -> bool:
    """Whether these whole lines have no character that the engine escapes, and no tag of a language that it writes in small letters."""
    return len(block.translate(None, _RARE)) == len(block) and _ODD_TAG.search(block) is None


def stored(lines: bytes, *, usual: bool = False) -> bytes:
    """The lines as the engine gives them back, in any order; ``usual`` says that :func:`is_usual` of them is known."""
    same = (usual or is_usual(lines)) and not _has_odd_escape(lines) and not _has_odd_value(lines)
    return lines if same else through_engine(lines)


def through_engine(lines: bytes) -> bytes:
    """The same by loading them, about 10 µs a line."""
    store = Store()
    store.load(lines, RdfFormat.N_TRIPLES)
    return store.dump(None, RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""


def version(lines: bytes, *, usual: bool = False) -> list[bytes]:
    """The lines of one entity, from any files, as a version of it has them: sorted, each once, as the engine writes them."""
    found = stored(lines, usual=usual).splitlines(keepends=True)
    found.sort()
    return sorted(set(found)) if any(map(eq, found, islice(found, 1, None))) else found


def _has_odd_escape(lines: bytes) -> bool:
    return b"\\" in lines and _ODD_ESCAPE.search(lines.replace(b"\\\\", b"")) is not None


def _has_odd_value(lines: bytes) -> bool:
    """Whether the engine keeps one of the typed values in another form: ``"26.80"^^xsd:decimal`` becomes ``26.8``."""
    if _TYPED not in lines:
        return False
    before, *rest = lines.split(_TYPED)
    for after in rest:
        value = before[before.rindex(b'"') :] + _TYPED + after[: after.index(b">") + 1]
        if not _KEPT(value) and not _keeps(value):
            return True
        before = after
    return False


@lru_cache(maxsize=10_000)
def _keeps(value: bytes) -> bool:
    line = b"<urn:x> <urn:x> %s .\n" % value
    return through_engine(line) == line
