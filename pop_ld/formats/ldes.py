"""The change feed as a Linked Data Event Stream (https://w3id.org/ldes) on TREE: its root, and what its pages say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.rdf import about
from pop_ld.formats.words import LANGUAGES, say

_A = iris.RDF + "type"
KINDS = ("Create", "Update", "Delete")
"""Kinds of versions, classes of ActivityStreams."""
MODIFIED, VERSION_OF = iris.DCTERMS + "modified", iris.DCTERMS + "isVersionOf"
PREFIXES = {
    "ldes": iris.LDES,
    "tree": iris.TREE,
    "as": iris.ACTIVITY,
    "dcterms": iris.DCTERMS,
    "rdf": iris.RDF,
    "sh": iris.SHACL,
    "xsd": iris.XSD,
}
POLLING = 3600
"""Seconds between two visits that suffice: a release comes once a day at most, as a rule."""


class Batch(Protocol):
    """What one release changed (``feed.Batch`` is one)."""

    @property
    def name(self) -> str: ...
    @property
    def release(self) -> str: ...
    @property
    def created(self) -> str: ...
    @property
    def kinds(self) -> Mapping[str, int]: ...
    @property
    def pages(self) -> int: ...


def root(site: str, batches: Sequence[Batch], days: int) -> list[Triple]:
    """The stream, its shape and the policy by which it forgets, and the root node: one relation to the first page of each batch.

    ``batches`` are those that may be read, oldest first; ``days`` how long they are kept, 0 for ever.
    """
    node, stream = iris.feed(site), iris.feed(site, "stream")
    found = [*_stream(site, stream, node), *_retention(site, node, batches, days), *_shape(site)]
    found += about(node, [(_A, NamedNode(iris.TREE + "RootNode")), (_A, NamedNode(iris.TREE + "Node"))])
    found += about(node, [(_A, NamedNode(iris.LDES + "EventSource"))])
    for batch in batches:
        found += _batch(site, node, batch)
    return found


def _batch(site: str, node: str, batch: Batch) -> Iterator[Triple]:
    if not batch.pages:
        return
    yield from relation(node, iris.feed(site, batch.name), iris.feed_page(site, batch.name, 0), batch.created, whole=True)


def relation(node: str, name: str, target: str, created: str, *, whole: bool = False) -> Iterator[Triple]:
    """A relation that leads to members of a moment: at or after it, and where ``whole`` at or before it too."""
    kinds = ("GreaterThanOrEqualToRelation", "LessThanOrEqualToRelation") if whole else ("GreaterThanOrEqualToRelation",)
    for kind in kinds:
        iri = f"{name}-until" if kind.startswith("Less") else name
        yield Triple(NamedNode(node), NamedNode(iris.TREE + "relation"), NamedNode(iri))
        yield from about(iri, [(_A, NamedNode(iris.TREE + kind)), (iris.TREE + "node", NamedNode(target))])
        yield from about(iri, [(iris.TREE + "path", NamedNode(MODIFIED)), (iris.TREE + "value", moment(created))])


def moment(text: str) -> Literal:
    return Literal(text, datatype=NamedNode(iris.XSD + "dateTime"))


def _stream(site: str, stream: str, node: str) -> list[Triple]:
    kind, said = NamedNode(_A), ("title", "description")
    texts = [(iris.DCTERMS + part, Literal(say(lang, f"ui.feed_{part}"), language=lang)) for lang in LANGUAGES for part in said]
    return [
        *about(stream, [(_A, NamedNode(iris.LDES + "EventStream")), (_A, NamedNode(iris.TREE + "Collection")), *texts]),
        *about(stream, [(iris.TREE + "view", NamedNode(node)), (iris.TREE + "shape", NamedNode(iris.feed(site, "shape")))]),
        *about(stream, [(iris.LDES + "timestampPath", NamedNode(MODIFIED)), (iris.LDES + "versionOfPath", NamedNode(VERSION_OF))]),
        *about(stream, [(iris.LDES + f"version{name}Path", kind) for name in KINDS]),
        *about(stream, [(iris.LDES + f"version{name}Object", NamedNode(iris.ACTIVITY + name)) for name in KINDS]),
        *about(stream, [(iris.LDES + "pollingInterval", POLLING), (iris.DCTERMS + "isPartOf", NamedNode(iris.void(site, "dataset")))]),
    ]


def _retention(site: str, node: str, batches: Sequence[Batch], days: int) -> list[Triple]:
    """From when on the log is whole, and for how long it stays so; where all is kept, from the first batch on."""
    policy = iris.feed(site, "retention")
    pairs: list[tuple[str, NamedNode | Literal]] = [(_A, NamedNode(iris.LDES + "RetentionPolicy"))]
    if batches:
        pairs.append((iris.LDES + "startingFrom", moment(batches[0].created)))
    if days:
        pairs.append((iris.LDES + "fullLogDuration", Literal(f"P{days}D", datatype=NamedNode(iris.XSD + "duration"))))
    return [*about(node, [(iris.LDES + "retentionPolicy", NamedNode(policy))]), *about(policy, pairs)]


def _shape(site: str) -> list[Triple]:
    """What each member has in the default graph (SHACL): one entity, one moment, one kind."""
    shape = iris.feed(site, "shape")
    found = about(shape, [(_A, NamedNode(iris.SHACL + "NodeShape"))])
    for name, path in (("version-of", VERSION_OF), ("modified", MODIFIED), ("kind", _A)):
        iri = f"{shape}-{name}"
        found += about(shape, [(iris.SHACL + "property", NamedNode(iri))])
        found += about(iri, [(_A, NamedNode(iris.SHACL + "PropertyShape")), (iris.SHACL + "path", NamedNode(path))])
        found += about(iri, [(iris.SHACL + "minCount", 1), (iris.SHACL + "maxCount", 1)])
    found += about(f"{shape}-modified", [(iris.SHACL + "datatype", NamedNode(iris.XSD + "dateTime"))])
    found += about(f"{shape}-version-of", [(iris.SHACL + "nodeKind", NamedNode(iris.SHACL + "IRI"))])
    return [*found, *about(f"{shape}-kind", [(iris.SHACL + "nodeKind", NamedNode(iris.SHACL + "IRI"))])]


# The lines of a page -------------------------------------------------------------------------------------------------------


def page_lines(site: str, batch: str, number: int) -> bytes:
    """What a page says of itself and of the stream: N-Triples."""
    page = NamedNode(iris.feed_page(site, batch, number))
    true = Literal("true", datatype=NamedNode(iris.XSD + "boolean"))
    return _lines(
        [
            Triple(NamedNode(iris.feed(site, "stream")), NamedNode(iris.TREE + "view"), NamedNode(iris.feed(site))),
            Triple(page, NamedNode(_A), NamedNode(iris.TREE + "Node")),
            Triple(page, NamedNode(iris.LDES + "immutable"), true),
        ]
    )


def next_lines(site: str, batch: str, number: int, following: int, created: str) -> bytes:
    """That the page ``following`` of the batch comes after this one."""
    page = iris.feed_page(site, batch, number)
    return _lines(relation(page, f"{page}#next", iris.feed_page(site, batch, following), created))


def member_lines(site: str, version: str, entity: str, kind: str, created: str) -> bytes:
    """What is said of a version beside its graph; put together as text, for there is one an entity."""
    return (
        f"<{iris.feed(site, 'stream')}> <{iris.TREE}member> <{version}> .\n"
        f"<{version}> <{_A}> <{iris.ACTIVITY}{kind}> .\n"
        f"<{version}> <{VERSION_OF}> <{entity}> .\n"
        f'<{version}> <{MODIFIED}> "{created}"^^<{iris.XSD}dateTime> .\n'
    ).encode()


def _lines(triples: Sequence[Triple] | Iterator[Triple]) -> bytes:
    return "".join(f"{triple} .\n" for triple in triples).encode()
