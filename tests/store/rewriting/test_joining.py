"""Join order by counts: what is written anew, what is left alone, and the same solutions in every order."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from hypothesis import given, settings
from made_up_queries import EX, any_statistics, queries, stores
from pyoxigraph import Quad, QueryBoolean, QuerySolution, QuerySolutions, Store

from pop_ld.store import counting
from pop_ld.store.rewriting.blocks import Hop, read
from pop_ld.store.rewriting.costs import engine_order
from pop_ld.store.rewriting.joining import Bounds, rewritten
from pop_ld.store.rewriting.names import TYPE, prefixes
from pop_ld.store.rewriting.tree import parse
from pop_ld.store.statistics import PropertyCount, Statistics

ALWAYS = Bounds(margin=0, worth=0, worth_a_row=0)
"""Every group that may be written anew is."""
ROOT = Path(__file__).resolve().parents[3]
ARCHIVE = ROOT.parent / "shared" / "suites" / "w3c-tests.tar.xz"


def counted(store: Store) -> Statistics:
    """The statistics of a store's default graph."""
    return counting.count(store, counting.Links())


def select(store: Store, query: str) -> Iterator[QuerySolution]:
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    return found


def solutions(store: Store, query: str) -> Counter[str]:
    """The solutions as a multiset, the columns too."""
    found = store.query(query)
    if isinstance(found, QueryBoolean):
        return Counter([str(bool(found))])
    if isinstance(found, QuerySolutions):
        return Counter([str(found.variables), *map(str, found)])
    return Counter(map(str, found))


def again(query: str, statistics: Statistics, bounds: Bounds = ALWAYS) -> str | None:
    tree = parse(query)
    return rewritten(tree, statistics, bounds) if tree else None


@given(stores, queries, any_statistics)
@settings(max_examples=600, deadline=None)
def test_any_order_gives_the_same_solutions(data: list[Quad], query: str, statistics: Statistics) -> None:
    store = Store()
    store.extend(data)
    try:
        expected = solutions(store, query)
    except SyntaxError:
        return
    other = again(query, statistics)
    if other is not None:
        assert solutions(store, other) == expected, other


COUNTS = Statistics(
    triples=1_000_000,
    subjects=200_000,
    objects=300_000,
    classes={f"{EX}Common": 100_000, f"{EX}Rare": 10},
    properties={
        TYPE: PropertyCount(100_010, 100_000, 2),
        f"{EX}label": PropertyCount(100_000, 100_000, 90_000),
        f"{EX}seldom": PropertyCount(20, 20, 20),
        f"{EX}about": PropertyCount(200_000, 100_000, 500),
        f"{EX}part": PropertyCount(100_000, 50_000, 100_000),
    },
)


def written_anew(body: str, counts: Statistics = COUNTS) -> str | None:
    query = f"PREFIX ex: <{EX}> {body}"
    found = again(query, counts, Bounds())
    Store().query(found or query)
    return found and " ".join(found.partition("> ")[2].split())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?n a ex:Common . ?n a ex:Rare }", "SELECT * { ?n a ex:Rare LATERAL { ?n a ex:Common } }"),
        (
            "SELECT ?n { ?n a ex:Common ; ex:label ?l FILTER(?l > 1) $n ex:seldom ?x . OPTIONAL { ?x a ?y } }",
            "SELECT ?n { $n ex:seldom ?x LATERAL { ?n a ex:Common } LATERAL { ?n ex:label ?l } FILTER(?l > 1) OPTIONAL { ?x a ?y } }",
        ),
        (
            "SELECT ?n { { SELECT ?n { ?n ex:label ?l ; ex:seldom ?x } } ?n ex:label ?k }",
            "SELECT ?n { { SELECT ?n { ?n ex:seldom ?x LATERAL { ?n ex:label ?l } } } ?n ex:label ?k }",
        ),
        (
            "ASK { ?n ex:seldom ?x MINUS { ?n a ex:Common ; ex:seldom ?y } }",
            "ASK { ?n ex:seldom ?x MINUS { ?n ex:seldom ?y LATERAL { ?n a ex:Common } } }",
        ),
        (
            "SELECT ?n { ?n ex:seldom ?x FILTER NOT EXISTS { ?p ex:label ?l . ?n ex:part ?p } }",
            f"SELECT ?n {{ ?n ex:seldom ?x FILTER NOT EXISTS {{ ?n <{EX}part> ?p LATERAL {{ ?p <{EX}label> ?l }} }} }}",
        ),
        (
            "SELECT ?n { ?n ex:seldom ?hop FILTER EXISTS { ?n ex:part/ex:label ?l } }",
            f"SELECT ?n {{ ?n ex:seldom ?hop FILTER EXISTS {{ ?n <{EX}part> ?hop_82_1 LATERAL {{ ?hop_82_1 <{EX}label> ?l }} }} }}",
        ),
    ],
)
def test_a_better_order_is_written(query: str, expected: str) -> None:
    assert written_anew(query) == expected


@pytest.mark.parametrize(
    "body",
    [
        "SELECT * { ?n ex:seldom ?x ; ex:label ?l }",
        "SELECT * { ?n a ex:Rare ; a ex:Common }",
        "SELECT * { ?n ex:label ?l ; ex:part ?p }",
    ],
)
def test_a_good_order_stays(body: str) -> None:
    assert written_anew(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "SELECT * { ?n a ex:Common . [] ex:about ?n . ?n a ex:Rare }",
        "SELECT * { ?n a ex:Common . _:b ex:about ?n . ?n a ex:Rare }",
        "SELECT * { ?n a ex:Common ; ex:part* ?p ; a ex:Rare }",
        "SELECT * { ?n a ex:Common ; ?p ?o ; a ex:Rare }",
        "SELECT * { ?n a ex:Common . VALUES (?n ?x) { (ex:a UNDEF) } ?n a ex:Rare }",
        "SELECT * { ?n a ex:Common . OPTIONAL { ?n ex:label ?l } ?n a ex:Rare }",
        "SELECT * { ?n a ex:Common . BIND(1 AS ?x) ?n a ex:Rare }",
        "SELECT * { ?n a ex:Common . { ?n ex:part ?p } ?n a ex:Rare }",
        "SELECT * { GRAPH ?g { ?n a ex:Common . ?n a ex:Rare } }",
        "SELECT * { ?n a ex:Common . GRAPH ?g { ?n ex:part ?p } ?n a ex:Rare }",
        "SELECT * FROM ex:g { ?n a ex:Common . ?n a ex:Rare }",
        "SELECT * { ?n a ex:Common . ?n a ex:Rare } VALUES ?n { ex:a }",
        "SELECT * { ?n a ex:Common LATERAL { ?n a ex:Rare } }",
        "SELECT * { ?n a ex:Common . ?m a ex:Rare }",
        "SELECT * { ?x ex:seldom ?y OPTIONAL { ?n a ex:Common . ?n a ex:Rare } }",
        "CONSTRUCT WHERE { ?n a ex:Common . ?n a ex:Rare }",
    ],
)
def test_what_is_not_certain_is_left_alone(body: str) -> None:
    assert written_anew(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "?n a ex:C ; ex:p ex:b",
        "?n ex:p ex:b ; ex:q 1",
        "?n ex:q 1 ; ex:p ex:b",
        "?n ex:p ?m ; a ex:C",
        "?n a ?c ; ex:q ?m",
        "?n ex:q ?m ; a ?c",
        "?n ex:q ?m ; ex:p ex:b ; a ex:C ; ex:r ?k ; a ?u ; ex:z 2",
        "?n a ex:C ; ^ex:q ex:b ; ex:p/ex:r ex:z",
        "?n a ex:C ; ex:p ?m . ?m ex:q ?l . ?l ex:r 3",
        "?n a ex:C . ?m ex:p ?n ; a ex:D ; ex:q ?l",
        "?n ex:p/ex:q/ex:r ?m . ?n a ex:C FILTER(?m > 1)",
    ],
)
def test_the_order_thought_to_be_the_engines_is_the_engines(body: str, tmp_path: Path) -> None:
    """As the engine's own program explains it; a new version of the engine may order otherwise."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("no program oxigraph beside this Python")
    query = f"PREFIX ex: <{EX}> SELECT * {{ {body} }}"
    Store(str(tmp_path / "store")).flush()
    command = [program, "query", "--location", str(tmp_path / "store"), "--explain", "--results-format", "csv", "--query", query]
    plan = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    tree = parse(query)
    assert tree
    block = read(tree, next(tree.find("group_graph_pattern")), prefixes(tree))
    assert block
    thought = [hop.properties[0] + hop.object.startswith("?") * " ?" for hop in engine_order(block.units) if isinstance(hop, Hop)]
    explained = re.findall(r"QuadPattern\(\S+ <(\S+)> (\?)?", plan)
    assert thought == [iri + (f" {mark}" if mark else "") for iri, mark in explained]


@pytest.mark.parametrize("data", ["VALUES ?n {{ {} }}", "{{ SELECT * {{ VALUES ?n {{ {} }} }} }}", "VALUES (?n ?x) {{ {} }}"])
def test_many_values_come_before_what_they_are_joined_to(data: str) -> None:
    row = "(<http://example.org/n{}> 1)" if "?x" in data else "<http://example.org/n{}>"
    values = data.format(" ".join(map(row.format, range(2_000))))
    found = written_anew(f"SELECT * {{ ?n a ex:Common ; ex:label ?l ; ex:about ?o . {values} }}")
    assert found and found.startswith(f"SELECT * {{ {values} ?n ") and found.count("LATERAL") == 2


def test_a_query_of_many_patterns_is_left_alone() -> None:
    assert written_anew("SELECT * { ?n a ex:Common . " + " ".join(f"?n ex:part ?p{n} ." for n in range(30)) + " ?n a ex:Rare }") is None


def test_a_class_and_a_property_that_seldom_go_together_come_first() -> None:
    query, classes = "SELECT * { ?n a ex:Common ; ex:part ?p, ?q ; ex:label ?l ; ex:about ?s }", {f"{EX}Common": 30_000}
    often = {f"{EX}label": 30_000, f"{EX}part": 30_000}
    assert written_anew(query, replace(COUNTS, classes=classes, partitions={f"{EX}Common": often | {f"{EX}about": 60_000}})) is None
    found = written_anew(query, replace(COUNTS, classes=classes, partitions={f"{EX}Common": often | {f"{EX}about": 3}}))
    assert found and "?n a ex:Common LATERAL { ?n ex:about ?s } LATERAL" in found


def test_the_examples_have_the_same_solutions(competency_questions: list[str], samples_on_disk: Store) -> None:
    statistics, rewrites = counted(samples_on_disk), 0
    for query in competency_questions:
        other = again(query, statistics)
        if other is not None:
            rewrites += 1
            assert solutions(samples_on_disk, other) == solutions(samples_on_disk, query), other
    assert rewrites > 20


MF, QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#", "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
W3C_TESTS = f"""SELECT ?query ?data WHERE {{
  ?test a <{MF}QueryEvaluationTest> ; <{MF}action> ?action . ?action <{QT}query> ?query OPTIONAL {{ ?action <{QT}data> ?data }} }}"""


def test_the_w3c_queries_have_the_same_solutions(tmp_path: Path) -> None:
    if not ARCHIVE.is_file():
        pytest.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, [m for m in archive if m.name.startswith("rdf-tests/sparql/sparql11/")], filter="data")
    rewrites = 0
    for manifest in sorted(tmp_path.rglob("manifest.ttl")):
        tests = Store()
        tests.load(path=str(manifest), base_iri=manifest.as_uri())
        for test in select(tests, W3C_TESTS):
            query, data = (Path(url2pathname(urlsplit(term.value).path)) if term else None for term in test)
            rewrites += same_with(query, data)
    assert rewrites > 15


def same_with(file: Path | None, data: Path | None) -> bool:
    """Whether a query of the suite is written anew; its solutions are then compared."""
    assert file
    query, triples = file.read_text(encoding="utf-8"), Store()
    if data:
        triples.load(path=str(data), base_iri=data.as_uri())
    other = again(query, counted(triples))
    if other is None or "NOW()" in query:
        return False
    assert solutions(triples, other) == solutions(triples, query), other
    return True
