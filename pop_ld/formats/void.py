"""A release in figures, as VoID: its classes, its properties, its links to other datasets (W3C note of 3 March 2011)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats import FORMATS
from pop_ld.formats.rdf import about, prefixes

_A = iris.RDF + "type"
_SYNTAX = {"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF_XML", "trig": "TriG"}
"""The W3C's names of our RDF syntaxes, in its namespace of formats; plain JSON has none."""


class Counted(Protocol):
    """Counts of a property."""

    @property
    def triples(self) -> int: ...
    @property
    def subjects(self) -> int: ...
    @property
    def objects(self) -> int: ...


class Counts(Protocol):
    """What ``store.statistics`` counts; see there."""

    @property
    def triples(self) -> int: ...
    @property
    def subjects(self) -> int: ...
    @property
    def objects(self) -> int: ...
    @property
    def classes(self) -> Mapping[str, int]: ...
    @property
    def properties(self) -> Mapping[str, Counted]: ...
    @property
    def partitions(self) -> Mapping[str, Mapping[str, int]]: ...
    @property
    def graphs(self) -> Mapping[str, int]: ...
    @property
    def links(self) -> Mapping[str, Mapping[str, int]]: ...


def void(site: str, manifest: dict[str, Any], counts: Counts, targets: Sequence[Mapping[str, str]]) -> list[Triple]:
    """The whole of VoID but the bases; ``targets`` are the lines of linksets.csv."""
    return [
        *_figures(site, manifest, counts),
        *_where(site, manifest, counts),
        *_classes(site, counts),
        *_properties(site, counts),
        *_links(site, counts, targets),
    ]


def _figures(site: str, manifest: dict[str, Any], counts: Counts) -> list[Triple]:
    """VoID §4.6; entities are notices. A release that was made before there were counts says how many triples it has, no more."""
    sizes = {"triples": counts.triples, "entities": int(manifest["notices"])}
    if counts.properties:
        sizes |= {"distinctSubjects": counts.subjects, "distinctObjects": counts.objects, "documents": int(manifest["notices"])}
        sizes |= {"classes": len(counts.classes), "properties": len(counts.properties)}
    return about(iris.void(site, "dataset"), [(iris.VOID + name, size) for name, size in sizes.items()])


def _where(site: str, manifest: dict[str, Any], counts: Counts) -> list[Triple]:
    """VoID §3.2 to §3.4 and §4.1 to §4.3: where to query, what the addresses look like, what to try, which vocabularies."""
    dataset = iris.void(site, "dataset")
    examples = [(iris.VOID + "exampleResource", NamedNode(e["iri"])) for e in manifest["examples"]]
    spaces = {_namespace(name) for name in (*counts.classes, *counts.properties)}
    used = sorted(space for space in spaces if ":" in space)  # an IRI such as urn:x has none
    features = [(iris.VOID + "feature", NamedNode(iris.FORMATS + _SYNTAX[f.name])) for f in FORMATS if f.name in _SYNTAX]
    return [
        *about(dataset, [(iris.VOID + "sparqlEndpoint", NamedNode(iris.sparql(site))), (iris.VOID + "uriSpace", f"{site}/id/")]),
        *about(dataset, [*examples, *features, *((iris.VOID + "vocabulary", NamedNode(name)) for name in used)]),
    ]


def _namespace(iri: str) -> str:
    """What of an IRI comes before its local name: to the last ``#``, else to the last ``/``."""
    return iri[: max(iri.rfind("#"), iri.rfind("/") if "#" not in iri else -1) + 1]


def prefixed(iri: str) -> str:
    """``crm:P2_has_type``; the IRI itself where its namespace has no prefix, or its local name is none that is read at sight."""
    found = max(((space, prefix) for prefix, space in prefixes().items() if iri.startswith(space)), default=None)
    rest = iri.removeprefix(found[0]) if found else ""
    return f"{found[1]}:{rest}" if found and rest and iris.key(rest) == rest else iri


def short(iri: str) -> str:
    """A name for an IRI inside a fragment: ``crm-P2_has_type``, or the whole IRI percent-encoded."""
    name = prefixed(iri)
    return iris.key(iri) if name == iri else name.replace(":", "-", 1)


def _classes(site: str, counts: Counts) -> list[Triple]:
    """VoID §4.5: a part for each class, with a part for each property of its instances."""
    found: list[Triple] = []
    for name, instances in counts.classes.items():
        part = iris.void(site, f"class-{short(name)}")
        found += about(iris.void(site, "dataset"), [(iris.VOID + "classPartition", NamedNode(part))])
        found += about(part, [(iris.VOID + "class", NamedNode(name)), (iris.VOID + "entities", instances)])
        for property, triples in counts.partitions.get(name, {}).items():
            inner = f"{part}-property-{short(property)}"
            found += about(part, [(iris.VOID + "propertyPartition", NamedNode(inner))])
            found += about(inner, [(iris.VOID + "property", NamedNode(property)), (iris.VOID + "triples", triples)])
    return found


def _properties(site: str, counts: Counts) -> list[Triple]:
    found: list[Triple] = []
    for name, counted in counts.properties.items():
        part = iris.void(site, f"property-{short(name)}")
        found += about(iris.void(site, "dataset"), [(iris.VOID + "propertyPartition", NamedNode(part))])
        found += about(part, [(iris.VOID + "property", NamedNode(name)), (iris.VOID + "triples", counted.triples)])
        found += about(part, [(iris.VOID + "distinctSubjects", counted.subjects), (iris.VOID + "distinctObjects", counted.objects)])
    return found


def _links(site: str, counts: Counts, targets: Sequence[Mapping[str, str]]) -> list[Triple]:
    """VoID §5: a linkset for each property and each dataset that it leads to. Both name the dataset; a linkset is a part of ours."""
    dataset, known = iris.void(site, "dataset"), {target["space"]: target for target in targets}
    found: list[Triple] = []
    for property, by_space in counts.links.items():
        for space, triples in by_space.items():
            link, target = iris.void(site, f"links-{short(property)}-{iris.key(space)}"), iris.void(site, f"target-{iris.key(space)}")
            found += about(dataset, [(iris.VOID + "subset", NamedNode(link))])
            found += about(link, [(_A, NamedNode(iris.VOID + "Linkset")), (iris.VOID + "linkPredicate", NamedNode(property))])
            found += about(link, [(iris.VOID + "triples", triples), (iris.VOID + "subjectsTarget", NamedNode(dataset))])
            found += about(link, [(iris.VOID + "objectsTarget", NamedNode(target))])
            found += _target(target, space, known.get(space, {}))
    return found


def _target(iri: str, space: str, line: Mapping[str, str]) -> list[Triple]:
    titles = [(iris.DCTERMS + "title", Literal(line[lang], language=lang)) for lang in ("fr", "en") if line.get(lang)]
    homepage = [(iris.FOAF + "homepage", NamedNode(line["homepage"]))] if line.get("homepage") else []
    return about(iri, [(_A, NamedNode(iris.VOID + "Dataset")), (iris.VOID + "uriSpace", space), *titles, *homepage])
