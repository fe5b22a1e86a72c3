"""A release knows itself: its counts equal those of a reader who counts, its description is in its store, and follows every change."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib

from pop_ld import iris, pipeline, resources, store
from pop_ld import manifest as manifests
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.store import statistics
from pop_ld.store.statistics import PropertyCount, Statistics

SETTINGS = Settings()
SITE = SETTINGS.site
SAMPLES = [sample for base in load_bases().values() for sample in base.samples]
DATASET = iris.void(SITE, "dataset")
PREFIXES = f"PREFIX void: <{iris.VOID}> PREFIX sd: <{iris.SERVICE}> PREFIX dcat: <{iris.DCAT}> PREFIX dcterms: <{iris.DCTERMS}>\n"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[store.Release]:
    """Releases of one folder, one after the other: all samples, a notice replaced and one added, notices of three bases removed,
    the same files again."""
    data, files = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("files")
    settings = dataclasses.replace(SETTINGS, keep_releases=9)
    more = files / "more.jsonl"
    lines = [{"REF": "MNR09901", "TITR": "Essai"}, {"REF": "MNR09991", "TITR": "Essai neuf", "DENO": "tableau"}]
    more.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    made = [pipeline.load(SAMPLES, data, settings, quiet=True)[1]]
    refs = {e["base"]: iris.unkey(e["iri"].rpartition("/")[2]) for e in made[0].manifest["examples"]}
    made.append(pipeline.load([more], data, settings, base="mnr", quiet=True)[1])
    made += [pipeline.remove(base, [refs[base]], data, settings, quiet=True) for base in ("museo", "merimee", "autor")]
    made.append(pipeline.load(SAMPLES, data, settings, quiet=True)[1])
    return made


def opened(release: store.Release) -> pyoxigraph.Store:
    return pyoxigraph.Store.read_only(str(release.path / "store"))


def rows(store: pyoxigraph.Store, query: str) -> list[list[str]]:
    solutions = store.query(PREFIXES + query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    return [[term.value if term is not None else "" for term in row] for row in solutions]


def by_sparql(found: pyoxigraph.Store) -> dict[str, Any]:
    """Each count by the plainest query that says it."""

    def number(query: str) -> int:
        return int(rows(found, query)[0][0])

    names = [name for (name,) in rows(found, "SELECT DISTINCT ?p { ?s ?p ?o }")]
    pairs = rows(found, "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p")
    return {
        "triples": number("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        "subjects": number("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        "objects": number("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        "classes": {c: int(n) for c, n in rows(found, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")},
        "properties": {
            name: PropertyCount(
                number(f"SELECT (COUNT(*) AS ?n) {{ ?s <{name}> ?o }}"),
                number(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s <{name}> ?o }}"),
                number(f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ ?s <{name}> ?o }}"),
            )
            for name in names
        },
        "partitions": {c: {p: int(n) for d, p, n in pairs if d == c} for c in {c for c, _, _ in pairs}},
        "graphs": {g: int(n) for g, n in rows(found, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")},
        "links": by_reading(found),
    }


def by_reading(found: pyoxigraph.Store) -> dict[str, dict[str, int]]:
    links, counts = manifests.links(), dict[str, dict[str, int]]()
    for quad in found.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph()):
        space = links.space(quad.object)
        if space and not quad.predicate.value.startswith(tuple(links.without)):
            by_space = counts.setdefault(quad.predicate.value, {})
            by_space[space] = by_space.get(space, 0) + 1
    return counts


def counted(release: store.Release) -> Statistics:
    found = statistics.load(release.path)
    assert found is not None
    return found


@pytest.mark.parametrize("number", range(6))
def test_every_count_is_what_a_query_counts(steps: list[store.Release], number: int) -> None:
    release = steps[number]
    found, expected = counted(release), by_sparql(opened(release))
    for name, value in expected.items():
        assert getattr(found, name) == value, name
    assert found.triples == release.manifest["triples"], "the manifest counts the default graph"
    assert found.links and found.partitions and len(found.properties) > 100


def test_the_releases_differ(steps: list[store.Release]) -> None:
    sizes = [counted(release).triples for release in steps]
    assert len({*sizes}) >= 5, sizes


def test_a_small_publication_counts_what_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps({"REF": "MNR09991", "TITR": "Essai"}) + "\n", encoding="utf-8")
    pipeline.load([*load_bases()["mnr"].samples], tmp_path / "data", SETTINGS, quiet=True)

    def refuse(*_: object) -> None:
        raise AssertionError("all was counted anew")

    monkeypatch.setattr("pop_ld.store.snapshots.count", refuse)
    pipeline.load([more], tmp_path / "data", SETTINGS, base="mnr", quiet=True)
    release = pipeline.remove("mnr", ["MNR09991"], tmp_path / "data", SETTINGS, quiet=True)
    assert counted(release).properties == by_sparql(opened(release))["properties"]


# In the store


def test_the_description_is_in_the_store_and_is_replaced(steps: list[store.Release]) -> None:
    for release in steps:
        found, graph = opened(release), iris.void_graph(SITE)
        about = f"<{DATASET}> void:triples ?n ; dcat:version ?name"
        assert rows(found, f"SELECT ?n ?name {{ GRAPH <{graph}> {{ {about} }} }}") == [[str(release.manifest["triples"]), release.name]]
        ((size,),) = rows(found, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        assert counted(release).graphs[graph] == int(size), "it says its own size"


def test_the_example_queries_are_in_the_store_and_are_replaced(steps: list[store.Release]) -> None:
    files = (resources.folder("ontologies") / "examples").glob("*.ttl")
    written = {q.triple for file in files for q in pyoxigraph.parse(path=str(file), format=pyoxigraph.RdfFormat.TURTLE)}
    for release in steps:
        graph = pyoxigraph.NamedNode(iris.examples_graph(SITE))
        assert {quad.triple for quad in opened(release).quads_for_pattern(None, None, None, graph)} == written


def test_the_default_graph_holds_notices_alone(steps: list[store.Release]) -> None:
    found = opened(steps[-1])
    assert rows(found, "SELECT ?s { { ?s a void:Dataset } UNION { ?s a sd:Service } UNION { ?s a dcat:Catalog } }") == []


# As rdflib reads it


@pytest.fixture(scope="module")
def document(steps: list[store.Release]) -> rdflib.Graph:
    return rdflib.Graph().parse(steps[-1].path / "void.ttl", format="turtle")


def asked(graph: rdflib.Graph, query: str) -> list[tuple[str, ...]]:
    return [tuple(str(term) for term in row) for row in graph.query(PREFIXES + query)]  # type: ignore[union-attr]


def test_the_file_and_the_graph_say_the_same(steps: list[store.Release], document: rdflib.Graph) -> None:
    graph = pyoxigraph.NamedNode(iris.void_graph(SITE))
    held = {(q.subject.value, q.predicate.value) for q in opened(steps[-1]).quads_for_pattern(None, None, None, graph)}  # type: ignore[union-attr]
    assert held == {(str(s), str(p)) for s, p, _ in document} and len(document) > 1_000


def test_void_has_every_partition(steps: list[store.Release], document: rdflib.Graph) -> None:
    expected = counted(steps[-1])
    query = f"SELECT ?p ?t ?s ?o {{ <{DATASET}> void:propertyPartition ?x . ?x void:property ?p ; void:triples ?t ; "
    properties = asked(document, query + "void:distinctSubjects ?s ; void:distinctObjects ?o }")
    assert {p: PropertyCount(int(t), int(s), int(o)) for p, t, s, o in properties} == expected.properties
    classes = asked(document, f"SELECT ?c ?n {{ <{DATASET}> void:classPartition ?x . ?x void:class ?c ; void:entities ?n }}")
    assert {c: int(n) for c, n in classes} == expected.classes
    inner = asked(document, "SELECT ?c ?p ?n { ?x void:class ?c ; void:propertyPartition ?y . ?y void:property ?p ; void:triples ?n }")
    assert {(c, p, int(n)) for c, p, n in inner} == {(c, p, n) for c, by in expected.partitions.items() for p, n in by.items()}


def test_void_has_every_linkset(steps: list[store.Release], document: rdflib.Graph) -> None:
    query = """SELECT ?p ?space ?n { ?x a void:Linkset ; void:linkPredicate ?p ; void:triples ?n ; void:subjectsTarget ?ours ;
        void:objectsTarget ?theirs . ?theirs a void:Dataset ; void:uriSpace ?space ; dcterms:title ?title . ?ours void:subset ?x
        FILTER(LANG(?title) = "fr") }"""
    links = counted(steps[-1]).links
    assert {(p, space, int(n)) for p, space, n in asked(document, query)} == {(p, s, n) for p, by in links.items() for s, n in by.items()}


def test_the_service_names_every_graph_with_its_size(steps: list[store.Release], document: rdflib.Graph) -> None:
    query = f"""SELECT ?name ?n ?title {{ <{iris.sparql(SITE)}> a sd:Service ; sd:endpoint <{iris.sparql(SITE)}> ;
        sd:defaultDataset ?data . ?data a sd:Dataset ; sd:namedGraph ?g . ?g a sd:NamedGraph ; sd:name ?name ; sd:graph ?graph .
        ?graph a sd:Graph ; void:triples ?n ; dcterms:title ?title FILTER(LANG(?title) = "en") }}"""
    found = {name: int(n) for name, n, _ in asked(document, query)}
    assert found == counted(steps[-1]).graphs
    assert {iris.quality_graph(SITE), iris.void_graph(SITE), iris.examples_graph(SITE)} <= found.keys()
    ((size,),) = asked(document, "SELECT ?n { ?data sd:defaultGraph ?g . ?g a sd:Graph ; void:triples ?n }")
    assert int(size) == counted(steps[-1]).triples


def test_the_catalogue_leads_to_the_service(document: rdflib.Graph) -> None:
    query = """SELECT ?identifier ?endpoint { ?c a dcat:Catalog ; dcat:dataset ?d ; dcat:service ?s ; dcterms:publisher ?who .
        ?d a dcat:Dataset ; dcterms:identifier ?identifier ; dcat:distribution ?way . ?way a dcat:Distribution ; dcat:accessService ?s ;
        dcat:accessURL ?url . ?s a dcat:DataService ; dcat:endpointURL ?endpoint ; dcat:servesDataset ?d }"""
    assert asked(document, query) == [(DATASET, iris.sparql(SITE))]


def test_bases_have_their_own_counts(steps: list[store.Release], document: rdflib.Graph) -> None:
    query = """SELECT ?base ?n ?instances { ?whole void:subset ?base . ?base a dcat:Dataset ; void:entities ?n ;
        void:classPartition ?part . ?part void:entities ?instances }"""
    found = asked(document, query)
    assert {base: int(n) for base, n, _ in found} == {iris.dataset(SITE, s): n for s, n in steps[-1].manifest["bases"].items()}
    assert {int(n) for _, n, _ in found} == {int(n) for _, _, n in found}, "each base has a class of its own"


def test_links_of_the_samples_all_lead_to_a_dataset_that_is_listed(steps: list[store.Release]) -> None:
    """Whoever maps a field to another authority's IRIs is led to linksets.csv. Made-up addresses of the samples are left out."""
    links, own = manifests.links(), (SITE, iris.CRM, "http://www.cidoc-crm.org/")
    for quad in opened(steps[-1]).quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph()):
        value = quad.object
        if isinstance(value, pyoxigraph.NamedNode) and links.counts(quad.predicate.value) and not value.value.startswith(own):
            assert links.space(value) or ".example/" in value.value, f"{quad.predicate.value} leads to {value.value}"


def test_the_list_of_datasets_is_whole() -> None:
    lines = resources.table("linksets.csv")
    assert all(line["fr"] and line["en"] and line["homepage"].startswith("http") for line in lines)
    assert (
        len({line["space"] for line in lines}) == len(lines) == len({line["fr"] for line in lines}) == len({line["en"] for line in lines})
    )
