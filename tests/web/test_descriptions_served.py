"""/void, /.well-known/void and the description of the SPARQL service, as programs and people ask for them."""

import re

import rdflib
from rdflib.namespace import RDF

from pop_ld import iris, store
from pop_ld.formats import FORMATS, HTML
from pop_ld.store import statistics
from tests.web.conftest import Running

SD = rdflib.Namespace(iris.SERVICE)
VOID = rdflib.Namespace(iris.VOID)
_READ = {"ttl": "turtle", "jsonld": "json-ld", "json": "json-ld", "nt": "nt", "rdf": "xml", "trig": "turtle"}
"""TriG of the default graph alone, its prefixes and triples, is Turtle."""


def test_every_format_of_the_description_says_the_same(running: Running) -> None:
    graphs = []
    for format in FORMATS:
        if format is not HTML:
            by_suffix, by_type = running.get(f"/void.{format.suffix}", "*/*"), running.get("/void", format.media_type)
            assert by_suffix.status_code == by_type.status_code == 200 and by_suffix.content == by_type.content
            assert by_type.headers["content-type"].startswith(format.media_type)
            graphs.append(rdflib.Graph().parse(data=by_type.content, format=_READ[format.name]))
    release = store.current(running.data)
    for graph in graphs:
        assert {(s, p) for s, p, _ in graph} == {(s, p) for s, p, _ in graphs[0]} and len(graph) == len(graphs[0])
        dataset = rdflib.URIRef(iris.void(running.site, "dataset"))
        assert graph.value(dataset, VOID.triples).toPython() == release.manifest["triples"]  # type: ignore[union-attr]


def test_what_is_served_is_what_the_store_holds(running: Running) -> None:
    query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{iris.void_graph(running.site)}> {{ ?s ?p ?o }} }}"
    answer = running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    served = rdflib.Graph().parse(data=running.get("/void.nt").content, format="nt")
    dumps = [triple for triple in served if triple[1] == rdflib.VOID.dataDump and "/dataset/" in triple[2]]  # made after the release
    assert answer.text.split() == ["n", str(len(served) - len(dumps))]


def test_the_example_queries_can_be_asked_for(running: Running) -> None:
    query = f"""PREFIX sh: <{iris.SHACL}> PREFIX dcterms: <{iris.DCTERMS}>
        SELECT ?title {{ GRAPH <{iris.examples_graph(running.site)}> {{ ?q a sh:SPARQLExecutable ; sh:select ?text ; dcterms:title ?title
        FILTER(LANG(?title) = "fr" && CONTAINS(?text, "pop:")) }} }}"""
    answer = running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200 and len(answer.text.splitlines()) > 40


def test_the_well_known_address_leads_to_it(running: Running) -> None:
    moved = running.get("/.well-known/void", "text/turtle")
    assert (moved.status_code, moved.headers["location"]) == (302, "/void")
    assert running.get(moved.headers["location"], "text/turtle").status_code == 200
    assert running.client.head(running.root + "/.well-known/void").status_code == 302


def test_it_has_a_strong_tag(running: Running) -> None:
    first = running.get("/void", "text/turtle")
    again = running.get("/void", "text/turtle", **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and not first.headers["etag"].startswith("W/")
    assert running.get("/void", "application/n-triples").headers["etag"] != first.headers["etag"]


def test_an_unknown_format_is_not_found(running: Running) -> None:
    assert running.get("/void.xlsx", "*/*").status_code == 404
    assert running.get("/void", "image/png").status_code == 406


def test_the_page_shows_the_figures_in_both_languages(running: Running) -> None:
    counts = statistics.load(store.current(running.data).path)
    assert counts
    french, english = running.get("/void?lang=fr").text, running.get("/void?lang=en").text
    assert "Les données en chiffres" in french and "The data in figures" in english
    for text in (french, english):
        for cell in ("crm:E22_Human-Made_Object", "rdfs:label", "skos:exactMatch", "ISNI", iris.quality_graph(running.site)):
            assert cell in text, cell
        assert len(re.findall("<tr[ >]", text)) == 4 + 1 + len(counts.graphs) + len(counts.classes) + len(counts.properties) + sum(
            map(len, counts.links.values())
        )


def test_a_program_gets_the_description_of_the_service(running: Running) -> None:
    """The three tests of the W3C's suite of service descriptions: it is RDF, it names the endpoint, it fits the schema."""
    for format in FORMATS:
        if format is HTML:
            continue
        answer = running.get("/sparql", format.media_type)
        graph = rdflib.Graph().parse(data=answer.content, format=_READ[format.name])
        (service,) = graph.subjects(RDF.type, SD.Service)
        assert list(graph.objects(service, SD.endpoint)) == [rdflib.URIRef(iris.sparql(running.site))]
        assert (rdflib.URIRef(iris.VOID + "triples")) in set(graph.predicates())
        _fits_the_schema(graph)


_RANGES = {
    "defaultDataset": "Dataset",
    "defaultGraph": "Graph",
    "namedGraph": "NamedGraph",
    "graph": "Graph",
    "extensionFunction": "Function",
    "propertyFeature": "Feature",
}
_DOMAINS = {
    "endpoint": "Service",
    "resultFormat": "Service",
    "supportedLanguage": "Service",
    "defaultGraph": "Dataset",
    "name": "NamedGraph",
}
_KNOWN = {*_RANGES, *_DOMAINS, "feature", "defaultEntailmentRegime"}


def _fits_the_schema(graph: rdflib.Graph) -> None:
    """SPARQL 1.1 Service Description §3.4: terms that exist, of the domain and range that they have."""
    for subject, predicate, value in graph:
        if not str(predicate).startswith(iris.SERVICE):
            continue
        name = str(predicate).removeprefix(iris.SERVICE)
        assert name in _KNOWN
        if name in _RANGES:
            assert (value, RDF.type, SD[_RANGES[name]]) in graph, (name, value)
        if name in _DOMAINS:
            assert (subject, RDF.type, SD[_DOMAINS[name]]) in graph, (name, subject)
        assert isinstance(value, rdflib.URIRef), "no literal stands where the schema wants a resource"
