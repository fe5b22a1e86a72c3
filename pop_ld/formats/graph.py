"""Triples indexed by subject and predicate, as pages ask for them, and the choice of a label by language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Triple


class Graph:
    """A few hundred triples about one thing; order of values is that of the store, repeated ones once."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        found: dict[str, dict[str, dict[Literal | NamedNode, None]]] = defaultdict(lambda: defaultdict(dict))
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, NamedNode) and isinstance(value, Literal | NamedNode):
                found[subject.value][triple.predicate.value][value] = None
        self._by_subject = {subject: {name: list(values) for name, values in about.items()} for subject, about in found.items()}

    def values(self, subject: str, predicate: str) -> list[Literal | NamedNode]:
        return self._by_subject[subject][predicate] if subject in self._by_subject and predicate in self._by_subject[subject] else []

    def iris(self, subject: str, predicate: str) -> list[str]:
        return [value.value for value in self.values(subject, predicate) if isinstance(value, NamedNode)]

    def texts(self, subject: str, predicate: str) -> list[str]:
        return [value.value for value in self.values(subject, predicate) if isinstance(value, Literal)]

    def text(self, subject: str, predicate: str) -> str:
        """The first text, or ""."""
        return next(iter(self.texts(subject, predicate)), "")

    def predicates(self, subject: str) -> list[str]:
        return list(self._by_subject[subject]) if subject in self._by_subject else []

    def subjects_of(self, predicate: str, value: str) -> list[str]:
        """Subjects that have ``value`` (an IRI) for ``predicate``."""
        return [subject for subject in self._by_subject if value in self.iris(subject, predicate)]

    def objects(self, but: Collection[str] = ()) -> list[str]:
        """Every IRI that is an object, once, in order; those of the properties in ``but`` left out."""
        found = (values for about in self._by_subject.values() for predicate, values in about.items() if predicate not in but)
        return list(dict.fromkeys(v.value for values in found for v in values if isinstance(v, NamedNode)))


def best_label(labels: Sequence[Literal], lang: str) -> str:
    """The label in ``lang``, else in French, else without language, else any; "" where there is none."""
    for wanted in (lang, "fr", None):
        for label in labels:
            if label.language == wanted:
                return label.value
    return labels[0].value if labels else ""
