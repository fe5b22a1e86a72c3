"""What stops a program, as one tree. What a producer wrote wrong is a Problem (notices.py), never one of these.

PopError                       file, line and rule where they are known
├── UsageError                 the command line or the settings ask for something that cannot be
├── ReadError                  a source file cannot be read at all
├── MappingError               a mapping, fields.csv or base.yml breaks the profile
├── ShapeError                 a shape cannot be used
├── StoreError                 the store cannot do what was asked
│   ├── Busy                   another process writes, or every query worker is taken
│   ├── StoreUnavailable       a store cannot be read, or a remote one be asked
│   │   └── SearchUnavailable  the search cluster does not answer; all that is not search goes on
│   └── CheckFailed            a new release failed its checks; the former one still serves
├── QueryError                 a SPARQL query cannot be answered
│   ├── QuerySyntaxError
│   ├── QueryForbidden         SERVICE, LOAD or an update on the public endpoint
│   ├── QueryTimeout
│   ├── QueryMemoryError
│   ├── ResultTooLarge         the answer passes the budget of bytes
│   ├── TooManyRequests        the client has used up its budget; ``wait`` says for how long
│   └── QueryFailed            the engine or its worker stopped for another reason
├── NotFound
├── Gone                       the notice was removed; ``when`` says the date
└── NotAcceptable              no representation that the client accepts; ``offers`` lists ours
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class PopError(Exception):
    """Base of all; ``file``, ``line`` and ``rule`` locate the cause where they are known."""

    def __init__(self, message: str, *, file: str = "", line: int = 0, rule: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.rule = rule

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}{f' [{self.rule}]' if self.rule else ''}"


class UsageError(PopError):
    """The command line or the settings ask for something that cannot be."""


class ReadError(PopError):
    """A source file cannot be read at all."""


class MappingError(PopError):
    """A mapping, fields.csv or base.yml breaks the documented profile."""


class ShapeError(PopError):
    """A shape cannot be used."""


class StoreError(PopError):
    """The store cannot do what was asked."""


class Busy(StoreError):
    """Another process writes, or every query worker is taken."""


class StoreUnavailable(StoreError):
    """A store cannot be read or reached, refuses us, or does not hold the release: nothing is known of what was asked."""


class SearchUnavailable(StoreUnavailable):
    """The search cluster does not answer, or not with what was asked for; all that is not search goes on."""


class CheckFailed(StoreError):
    """A new release failed its checks; the former one still serves."""


class QueryError(PopError):
    """A SPARQL query cannot be answered."""


class QuerySyntaxError(QueryError):
    """The query does not parse (SPARQL 1.1 Protocol §2.1.6: 400).

    ``line`` and ``column`` count from 1, 0 where unknown; ``excerpt`` is that line, or the part of it around the place, and
    ``mark`` counts from 0 in it.
    """

    def __init__(self, message: str, *, line: int = 0, column: int = 0, excerpt: str = "", mark: int = 0) -> None:
        super().__init__(message, line=line)
        self.column = column
        self.excerpt = excerpt
        self.mark = mark

    def __str__(self) -> str:
        """The reason, and below it the line with its place marked."""
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        shown = f"\n  {self.excerpt}\n  {' ' * self.mark}^" if self.excerpt else ""
        return f"{place}{self.message}{shown}"


class QueryForbidden(QueryError):
    """SERVICE, LOAD or an update on the public endpoint."""


class QueryTimeout(QueryError):
    """The deadline passed and the worker was killed."""


class QueryMemoryError(QueryError):
    """The worker passed its memory limit and died alone."""


class ResultTooLarge(QueryError):
    """The answer passes the setting ``result_size``."""


class TooManyRequests(QueryError):
    """The client has used up its budget of queries; in ``wait`` seconds it may come again."""

    def __init__(self, message: str, *, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class QueryFailed(QueryError):
    """The engine or its worker stopped for another reason."""


class NotFound(PopError):
    """No such resource."""


class Gone(PopError):
    """The notice was removed; ``when`` is the ISO 8601 instant of its removal, ``label`` its last known title."""

    def __init__(self, message: str, *, when: str = "", label: str = "") -> None:
        super().__init__(message)
        self.when = when
        self.label = label


class NotAcceptable(PopError):
    """No representation that the client accepts; ``offers`` lists the media types of ours, ``profiles`` what they follow."""

    def __init__(self, message: str, *, offers: Iterable[str] = (), profiles: Iterable[Mapping[str, object]] = ()) -> None:
        super().__init__(message)
        self.offers = tuple(offers)
        self.profiles = tuple(profiles)
