"""A client of the change feed: follows its relations from the root, page by page, and holds the latest version of each entity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from pop_ld import iris

LDES, TREE, DCTERMS, A = iris.LDES, iris.TREE, iris.DCTERMS, iris.RDF + "type"
_DEFAULT = DefaultGraph()


@dataclass
class Follower:
    """``get`` answers (media type, bytes) of an address. All that it knows of the feed beforehand is the address of its root."""

    root: str
    get: Callable[[str], tuple[str, bytes]]
    entities: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    kinds: list[tuple[str, str]] = field(default_factory=list)

    def follow(self, most: int = 10**9) -> int:
        """Reads at most ``most`` pages that it has not read; returns how many it read."""
        todo, read = [self.root], 0
        while todo and read < most:
            address = todo.pop(0)
            quads = self._page(address)
            if address != self.root:
                self.seen.add(address)
                read += 1
            members = list(self._members(quads))
            for moment, entity, kind, triples in sorted(members, key=lambda each: each[0]):
                known = self.entities.get(entity, ("",))[0]
                assert known != moment, f"two versions of {entity} at {moment}"
                if known < moment:
                    self.entities[entity] = (moment, triples)
                self.kinds.append((kind, entity))
            found = [
                t for target in self._relations(quads, address) for t in ([target] if target not in self.seen else self._behind(target))
            ]
            todo = [*found, *(target for target in todo if target not in found)]  # the rest of a batch comes before the next
        return read

    def _behind(self, address: str) -> list[str]:
        """The first page that was not read yet behind one that was: pages never change, so it is enough to follow them."""
        found = []
        for target in self._relations(self._page(address), address):
            found += [target] if target not in self.seen else self._behind(target)
        return found

    @property
    def triples(self) -> set[str]:
        return {triple for _, triples in self.entities.values() for triple in triples}

    def _page(self, address: str) -> list[Quad]:
        media_type, body = self.get(address)
        return list(parse(body, format=RdfFormat.from_media_type(media_type), base_iri=address))

    def _members(self, quads: list[Quad]) -> Iterator[tuple[str, str, str, frozenset[str]]]:
        said: dict[str, dict[str, list[str]]] = {}
        graphs: dict[str, list[str]] = {}
        for quad in quads:
            if quad.graph_name == _DEFAULT:
                said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object.value)
            else:
                graphs.setdefault(quad.graph_name.value, []).append(str(quad.triple))
        members = [o for about in said.values() for o in about.get(TREE + "member", [])]
        assert len(members) == len(set(members)) and graphs.keys() <= set(members)
        for member in members:
            (moment,), (entity,), (kind,) = (said[member][p] for p in (DCTERMS + "modified", DCTERMS + "isVersionOf", A))
            yield moment, entity, kind.rpartition("#")[2], frozenset(graphs.get(member, ()))

    def _relations(self, quads: list[Quad], address: str) -> list[str]:
        mine = {q.object for q in quads if q.predicate.value == TREE + "relation" and q.subject == NamedNode(address)}
        return list(dict.fromkeys(q.object.value for q in quads if q.predicate.value == TREE + "node" and q.subject in mine))
