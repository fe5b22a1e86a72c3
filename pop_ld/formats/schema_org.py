"""A notice's triples in, schema.org JSON-LD out: what search engines read in the page."""

from __future__ import annotations

from typing import Any

from pop_ld import iris
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import Naming, path_parts
from pop_ld.formats.page import image_urls, title_of
from pop_ld.formats.words import followable, plain

_TYPES = {
    "joconde": "VisualArtwork",
    "mnr": "VisualArtwork",
    "palissy": "VisualArtwork",
    "enluminures": "VisualArtwork",
    "memoire": "Photograph",
    "merimee": "LandmarksOrHistoricalBuildings",
    "museo": "Museum",
    "autor": "Person",
    "agent": "Thing",
    "lieu": "Place",
    "concept": "DefinedTerm",
}
_WORKS = ("VisualArtwork", "Photograph", "CreativeWork")
_PLACES = ("LandmarksOrHistoricalBuildings", "Museum", "Place")
_OF_WORKS = (("creator", "creator"), ("material", "medium"), ("about", "subject"), ("temporalCoverage", "temporal"))


def jsonld(thing: str, graph: Graph, naming: Naming) -> dict[str, Any]:
    """schema.org properties that fit the thing's type: those of works only on works, ``geo`` only on places."""
    parts = path_parts(naming.site, thing)
    kind = _TYPES.get(parts[0] if parts else "", "CreativeWork")
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": thing,
        "name": plain(title_of(thing, graph, naming.lang)),
        "identifier": graph.text(thing, iris.DCTERMS + "identifier"),
        "url": iris.thing_to_document(naming.site, thing),
        "image": image_urls(thing, graph),
        "sameAs": [url for url in graph.iris(thing, iris.FOAF + "page") if followable(url)],
    }
    if kind in _WORKS:
        made |= _work(thing, graph, naming)
    if kind in _PLACES:
        made |= _place(thing, graph, naming)
    return {key: value for key, value in made.items() if value}


def _work(thing: str, graph: Graph, naming: Naming) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, term in _OF_WORKS:
        found = graph.iris(thing, iris.DCTERMS + term)
        if name == "temporalCoverage":
            made[name] = [plain(naming.text(iri)) for iri in found]
        else:
            made[name] = [{"@id": iri, "name": plain(naming.text(iri))} for iri in found]
    made["material"] = [value["name"] for value in made["material"]]
    made["dateCreated"] = graph.text(thing, iris.DCTERMS + "created")
    made["contentLocation"] = _named_places(thing, graph, naming)
    document = next(iter(graph.subjects_of(iris.FOAF + "primaryTopic", thing)), "")
    made["sdDatePublished"] = graph.text(document, iris.DCTERMS + "modified")
    made["sdLicense"] = next(iter(graph.iris(document, iris.EDM + "rights")), "")
    return made


def _place(thing: str, graph: Graph, naming: Naming) -> dict[str, Any]:
    made: dict[str, Any] = {"containedInPlace": _named_places(thing, graph, naming)}
    lat, long = graph.text(thing, iris.WGS84 + "lat"), graph.text(thing, iris.WGS84 + "long")
    if lat and long:
        made["geo"] = {"@type": "GeoCoordinates", "latitude": lat, "longitude": long}
    return made


def _named_places(thing: str, graph: Graph, naming: Naming) -> list[dict[str, str]]:
    return [{"@type": "Place", "@id": iri, "name": plain(naming.text(iri))} for iri in graph.iris(thing, iris.DCTERMS + "spatial")]
