"""Links to things elsewhere as RDF: what is linked, and an axiom that says who says so, when, how sure, on what grounds (OWL 2, SSSOM)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from pop_ld import iris, resources
from pop_ld.formats.rdf import about
from pop_ld.formats.source import Match, Source

_A = iris.RDF + "type"
_CURIE = {"semapv": iris.SEMAPV, "skos": iris.SKOS}


def axiom(site: str, link: Match) -> str:
    """IRI of what says where the link comes from, a part of its source's graph; the same for the same link."""
    digest = hashlib.sha256(f"{link.subject}\0{link.predicate}\0{link.target}".encode()).hexdigest()
    return iris.part(iris.links_graph(site, link.source), digest[:20])


def ntriples(site: str, link: Match) -> str:
    """The link and its axiom, whose IRIs are checked ones and stand as they are: nine triples (OWL 2 RDF mapping §2.2; slots of SSSOM)."""
    said, sssom = f"<{axiom(site, link)}>", iris.SSSOM
    prefix, _, name = link.justification.partition(":")
    grounds = _CURIE.get(prefix, iris.SEMAPV) + iris.key(name)
    return (
        f"<{link.subject}> <{link.predicate}> <{link.target}> .\n"
        f"{said} <{_A}> <{iris.OWL}Axiom> .\n"
        f"{said} <{iris.OWL}annotatedSource> <{link.subject}> .\n"
        f"{said} <{iris.OWL}annotatedProperty> <{link.predicate}> .\n"
        f"{said} <{iris.OWL}annotatedTarget> <{link.target}> .\n"
        f"{said} <{sssom}mapping_source> <{iris.links_graph(site, link.source)}> .\n"
        f'{said} <{sssom}mapping_date> "{link.date}"^^<{iris.XSD}date> .\n'
        f'{said} <{sssom}confidence> "{link.confidence:g}"^^<{iris.XSD}decimal> .\n'
        f"{said} <{sssom}mapping_justification> <{grounds}> .\n"
    )


def triples(source: Source) -> Sequence[Triple]:
    """The links of a thing as its own documents say them, each with its axiom, so that none passes for its producer's."""
    links = source.matches([source.thing]).get(source.thing, ())
    text = "".join(ntriples(source.site, link) for link in links)
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)] if text else []


# In the description of the release ---------------------------------------------------------------------------------------------


def titles(site: str, manifest: Mapping[str, Any], graph: str) -> tuple[str, str] | None:
    """The title, French and English, of a graph of links; None of another graph."""
    source = next((source for source in manifest.get("links", {}).get("sources", {}) if iris.links_graph(site, source) == graph), "")
    return (f"Liens vers l'extérieur, source : {source}", f"Links to things elsewhere, source: {source}") if source else None


def described(site: str, manifest: Mapping[str, Any]) -> list[Triple]:
    """VoID §5: the linksets of each source, a part of the dataset each, with the graph that holds them, by the manifest."""
    dataset, found = iris.void(site, "dataset"), list[Triple]()
    names = {line["space"]: line for line in resources.table("linksets.csv")}
    for source, told in manifest.get("links", {}).get("sources", {}).items():
        graph = iris.links_graph(site, source)
        for predicate, space, count in told["linksets"]:
            link = iris.void(site, f"links-{source}-{iris.key(iris.last_part(predicate))}-{iris.key(space or 'other')}")
            rows: list[tuple[str, NamedNode | Literal | int]] = [
                (_A, NamedNode(iris.VOID + "Linkset")),
                (iris.VOID + "linkPredicate", NamedNode(predicate)),
                (iris.VOID + "triples", count),
                (iris.VOID + "subjectsTarget", NamedNode(dataset)),
                (iris.PROV + "wasDerivedFrom", NamedNode(graph)),
                (iris.DCTERMS + "modified", Literal(told["date"], datatype=NamedNode(iris.XSD + "date"))),
            ]
            found += about(dataset, [(iris.VOID + "subset", NamedNode(link))])
            found += about(link, rows)
            found += _target(site, link, dataset, space, names.get(space, {}))
    return found


def _target(site: str, link: str, dataset: str, space: str, line: Mapping[str, str]) -> Iterable[Triple]:
    """The dataset that a linkset leads to: described as the linksets of notices describe it; ours for links between notices."""
    if space == f"{site}/":
        return about(link, [(iris.VOID + "objectsTarget", NamedNode(dataset))])
    if not space:
        return []
    target = iris.void(site, f"target-{iris.key(space)}")
    named = [(iris.DCTERMS + "title", Literal(line[lang], language=lang)) for lang in ("fr", "en") if line.get(lang)]
    homepage = [(iris.FOAF + "homepage", NamedNode(line["homepage"]))] if line.get("homepage") else []
    return [
        *about(link, [(iris.VOID + "objectsTarget", NamedNode(target))]),
        *about(target, [(_A, NamedNode(iris.VOID + "Dataset")), (iris.VOID + "uriSpace", space), *named, *homepage]),
    ]
