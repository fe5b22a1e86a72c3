"""What every engine gives back: results, as plain values that can be compared, and the contract of an engine."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Result(NamedTuple):
    """One sh:ValidationResult (SHACL §3.6.2), as texts.

    ``shape`` is the IRI of the source shape, or of the SPARQL constraint where that is what bears the rule; ``path`` an IRI, or ``""``
    for a complex path. ``value`` is an IRI, ``_:label``, or a literal as ``"lexical form"`` followed by ``@lang`` or ``^^<datatype>``,
    unescaped; ``""`` where there is none. ``component`` is the local name of the constraint component.
    """

    focus: str
    shape: str
    path: str
    value: str
    severity: str
    component: str

    @property
    def text(self) -> str:
        """The value without quotes, language and datatype."""
        return self.value[1 : self.value.rindex('"')] if self.value.startswith('"') else self.value


class Engine(Protocol):
    """Checks one graph after the other against the shapes it was made with."""

    def __call__(self, triples: str) -> list[Result]:
        """The results of one graph in N-Triples, in no order. Raises ShapeError where the engine fails."""
