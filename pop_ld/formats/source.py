"""One thing of a release as its representations see it: its triples, and bounded look-ups of what it points at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.bases import Base, load_bases
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import notice_base

LOOKED_AT = 60
"""Most other things whose descriptions one representation looks up: no address starts heavy work."""


class Reader(Protocol):
    """The look-ups that a representation may make (``store.ResourceReader`` has them)."""

    def describe(self, iri: str) -> list[Triple]: ...

    def objects(self, subject: str, predicate: str) -> list[Any]: ...

    def labels(self, iris: Iterable[str]) -> dict[str, list[Literal]]: ...


class Match(Protocol):
    """A link to a thing elsewhere: a property of SKOS and an IRI, with who says so, when, how sure (``alignment.Link`` is one)."""

    @property
    def predicate(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def date(self) -> str: ...

    @property
    def confidence(self) -> float: ...

    @property
    def justification(self) -> str: ...


class Matches(Protocol):
    """The links of things, apart from what producers say (``alignment.Links`` has them)."""

    def of_many(self, subjects: Iterable[str]) -> Mapping[str, Sequence[Match]]: ...


class Source:
    """A thing of the site with what is said of it. ``manifest`` is that of the release: ``name``, ``created``, ``bases`` …

    ``triples`` are those of the thing, of its ``#`` parts and of its document, as ``ResourceReader.describe`` gives them; what links
    it to things elsewhere and no producer said is in ``links``.
    """

    def __init__(
        self,
        site: str,
        thing: str,
        triples: Sequence[Triple],
        reader: Reader,
        manifest: Mapping[str, Any],
        links: Matches | None = None,
    ) -> None:
        self.site = site
        self.thing = thing
        self.triples = triples
        self.manifest = manifest
        self._reader = reader
        self._links = links
        self._about: dict[tuple[str, ...], Graph] = {}
        self._labels: dict[str, Sequence[Literal]] = {}

    @property
    def reader(self) -> Reader:
        """Whom it asks: for what is remembered of a release beyond one thing."""
        return self._reader

    @property
    def links(self) -> Matches | None:
        """The links that :meth:`matches` reads."""
        return self._links

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.triples)

    @cached_property
    def base(self) -> Base | None:
        """The base of a notice; None for an agent, a concept, a place …"""
        return load_bases().get(notice_base(self.site, self.thing))

    @cached_property
    def document(self) -> str:
        """IRI of the document about the thing."""
        return iris.page_of(self.site, self.thing)

    def about(self, iri: str, *properties: str) -> Graph:
        """What is said of another thing; an empty graph of one that is unknown, and of every one after the LOOKED_AT first.

        Of ``properties`` alone, where they are given: to find all that is said of an agent of 100,000 works takes 30 ms.
        """
        key = (iri, *properties)
        if key not in self._about and len(self._about) < LOOKED_AT:
            self._about[key] = Graph(self._said(iri, properties) if properties else self._reader.describe(iri))
        return self._about.get(key) or Graph(())

    def _said(self, iri: str, properties: Iterable[str]) -> Iterator[Triple]:
        for name in properties:
            for value in self._reader.objects(iri, name):
                if isinstance(value, NamedNode | Literal):
                    yield Triple(NamedNode(iri), NamedNode(name), value)

    def labels(self, things: Iterable[str]) -> Mapping[str, Sequence[Literal]]:
        """The labels of those things that have any, each looked up once."""
        wanted = list(dict.fromkeys(things))
        if fresh := [iri for iri in wanted if iri not in self._labels]:
            found = self._reader.labels(fresh)
            self._labels.update({iri: found.get(iri, ()) for iri in fresh})
        return {iri: self._labels[iri] for iri in wanted if self._labels[iri]}

    def matches(self, things: Iterable[str]) -> Mapping[str, Sequence[Match]]:
        """Thing -> its links to things elsewhere, the surest first; things without any are absent."""
        return self._links.of_many(things) if self._links else {}

    @cached_property
    def same(self) -> Sequence[str]:
        """What the thing is elsewhere by those links, the surest first: where its producer's own exact matches are told, these are too."""
        return list(
            dict.fromkeys(m.target for m in self.matches([self.thing]).get(self.thing, ()) if m.predicate == iris.SKOS + "exactMatch")
        )
