"""Reads a query's text, before evaluation, for what the public endpoint refuses: SERVICE, and updates (LOAD among them).

The engine's own grammar has no separate lexer: ``SERVICEex:x{…}``, ``1SERVICE<x>{…}`` and ``?s<'>'…`` all parse, so a list
of tokens by the book would miss calls. This scan looks for the one form that a call must have, SERVICE … { …, wherever a
keyword can start outside strings, comments, names and variables. Where ``<`` may open an IRI or be the operator, both
readings are followed. So it errs on the side of refusing, and ``sandbox`` stands behind it: a worker cannot open a socket.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

UPDATES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"])
"""First keywords of SPARQL 1.1 Update operations (grammar rule 30)."""

_NAME_CHARACTER = r"[^\x00-/:-@\[-^`{-\x7f]"
"""ASCII letters, digits, "_", and all beyond ASCII; said by what it is not, because such a class compiles much faster."""
_BLANK = r"(?:[ \t\r\n]|#[^\r\n]*+)*+"
_CALL = re.compile(
    rf"(?:{_NAME_CHARACTER}*(?:[0-9]|true|false))?"  # a literal may touch the keyword after it, and others before: "falsea1SERVICE"
    rf"SERVICE{_BLANK}(?:SILENT{_BLANK})?(?:<[^<>{{}}\s]*>|(?:[^\s<>{{}}#\\]|\\.)+){_BLANK}\{{",
    re.IGNORECASE | re.ASCII,
)
_LOAD = re.compile(rf"LOAD{_BLANK}(?:SILENT{_BLANK})?[^\s{{}}#;]", re.IGNORECASE | re.ASCII)
_BEFORE_LOAD = re.compile(rf"(?:^|[;>'\"]){_BLANK}(?=LOAD)", re.IGNORECASE)
"""An operation begins the text, or follows a semicolon or the prologue, which ends in an IRI or in the text of VERSION."""
_LONG = {quote: re.compile(rf"{quote * 3}(?:[^{quote}\\]|\\.|{quote}(?!{quote * 2}))*+{quote * 3}", re.DOTALL) for quote in "'\""}
_SHORT = {quote: re.compile(rf"{quote}(?:[^{quote}\\\r\n]|\\.)*+{quote}") for quote in "'\""}
_IRI = re.compile(r"<[^<>\"{}|^`\s]*>", re.ASCII)
_COMMENT = re.compile(r"#[^\r\n]*")
_VARIABLE = re.compile(rf"[?$]{_NAME_CHARACTER}*")
_LANGUAGE = re.compile(r"@[A-Za-z0-9-]*")
_WORD = re.compile(rf"{_NAME_CHARACTER}+")
_LOCAL_CHARACTER = rf"(?:{_NAME_CHARACTER}|[:-]|%[0-9A-Fa-f]{{2}}|\\.)"
_LOCAL = re.compile(rf":(?:(?!-){_LOCAL_CHARACTER}+(?:\.+{_LOCAL_CHARACTER}+)*)?")
_OTHER = re.compile(rf"(?:(?![#\"'<?$@:])(?!{_NAME_CHARACTER})[\x00-\x7f])+")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PROLOGUE = re.compile(
    rf"(?:{_BLANK}(?:BASE{_BLANK}<[^>]*>|PREFIX{_BLANK}[^\s:<>]*:{_BLANK}<[^>]*>|VERSION{_BLANK}(?:'[^']*'|\"[^\"]*\")))*{_BLANK}",
    re.IGNORECASE | re.ASCII,
)


def calls_service(query: str, allowed: Sequence[str] = ()) -> bool:
    """Whether the query may hold a SERVICE call, read as written and with codepoint escapes decoded (SPARQL 1.1 §19.2).

    A call is passed over where it is written plainly, ``SERVICE <IRI>`` or ``SERVICE SILENT <IRI>``, with an IRI of ``allowed``.
    """
    return any(
        "service" in text.lower() and _finds(_CALL, _without(text, allowed, "SERVICE", "GRAPH")) for text in {query, _decoded(query)}
    )


def federates(query: str, allowed: Sequence[str]) -> bool:
    """Whether the query needs a worker that may open sockets: it calls services, and only such as are allowed."""
    return bool(allowed) and calls_service(query) and not calls_service(query, allowed)


def loads(update: str, allowed: Sequence[str] = ()) -> bool:
    """Whether the update may hold a LOAD operation other than ``LOAD <IRI>`` or ``LOAD SILENT <IRI>`` with an IRI of ``allowed``."""
    return any("load" in text.lower() and _loads(_without(text, allowed, "LOAD", "DROP")) for text in {update, _decoded(update)})


def update_keyword(query: str) -> str:
    """The update operation that the text begins with after its prologue, in capitals; "" where it begins with none."""
    prologue = _PROLOGUE.match(query)
    word = _WORD.match(query, prologue.end() if prologue else 0)
    found = word.group().upper() if word else ""
    return found if found in UPDATES else ""


def _without(text: str, allowed: Sequence[str], keyword: str, harmless: str) -> str:
    """The text with its allowed calls turned into what calls nothing, for reading only: what a string holds may change with them."""
    if not allowed:
        return text
    targets = "|".join(map(re.escape, allowed))
    return re.sub(rf"\b(?i:{keyword})(\s+)(?:(?i:SILENT)\s+)?<({targets})>", rf"{harmless}\1<\2>", text, flags=re.ASCII)


def _decoded(query: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"

    return _ESCAPE.sub(character, query) if "\\" in query else query


def _loads(text: str) -> bool:
    """Only where an operation may begin: a name that begins with "load" is common, and no brace follows LOAD to tell it by."""
    places = {match.end() for match in _BEFORE_LOAD.finditer(text)}
    return bool(places) and _finds(_LOAD, text, places)


def _finds(call: re.Pattern[str], text: str, places: Container[int] | None = None) -> bool:
    """Follows every reading of the text at once: ``reached`` marks where a token may begin, filled from left to right."""
    reached = bytearray(len(text) + 1)
    position = 0
    while 0 <= position < len(text):
        if (places is None or position in places) and call.match(text, position):
            return True
        for end in _ends(text, position):
            reached[end] = 1
        position = reached.find(1, position + 1)
    return False


def _ends(text: str, start: int) -> Iterator[int]:
    """Where the token that begins at ``start`` may end."""
    character = text[start]
    if character in "\"'":
        token = _LONG[character].match(text, start) or _SHORT[character].match(text, start)
    elif character == "<":
        yield start + 1
        token = _IRI.match(text, start)
    else:
        token = _pattern(character).match(text, start)
    yield token.end() if token else start + 1


def _pattern(character: str) -> re.Pattern[str]:
    by_character = {"#": _COMMENT, "?": _VARIABLE, "$": _VARIABLE, "@": _LANGUAGE, ":": _LOCAL}
    return by_character.get(character) or (_OTHER if _OTHER.match(character) else _WORD)
