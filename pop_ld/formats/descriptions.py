"""The site's descriptions of itself as triples: its SPARQL service, its catalogue, the release, and each base as a dataset.

SPARQL 1.1 Service Description, DCAT 3 and VoID; the figures of VoID are in ``void``. Everything is of one release, so that the named
graph ``{site}/graph/void`` and the addresses /void and /sparql say the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris, resources
from pop_ld.bases import Base, load_bases
from pop_ld.config import Settings, allowed_services
from pop_ld.formats import link_graph, releases, void
from pop_ld.formats.rdf import about, read_turtle

_A = iris.RDF + "type"
_SD, _DCAT, _VOID = iris.SERVICE, iris.DCAT, iris.VOID
_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
LANGUAGES = tuple(f"http://publications.europa.eu/resource/authority/language/{code}" for code in ("FRA", "ENG"))
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")
GEO_FUNCTIONS = (
    *("area", "convexHull", "coordinateDimension", "difference", "dimension", "distance", "ehContains", "ehCoveredBy", "ehCovers"),
    *("ehDisjoint", "ehEquals", "ehInside", "ehMeet", "ehOverlap", "envelope", "getSRID", "intersection", "isEmpty", "isSimple"),
    *("asGeoJSON", "centroid", "length", "perimeter", "rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp"),
    *("rcc8tppi", "relate", "sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin"),
    *("spatialDimension", "symDifference", "union"),
)
"""Functions of GeoSPARQL 1.1 that the engine evaluates (tests/formats/test_descriptions.py calls each)."""
TEXT_SEARCH = ("search", "score")
"""Properties of ``pop:`` that the service answers from the search index."""


def fr_en(predicate: str, fr: str, en: str) -> list[tuple[str, Literal]]:
    return [(predicate, Literal(fr, language="fr")), (predicate, Literal(en, language="en"))]


def whole(site: str, manifest: dict[str, Any], counts: void.Counts, settings: Settings) -> list[Triple]:
    """All that the release says of itself, but the example queries: the content of ``/void`` and of the named graph."""
    return [
        *_document(site),
        *catalogue(site, manifest),
        *void.void(site, manifest, counts, resources.table("linksets.csv")),
        *link_graph.described(site, manifest),
        *service(site, manifest, counts, settings),
        *(triple for slug in manifest["bases"] for triple in dataset(site, load_bases()[slug], manifest, counts)),
    ]


def _document(site: str) -> list[Triple]:
    """VoID §6.1: the document and what it is about."""
    topics = [
        (iris.FOAF + "primaryTopic", NamedNode(iris.void(site, "dataset"))),
        (iris.FOAF + "topic", NamedNode(iris.void(site, "catalogue"))),
    ]
    titles = fr_en(iris.DCTERMS + "title", "Description des données et du service", "Description of the data and of the service")
    return about(iris.void(site), [(_A, NamedNode(_VOID + "DatasetDescription")), *titles, *topics])


# The service ---------------------------------------------------------------------------------------------------------------


def service(site: str, manifest: dict[str, Any], counts: void.Counts, settings: Settings) -> list[Triple]:
    """SPARQL 1.1 Service Description of ``{site}/sparql``: what it answers, from which graphs, within which limits.

    Of the features of §3.2.4 it has none, but BasicFederatedQuery where an operator allows some services: the default graph is no union,
    no IRI of a query is dereferenced.
    """
    endpoint = iris.sparql(site)
    formats = [(_SD + "resultFormat", NamedNode(iris.FORMATS + name)) for name in (*_RESULTS, *_GRAPHS)]
    functions = [iris.GEO_FUNCTION + name for name in GEO_FUNCTIONS]
    searches = [iris.ONTOLOGY + name for name in TEXT_SEARCH]
    return [
        *about(endpoint, [(_A, NamedNode(_SD + "Service")), (_SD + "endpoint", NamedNode(endpoint)), *formats]),
        *about(endpoint, [(_SD + "supportedLanguage", NamedNode(_SD + "SPARQL11Query"))]),
        *about(endpoint, [(_SD + "defaultEntailmentRegime", NamedNode("http://www.w3.org/ns/entailment/Simple"))]),
        *about(endpoint, [(_SD + "extensionFunction", NamedNode(name)) for name in functions]),
        *about(endpoint, [(_SD + "propertyFeature", NamedNode(name)) for name in searches]),
        *about(endpoint, [*_limits(settings), (iris.RDFS + "seeAlso", NamedNode(iris.void(site)))]),
        *(Triple(NamedNode(name), NamedNode(_A), NamedNode(_SD + "Function")) for name in functions),
        *(Triple(NamedNode(name), NamedNode(_A), NamedNode(_SD + "Feature")) for name in searches),
        *_graphs(site, manifest, counts),
    ]


def _limits(settings: Settings) -> list[tuple[str, NamedNode | Literal]]:
    """The budgets in words, and whether SERVICE reaches anything."""
    allowed = allowed_services(settings)
    federated = [(_SD + "feature", NamedNode(_SD + "BasicFederatedQuery"))] if allowed else []
    seconds, most, memory = f"{settings.deadline:g}", f"{settings.deadline_max:g}", settings.query_memory
    size, answer, services = settings.query_size, settings.result_size, ", ".join(allowed)
    words = fr_en(
        iris.RDFS + "comment",
        f"Une requête a {seconds} secondes, {most} au plus par le paramètre timeout, et {memory} Mio de mémoire ; son texte a "
        f"{size} octets au plus, sa réponse {answer} Mio. Une réponse n'est jamais tronquée en silence : la requête échoue avec son motif, "
        "ou la connexion est coupée. Les mises à jour sont refusées, "
        + (f"et SERVICE n'atteint que {services}." if allowed else "de même que SERVICE."),
        f"A query has {seconds} seconds, at most {most} by the parameter timeout, and {memory} MiB of memory; its text has at most {size} "
        f"bytes, its answer {answer} MiB. No answer is ever cut in silence: the query fails with its reason, or the connection is closed. "
        "Updates are refused, " + (f"and SERVICE reaches {services} alone." if allowed else "and so is SERVICE."),
    )
    return [*federated, *words]


def _graphs(site: str, manifest: dict[str, Any], counts: void.Counts) -> list[Triple]:
    """The default graph and each named graph with its size (§3.2.7 to §3.2.9); the first is of notices alone."""
    data, graph = iris.sparql(site, "dataset"), iris.sparql(site, "graph")
    titles = fr_en(iris.DCTERMS + "title", "Les notices et ce qu'elles partagent", "The notices and what they share")
    release = (iris.DCTERMS + "isPartOf", NamedNode(iris.release(site, manifest["name"])))
    found = [
        *about(iris.sparql(site), [(_SD + "defaultDataset", NamedNode(data))]),
        *about(data, [(_A, NamedNode(_SD + "Dataset")), (_SD + "defaultGraph", NamedNode(graph))]),
        *about(graph, [(_A, NamedNode(_SD + "Graph")), (_VOID + "triples", counts.triples), *titles, release]),
    ]
    for name, triples in counts.graphs.items():
        named = iris.sparql(site, f"graph-{iris.key(name.removeprefix(f'{site}/graph/'))}")
        found += about(data, [(_SD + "namedGraph", NamedNode(named))])
        found += about(named, [(_A, NamedNode(_SD + "NamedGraph")), (_SD + "name", NamedNode(name)), (_SD + "graph", NamedNode(name))])
        found += about(name, [(_A, NamedNode(_SD + "Graph")), (_VOID + "triples", triples), *_graph_titles(site, manifest, name), release])
    return found


def _graph_titles(site: str, manifest: dict[str, Any], name: str) -> list[tuple[str, Literal]]:
    known = {
        iris.quality_graph(site): ("Mesures de la qualité des notices", "Measurements of the quality of notices"),
        iris.void_graph(site): ("Description des données et du service", "Description of the data and of the service"),
        iris.examples_graph(site): ("Exemples de requêtes", "Example queries"),
    }
    last = iris.last_part(name)
    thesaurus = (f"Thésaurus {last}", f"Thesaurus {last}") if name == iris.thesaurus_graph(site, last) else ("", "")
    fr, en = known.get(name) or link_graph.titles(site, manifest, name) or thesaurus
    return fr_en(iris.DCTERMS + "title", fr, en) if fr else []


# The catalogue and its datasets --------------------------------------------------------------------------------------------


def catalogue(site: str, manifest: dict[str, Any]) -> list[Triple]:
    """DCAT 3: the catalogue, the whole dataset with its version, the way to get it, the service (§6.3 to §6.9)."""
    home, everything, way = (iris.void(site, part) for part in ("catalogue", "dataset", "distribution-sparql"))
    endpoint, bases = iris.sparql(site), [NamedNode(iris.dataset(site, slug)) for slug in manifest["bases"]]
    titles = fr_en(iris.DCTERMS + "title", "Données liées de POP", "POP linked data")
    said = fr_en(
        iris.DCTERMS + "description",
        "Les bases patrimoniales de la Plateforme ouverte du patrimoine en RDF : jeux de données, versions et service SPARQL.",
        "The heritage databases of the Plateforme ouverte du patrimoine as RDF: datasets, releases and SPARQL service.",
    )
    page, current = NamedNode(f"{site}/"), NamedNode(iris.release(site, manifest["name"]))
    return [
        *about(home, [(_A, NamedNode(_DCAT + "Catalog")), *titles, *said, *common(site, manifest)]),
        *about(home, [(iris.FOAF + "homepage", page), (_DCAT + "service", NamedNode(endpoint))]),
        *about(home, [(_DCAT + "dataset", iri) for iri in (NamedNode(everything), current, *bases)]),
        *about(page.value, [(_A, NamedNode(iris.FOAF + "Document"))]),
        *about(_PROTOCOL, [(_A, NamedNode(iris.DCTERMS + "Standard")), (iris.DCTERMS + "title", "SPARQL 1.1 Protocol")]),
        *(triple for language in LANGUAGES for triple in about(language, [(_A, NamedNode(iris.DCTERMS + "LinguisticSystem"))])),
        *all_data(site, manifest),
        *about(everything, [(_DCAT + "hasCurrentVersion", current)]),
        *releases.release(site, manifest),
        *about(current.value, common(site, manifest)),
        *about(everything, [(_DCAT + "distribution", NamedNode(way)), *((_VOID + "subset", iri) for iri in bases)]),
        *about(way, [(_A, NamedNode(_DCAT + "Distribution")), (_DCAT + "accessURL", NamedNode(endpoint))]),
        *about(way, [(_DCAT + "accessService", NamedNode(endpoint)), *fr_en(iris.DCTERMS + "title", "Par SPARQL", "By SPARQL")]),
        *about(endpoint, [(_A, NamedNode(_DCAT + "DataService")), (_DCAT + "endpointURL", NamedNode(endpoint))]),
        *about(endpoint, [(_DCAT + "endpointDescription", NamedNode(endpoint)), (_DCAT + "servesDataset", NamedNode(everything))]),
        *about(endpoint, [(iris.DCTERMS + "conformsTo", NamedNode(_PROTOCOL))]),
        *about(endpoint, fr_en(iris.DCTERMS + "title", "Service SPARQL de POP", "SPARQL service of POP")),
    ]


def common(site: str, manifest: dict[str, Any]) -> list[tuple[str, NamedNode | Literal]]:
    """Dates, languages and publisher, as the catalogue and every dataset have them."""
    when = Literal(manifest["created"], datatype=NamedNode(iris.XSD + "dateTime"))
    return [
        (iris.DCTERMS + "modified", when),
        *((iris.DCTERMS + "language", NamedNode(language)) for language in LANGUAGES),
        (iris.DCTERMS + "publisher", NamedNode(iris.void(site, "publisher"))),
    ]


def all_data(site: str, manifest: dict[str, Any]) -> list[Triple]:
    """The dataset whatever its release. Rights are each notice's own: none is granted for all."""
    everything = iris.void(site, "dataset")
    kinds = [(_A, NamedNode(_VOID + "Dataset")), (_A, NamedNode(_DCAT + "Dataset"))]
    count, bases = f"{manifest['notices']:,}", len(manifest["bases"])
    return [
        *about(everything, [*kinds, (iris.DCTERMS + "identifier", everything), *common(site, manifest)]),
        *about(everything, fr_en(iris.DCTERMS + "title", "POP : les notices en RDF", "POP: the notices as RDF")),
        *about(
            everything,
            fr_en(
                iris.DCTERMS + "description",
                count.replace(",", "\u202f") + f" notices du patrimoine, de {bases} bases de POP, en CIDOC-CRM.",
                f"{count} heritage notices of {bases} databases of POP, as CIDOC-CRM.",
            ),
        ),
        *about(
            everything,
            fr_en(
                iris.DCTERMS + "rights",
                "Chaque notice dit les droits de ses données et de son image (edm:rights) ; aucune licence n'est donnée pour l'ensemble.",
                "Each notice states the rights of its data and of its image (edm:rights); no licence is given for the whole.",
            ),
        ),
        *about(everything, [(_DCAT + "landingPage", NamedNode(f"{site}/")), (_DCAT + "version", manifest["name"])]),
        *about(iris.void(site, "publisher"), [(_A, NamedNode(iris.FOAF + kind)) for kind in ("Agent", "Organization")]),
        *about(iris.void(site, "publisher"), fr_en(iris.FOAF + "name", "Ministère de la Culture", "French Ministry of Culture")),
    ]


def dataset(site: str, base: Base, manifest: dict[str, Any], counts: void.Counts | None = None) -> list[Triple]:
    """A base as a dataset: its name in French and English, how many notices it has, what is said of them, and where to query it."""
    iri, cls = iris.dataset(site, base.slug), iris.ONTOLOGY + base.cls
    names = fr_en(iris.DCTERMS + "title", base.name["fr"], base.name["en"])
    names += fr_en(iris.DCTERMS + "description", base.description["fr"], base.description["en"])
    examples = [(_VOID + "exampleResource", NamedNode(e["iri"])) for e in manifest["examples"] if e["base"] == base.slug]
    found = [
        *about(iri, [(_A, NamedNode(_VOID + "Dataset")), (_A, NamedNode(_DCAT + "Dataset")), *names, *common(site, manifest)]),
        *about(iri, [(_VOID + "entities", int(manifest["bases"].get(base.slug, 0))), (iris.DCTERMS + "identifier", iri)]),
        *about(iri, [(_VOID + "sparqlEndpoint", NamedNode(iris.sparql(site))), (_VOID + "uriSpace", f"{site}/id/{base.slug}/")]),
        *about(iri, [*examples, (iris.DCTERMS + "isPartOf", NamedNode(iris.release(site, manifest["name"])))]),
    ]
    if counts and cls in counts.classes:
        found += about(iri, [(_VOID + "classPartition", NamedNode(iris.void(site, f"class-{void.short(cls)}")))])
    return found


# The example queries -------------------------------------------------------------------------------------------------------


def examples(site: str) -> Sequence[Triple]:
    """The triples of ontologies/examples/, whose queries ask ``site``: the content of the named graph of examples."""
    files = sorted((resources.folder("ontologies") / "examples").glob("*.ttl"))
    return [_at(site, triple) for file in files for triple in read_turtle(file)]


_OF_THE_SITE = re.compile(re.escape(iris.DEFAULT_SITE) + r"(?=/(?:id|doc|dataset|graph|sparql)\b)")


def _at(site: str, triple: Triple) -> Triple:
    """The triple with the addresses of the default site made those of ``site``; the ontology's namespace never moves."""
    value = triple.object
    if site == iris.DEFAULT_SITE or not isinstance(value, NamedNode | Literal):
        return triple
    text = _OF_THE_SITE.sub(lambda _: site, value.value)
    if isinstance(value, NamedNode):
        return Triple(triple.subject, triple.predicate, NamedNode(text))
    moved = Literal(text, language=value.language) if value.language else Literal(text, datatype=value.datatype)
    return Triple(triple.subject, triple.predicate, moved)
