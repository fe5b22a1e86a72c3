"""Terms of N-Triples as one text each, their order, and regular expressions as every engine reads them."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, Store

from pop_ld import iris
from pop_ld.validation.rules import Term

_STRING = f"^^<{iris.XSD}string>"
_ESCAPE = re.compile(r"""\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["'\\nrtbf]))""")
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def plain(term: str) -> str:
    """A term of N-Triples in one way for each term: ``<iri>``, ``_:label``, or a literal as Result writes it (unescaped)."""
    if term[0] != '"' or (term[-1] == '"' and "\\" not in term):
        return term
    end = term.rindex('"')
    text, tail = term[: end + 1], term[end + 1 :]
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return text if tail == _STRING else text + tail


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _NAMED.get(match[3], match[3])


def written(term: Term) -> str:
    """A term of a graph as :func:`plain` gives it."""
    if not isinstance(term, Literal):
        return str(term)
    if term.language:
        return f'"{term.value}"@{term.language}'
    return f'"{term.value}"' if term.datatype.value == iris.XSD + "string" else f'"{term.value}"^^{term.datatype}'


def text_of(term: str) -> str | None:
    """STR of a plain term (SPARQL §17.4.2.5), None for a blank node, which has none."""
    if term[0] == '"':
        return term[1 : term.rindex('"')]
    return term[1:-1] if term[0] == "<" else None


def shown(term: str) -> str:
    """A plain term as Result writes it: IRIs without their brackets."""
    return term[1:-1] if term[0] == "<" else term


# Order ---------------------------------------------------------------------------------------------------------------------

_DECIMAL = f"^^<{iris.XSD}decimal>"
_INSTANT = re.compile(rf'"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\^\^<{re.escape(iris.XSD)}dateTime>').fullmatch
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII).fullmatch
"""The lexical forms of xsd:decimal."""


def at_most(left: str, right: str) -> bool:
    """Whether ``left <= right`` is true in SPARQL of two plain terms: false where they cannot be compared."""
    if left.endswith(_DECIMAL) and right.endswith(_DECIMAL):
        one, other = left[1 : -len(_DECIMAL) - 1], right[1 : -len(_DECIMAL) - 1]
        if NUMBER(one) and NUMBER(other):
            return Decimal(one) <= Decimal(other)
    elif _INSTANT(left) and _INSTANT(right) and left > right:
        return False  # the usual forms sort as texts do; what is not a day of the calendar may still not be compared
    return _compares(left, "<=", right)


def below(left: str, right: str) -> bool:
    """Whether ``left < right`` is, likewise."""
    return _compares(left, "<", right)


_NODE, _LEFT, _RIGHT = (NamedNode(f"urn:{name}") for name in ("node", "left", "right"))


@lru_cache(maxsize=1 << 14)
def _compares(left: str, operator: str, right: str) -> bool:
    if "_" in (left[0], right[0]):
        return False
    store = Store()
    store.extend([Quad(_NODE, _LEFT, _term(left)), Quad(_NODE, _RIGHT, _term(right))])
    answer = store.query(f"ASK {{ {_NODE} {_LEFT} ?left ; {_RIGHT} ?right FILTER(?left {operator} ?right) }}")
    return isinstance(answer, QueryBoolean) and bool(answer)


def _term(term: str) -> NamedNode | Literal:
    if term[0] == "<":
        return NamedNode(term[1:-1])
    end = term.rindex('"')
    text, tail = term[1:end], term[end + 1 :]
    if tail.startswith("@"):
        return Literal(text, language=tail[1:])
    return Literal(text, datatype=NamedNode(tail[3:-1])) if tail else Literal(text)


# Patterns ------------------------------------------------------------------------------------------------------------------

_SAME_EVERYWHERE = re.compile(
    r"""(?: [^][\\(){}|?*+.^$]                                     # a sign that stands for itself
          | \\[][\\(){}|?*+.^$/-]                                  # or does once escaped
          | \[\^?(?:[^][\\&~|^-]|\\[][\\.^$/-]|([&~|-])(?!\1))+\]  # one of some signs
          | \((?!\?) | \) | [|^$.] | (?<![?*+}])\{\d{1,4}(?:,\d{0,4})?\} | (?<![?*+}])[?*+]
        )*""",
    re.VERBOSE,
)
_END = re.compile(r"\\.|\[(?:\\.|[^]\\])*\]|\$")


@lru_cache(maxsize=1024)
def pattern(text: str, flags: str) -> re.Pattern[str] | None:
    """A regular expression of SPARQL's REGEX (XPath) as Python's, None where the two might read it differently.

    ``$`` is the end of the text, never the place before a last line break. Classes of letters by name, options, and quantifiers of
    quantifiers are not taken.
    """
    if flags not in ("", "i") or not _SAME_EVERYWHERE.fullmatch(text):
        return None
    ends = _END.sub(lambda found: r"\Z" if found[0] == "$" else found[0], text)
    try:
        return re.compile(ends, re.IGNORECASE if flags else re.NOFLAG)
    except re.error:
        return None
