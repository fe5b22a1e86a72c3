"""What the site says of itself is true: the functions that it names are evaluated, and its IRIs follow the site."""

import dataclasses
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Triple
from rdflib import RDF, Graph, Namespace

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.formats import BY_SUFFIX, descriptions, void
from pop_ld.formats.rdf import rdf
from pop_ld.store.statistics import PropertyCount, Statistics

SITE = "https://example.org/pop"
MANIFEST: dict[str, Any] = {
    "name": "2026-11-24.02",
    "created": "2026-11-24T10:00:00Z",
    "bases": {"mnr": 12_345},
    "notices": 12_345,
    "triples": 99,
    "examples": [{"base": "mnr", "iri": f"{SITE}/id/mnr/R1", "label": "x", "image": ""}],
    "previous": {"name": "2026-11-24.01", "created": "2026-11-23T10:00:00Z", "notices": 3, "triples": 33},
}
COUNTS = Statistics(
    99, 9, 8, {"urn:x/C": 2}, {"urn:x/p": PropertyCount(5, 4, 3), "x:p": PropertyCount(1, 1, 1)}, {"urn:x/C": {"urn:x/p": 5}}, {"urn:g": 1}
)
GEO = "http://www.opengis.net/ont/geosparql#"
POINT, INSIDE = f'"POINT(2 48)"^^<{GEO}wktLiteral>', f'"POINT(3 48)"^^<{GEO}wktLiteral>'
SQUARE, OTHER = (f'"POLYGON(({n} 0, {n + 10} 0, {n + 10} 60, {n} 60, {n} 0))"^^<{GEO}wktLiteral>' for n in (0, 5))
METRE = "<http://www.opengis.net/def/uom/OGC/1.0/metre>"
SQUARE_METRE = "<http://www.opengis.net/def/uom/OGC/1.0/square_metre>"
MATRIX = '"T*****FF*"'
ARGUMENTS = [(SQUARE,), (SQUARE, OTHER), (POINT, INSIDE, METRE), (SQUARE, METRE), (SQUARE, OTHER, MATRIX), (SQUARE, SQUARE_METRE)]


def values(triples: list[Triple], subject: str, predicate: str) -> set[str]:
    return {str(t.object.value) for t in triples if t.subject == NamedNode(subject) and t.predicate == NamedNode(predicate)}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", descriptions.GEO_FUNCTIONS)
def test_the_engine_evaluates_each_function_that_is_named(name: str) -> None:
    found = []
    for arguments in ARGUMENTS:
        solutions = Store().query(f"SELECT (<{iris.GEO_FUNCTION}{name}>({', '.join(arguments)}) AS ?x) {{}}")
        assert isinstance(solutions, QuerySolutions)
        found += [row["x"] for row in solutions if row["x"] is not None]
    assert found, "it is never bound"


def test_a_function_that_the_engine_lacks_is_not_named() -> None:
    for name in ("buffer", "asWKT", "boundary"):
        assert name not in descriptions.GEO_FUNCTIONS
        with pytest.raises(RuntimeError, match="custom function"):
            list(Store().query(f"SELECT (<{iris.GEO_FUNCTION}{name}>({SQUARE}) AS ?x) {{}}"))  # type: ignore[arg-type]


def test_federation_is_a_feature_only_where_it_is_allowed() -> None:
    def features(settings: Settings) -> set[str]:
        return values(descriptions.service(SITE, MANIFEST, COUNTS, settings), iris.sparql(SITE), iris.SERVICE + "feature")

    assert features(Settings()) == set()
    allowed = dataclasses.replace(Settings(), service_allow="https://query.example/sparql")
    assert features(allowed) == {iris.SERVICE + "BasicFederatedQuery"}
    words = values(descriptions.service(SITE, MANIFEST, COUNTS, allowed), iris.sparql(SITE), iris.RDFS + "comment")
    assert len(words) == 2 and all("https://query.example/sparql" in text for text in words)


def test_the_budgets_are_said_in_both_languages() -> None:
    settings = dataclasses.replace(Settings(), deadline=7.0, deadline_max=11.0, query_memory=123, query_size=4567, result_size=89)
    triples = descriptions.service(SITE, MANIFEST, COUNTS, settings)
    texts = [t.object for t in triples if t.predicate.value == iris.RDFS + "comment"]
    assert {text.language for text in texts if isinstance(text, Literal)} == {"fr", "en"}
    for text in texts:
        assert isinstance(text, Literal) and all(number in text.value for number in ("7 ", "11 ", "123 ", "4567 ", "89 "))


def test_every_iri_of_the_description_is_of_its_site() -> None:
    triples = descriptions.whole(SITE, MANIFEST, COUNTS, Settings())
    for triple in triples:
        for term in (triple.subject, triple.object):
            text = term.value if isinstance(term, NamedNode | Literal) else ""
            assert iris.DEFAULT_SITE not in text or text.startswith(iris.ONTOLOGY), triple


def test_the_version_before_is_named_with_its_size() -> None:
    triples = descriptions.whole(SITE, MANIFEST, COUNTS, Settings())
    now, before = iris.release(SITE, "2026-11-24.02"), iris.release(SITE, "2026-11-24.01")
    assert values(triples, now, iris.DCAT + "previousVersion") == {before}
    assert values(triples, now, iris.VOID + "triples") == {"99"} and values(triples, before, iris.VOID + "triples") == {"33"}
    first = descriptions.whole(SITE, {**MANIFEST, "previous": {}}, COUNTS, Settings())
    assert values(first, now, iris.DCAT + "previousVersion") == set()


def test_no_licence_is_claimed_for_the_whole() -> None:
    triples = descriptions.whole(SITE, MANIFEST, COUNTS, Settings())
    assert not [t for t in triples if t.predicate.value == iris.DCTERMS + "license"]
    assert len(values(triples, iris.void(SITE, "dataset"), iris.DCTERMS + "rights")) == 2


def test_a_release_without_counts_claims_none() -> None:
    triples = descriptions.whole(SITE, MANIFEST, Statistics(99, 0, 0), Settings())
    dataset = iris.void(SITE, "dataset")
    assert values(triples, dataset, iris.VOID + "triples") == {"99"}
    assert values(triples, dataset, iris.VOID + "distinctSubjects") == set() == values(triples, dataset, iris.VOID + "properties")


def test_parts_have_names_that_differ() -> None:
    """``crm-P1`` is no other class's name, whatever is in the local name."""
    names = [
        iris.CRM + "E22_X",
        iris.CRM + "E22-X",
        "urn:crm-E22_X",
        "urn:a:b",
        "urn:a-b",
        iris.CRM,
        iris.ONTOLOGY + "é",
        iris.SCHEMA + "a/b",
    ]
    assert len({void.short(name) for name in names}) == len(names)
    for name in names:
        NamedNode(iris.void(SITE, f"class-{void.short(name)}"))
    assert void.prefixed(iris.CRM + "E22_X") == "crm:E22_X" and void.prefixed("urn:a:b") == "urn:a:b"


def test_the_queries_ask_the_site_that_they_are_published_on() -> None:
    default, moved = descriptions.examples(iris.DEFAULT_SITE), descriptions.examples(SITE)
    assert len(default) == len(moved) > 400
    targets = {t.object.value for t in moved if t.predicate.value == iris.SCHEMA + "target" and isinstance(t.object, NamedNode)}
    assert targets == {iris.sparql(SITE)}
    queries = [t.object.value for t in moved if t.predicate.value.startswith(iris.SHACL) and isinstance(t.object, Literal)]
    assert any(f"{SITE}/dataset/" in query for query in queries) and any(iris.ONTOLOGY in query for query in queries)
    assert not any(f"{iris.DEFAULT_SITE}/{path}/" in query for query in queries for path in ("id", "doc", "dataset", "graph"))


FILES = [{"name": "mnr-000.nt.gz", "bytes": 12, "sha256": "ab" * 32}, {"name": "removed.json", "bytes": 3, "sha256": "cd" * 32}]


def test_the_files_of_the_release_are_distributions_with_their_checksums() -> None:
    triples = descriptions.whole(SITE, {**MANIFEST, "dump": FILES}, COUNTS, Settings())
    release = iris.release(SITE, "2026-11-24.02")
    ways = values(triples, release, iris.DCAT + "distribution")
    found = set()
    for way in ways:
        (sum_of,) = values(triples, way, iris.SPDX + "checksum")
        found.add((*values(triples, way, iris.DCAT + "downloadURL"), *values(triples, sum_of, iris.SPDX + "checksumValue")))
    assert found == {(iris.dump(SITE, "2026-11-24.02", file["name"]), file["sha256"]) for file in FILES}
    assert values(triples, release, iris.VOID + "dataDump") == {iris.dump(SITE, "2026-11-24.02", "mnr-000.nt.gz")}


def test_the_catalogue_conforms_to_dcat_ap(shared: Path) -> None:
    """DCAT-AP 3.0.1 by its own shapes, of which some lack the type that says what they are; those without a path say nothing."""
    shapes = Graph().parse(shared / "vocab" / "dcat-ap" / "dcat-ap-3.0.1-SHACL.ttl")
    sh = Namespace(iris.SHACL)
    for shape in set(shapes.objects(None, sh.property)):
        if (shape, sh.path, None) in shapes:
            shapes.add((shape, RDF.type, sh.PropertyShape))
        else:
            shapes.remove((None, sh.property, shape))
    said = rdf(BY_SUFFIX["nt"], descriptions.whole(SITE, {**MANIFEST, "dump": FILES}, COUNTS, Settings()))
    conforms, _, report = pyshacl.validate(Graph().parse(data=said, format="nt"), shacl_graph=shapes)
    assert conforms, report
    without = "\n".join(line for line in said.decode().splitlines() if f"<{iris.DCTERMS}description>" not in line)
    assert not pyshacl.validate(Graph().parse(data=without, format="nt"), shacl_graph=shapes)[0], "the shapes check nothing"


def test_a_base_of_the_catalogue_is_described() -> None:
    triples = descriptions.whole(SITE, MANIFEST, COUNTS, Settings())
    assert values(triples, iris.void(SITE, "dataset"), iris.VOID + "subset") == {iris.dataset(SITE, "mnr")}
    assert values(triples, iris.dataset(SITE, "mnr"), iris.DCTERMS + "title") == set(load_bases()["mnr"].name.values())
    assert values(triples, iris.dataset(SITE, "mnr"), iris.VOID + "entities") == {"12345"}
