"""A term becomes what a page shows: a text, or a link with a human label that works on any host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.formats.graph import best_label
from pop_ld.formats.words import date_words, followable

_DATES = (iris.XSD + "date", iris.XSD + "dateTime")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a page. ``kind``: ``text``, ``link`` (here), ``external`` (elsewhere), ``missing`` (a notice that is not here).

    On the page of a notice also ``pieces`` (a text whose parts may be links) and ``long`` (a text in paragraphs, of which ``text`` is the
    first part and ``pieces`` the rest).
    """

    kind: str
    text: str
    href: str = ""
    base: str = ""
    pieces: tuple[Value, ...] = ()

    @property
    def size(self) -> int:
        """Characters that it shows at once."""
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Naming:
    """Labels found for one page, and the language to choose them in."""

    site: str
    lang: str
    labels: Mapping[str, Sequence[Literal]]

    def values(self, terms: Iterable[Literal | NamedNode]) -> list[Value]:
        """What a page shows for each term, parts (``#``) left out, repeated ones once."""
        shown = (self.value(term) for term in terms if not (isinstance(term, NamedNode) and self._is_part(term.value)))
        return list(dict.fromkeys(shown))

    def value(self, term: Literal | NamedNode) -> Value:
        if isinstance(term, NamedNode):
            return self.link(term.value)
        if followable(term.value):
            return Value("external", term.value, term.value)
        text = date_words(term.value, self.lang) if term.datatype.value in _DATES else term.value
        return Value("text", text)

    def link(self, iri: str) -> Value:
        """A link to a thing of the site, to a page elsewhere, or the bare name where there is nothing to follow."""
        base = notice_base(self.site, iri)
        text = best_label(self.labels.get(iri, ()), self.lang)
        if iris.is_thing(self.site, iri):
            return Value("link" if text else "missing", text or iris.last_part(iri), iris.local(self.site, iri) if text else "", base)
        if text and not iri.startswith(self.site):  # what has a label here and its IRI elsewhere is a concept of an installed thesaurus
            return Value("link", text, iris.local(self.site, iris.concept_page(self.site, iri)))
        if followable(iri):
            return Value("external", text or iris.last_part(iri), iris.local(self.site, iri))
        return Value("missing", text or iris.last_part(iri))

    def text(self, iri: str) -> str:
        return self.link(iri).text

    def _is_part(self, iri: str) -> bool:
        return iri.startswith(f"{self.site}/id/") and "#" in iri


def notice_base(site: str, iri: str) -> str:
    """The base of a notice's IRI; "" for every other IRI."""
    parts = path_parts(site, iri)
    return parts[0] if len(parts) == 2 and parts[0] in load_bases() else ""


def path_parts(site: str, iri: str) -> list[str]:
    """``{site}/id/concept/merimee/DENO/x`` -> ["concept", "merimee", "DENO", "x"]; [] for an IRI that is no thing of the site."""
    return iris.path_of(site, iri).split("/") if iris.is_thing(site, iri) else []
