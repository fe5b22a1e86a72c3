"""The order that the engine gives to solutions (SPARQL 1.1 §15.1, and its own choices where that leaves them open), as bytes.

Unbound comes before blank nodes, those before IRIs, those before literals. Literals go by their code points, then their datatype,
then their language, as the engine has it wherever ``<`` says nothing; for dates written in full that is their order in time too.
Numbers go by their value. Numbers beside other literals have no consistent order in the engine, and for some datatypes it would
take the engine's arithmetic to know: there a query is left to it (docs/decisions/20261124-beyond-the-engine.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolution

from pop_ld import iris

STRING, INTEGER, DECIMAL, BOOLEAN = (iris.XSD + name for name in ("string", "integer", "decimal", "boolean"))
_TEXT, _NUMBER = 1, 2
_DATES = frozenset(iris.XSD + name for name in ("dateTime", "date", "gYear", "gYearMonth"))
_DATE = re.compile(r"(?!0000)\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d:\d\d)?)?)?Z?", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"(-?\d{1,18})(?:\.(\d{1,18}))?", re.ASCII)
_SCALE = 10**18
_HALF = 1 << 127
_COMPLEMENT = bytes(255 - byte for byte in range(256))
_STRING = f"\0{STRING}\0\0"
_LANGUAGE = f"\0{iris.RDF}langString\0"


class Unordered(Exception):
    """The engine's order of these terms is not known for certain."""


class Order:
    """Makes the key of a solution; ``columns`` are (column, whether it descends) in their order of weight.

    Keys compare as the engine's rows do, and are equal where it finds them equal. Raises Unordered. ``numbers`` counts the
    numbers met in the first column.
    """

    def __init__(self, columns: Sequence[tuple[int, bool]]) -> None:
        self._columns = tuple(columns)
        self._kinds = [0] * len(self._columns)
        self.numbers = 0

    def __call__(self, row: QuerySolution) -> bytes:
        found = b""
        for place, (column, descending) in enumerate(self._columns):
            part = self._part(place, row[column])
            found += part.translate(_COMPLEMENT) if descending else part
        return found

    def _part(self, place: int, term: object) -> bytes:
        if term is None:
            return b"\0"
        if type(term) is Literal:
            return self._literal(place, term)
        if type(term) is NamedNode:
            return f"\2{term.value}\0".encode()  # without the character 0, as SPARQL's and RDF's grammars have it
        if type(term) is BlankNode:
            return f"\1{term.value}\0".encode()
        raise Unordered("a triple term")

    def _literal(self, place: int, term: Literal) -> bytes:
        value, language = term.value, term.language
        if "\0" in value:
            raise Unordered("a character that ends a key")
        if language is not None:
            if term.direction is not None:
                raise Unordered("a base direction")
            kind, found = _TEXT, f"\3{value}{_LANGUAGE}{language}\0".encode()
        elif (datatype := term.datatype.value) == STRING:
            kind, found = _TEXT, f"\3{value}{_STRING}".encode()
        elif datatype in (INTEGER, DECIMAL):
            kind, found = _NUMBER, b"\3" + _number(value, datatype)
            self.numbers += place == 0
        elif not datatype.startswith(iris.XSD) or datatype == BOOLEAN or (datatype in _DATES and _DATE.fullmatch(value)):
            kind, found = _TEXT, f"\3{value}\0{datatype}\0\0".encode()
        else:
            raise Unordered(datatype)
        if self._kinds[place] != kind:
            if self._kinds[place]:
                raise Unordered("numbers beside other literals")
            self._kinds[place] = kind
        return found


def _number(value: str, datatype: str) -> bytes:
    """An integer of 64 bits or a decimal of 18 digits after the point, as the engine holds them; in 17 bytes."""
    if datatype == INTEGER and _INTEGER.fullmatch(value) and -(1 << 63) <= int(value) < 1 << 63:
        scaled = int(value) * _SCALE
    elif datatype == DECIMAL and (digits := _DECIMAL.fullmatch(value)):
        fraction = int((digits[2] or "").ljust(18, "0"))
        scaled = int(digits[1]) * _SCALE + (-fraction if value[0] == "-" else fraction)
    else:
        raise Unordered(datatype)
    return (scaled + _HALF).to_bytes(17)
