"""Made-up queries and small dense stores: every kind of group in every place where SPARQL allows one."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from pop_ld.store.rewriting.names import TYPE
from pop_ld.store.statistics import PropertyCount, Statistics

EX = "http://example.org/"
TERMS = [f"ex:n{n}" for n in range(3)]
VARIABLES = ["?a", "?b", "?c", "$d"]
PROPERTIES = [f"ex:p{n}" for n in range(3)]
CLASSES = ["ex:C0", "ex:C1"]
ODD_PATHS = [
    *(
        "^ex:p0",
        "ex:p0|ex:p1",
        "(ex:p0|ex:p1)/ex:p2",
        "^(ex:p0/ex:p1)",
        "ex:p0*",
        "ex:p1?",
        "!ex:p0",
        "ex:p0/^ex:p1",
        "a/ex:p0",
        "?b",
        "^a",
    ),
    *("^a", "ex:p0|ex:p1/ex:p2", "ex:p0/ex:p1|ex:p2", "^ex:p0/ex:p1", "ex:p0/(ex:p1/ex:p2)", "ex:p0|ex:p1|ex:p2", "!(ex:p0|^ex:p1)"),
]
paths = st.one_of(
    st.sampled_from(PROPERTIES),
    st.sampled_from(PROPERTIES),
    st.sampled_from([f"{a}/{b}" for a in PROPERTIES for b in PROPERTIES]),
    st.sampled_from(ODD_PATHS),
)
nodes = st.sampled_from(VARIABLES * 8 + TERMS)
objects = st.one_of(nodes, nodes, nodes, st.sampled_from(["1", '"x"@fr', "2.5", '"1"^^xsd:integer', "_:b", "[]", "[ ex:p1 ?c ]", "true"]))
triples = st.one_of(
    st.builds("{} {} {} .".format, nodes, paths, objects),
    st.builds("{} a {} .".format, st.sampled_from(VARIABLES), st.sampled_from([*CLASSES, "?c"])),
    st.builds("{} {} {} ; {} {}, {} .".format, nodes, paths, objects, st.sampled_from(PROPERTIES), nodes, objects),
)
blocks = st.lists(triples, min_size=1, max_size=3).map(" ".join)
values = st.sampled_from(
    [
        "VALUES ?a { ex:n0 ex:n1 ex:n1 }",
        "VALUES (?b ?c) { (ex:n1 1) (ex:n0 ex:n2) }",
        "VALUES (?a ?b) { (ex:n0 ex:n1) (ex:n2 UNDEF) }",
        "VALUES (?a ?c) { (ex:n0 1) }",
        "{ SELECT * { VALUES ?a { ex:n0 ex:n1 ex:n1 } } }",
        "{ SELECT * WHERE { VALUES (?a ?c) { (ex:n0 1) } } }",
    ]
)
conditions = st.sampled_from(["?a = ?b", "BOUND(?c)", "?c > 0", "isIRI(?b)", "?a != ?c || BOUND(?d)", "!BOUND(?a)"])


def group(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Groups that hold other groups in every place where the grammar allows one."""
    part = st.one_of(
        blocks,
        values,
        st.builds("FILTER({})".format, conditions),
        st.builds("FILTER EXISTS {{ {} }}".format, children),
        st.builds("FILTER(?a = ex:n1 || NOT EXISTS {{ {} }})".format, children),
        st.builds("OPTIONAL {{ {} }}".format, children),
        st.builds("MINUS {{ {} }}".format, children),
        st.builds("{{ {} }} UNION {{ {} }}".format, children, children),
        st.builds("{{ {} }}".format, children),
        st.builds("{{ SELECT ?a ?b WHERE {{ {} }} }}".format, children),
        st.builds("{{ SELECT * WHERE {{ {} }} }}".format, children),
        st.builds("GRAPH ?g {{ {} }}".format, children),
        st.builds("BIND(STR(?a) AS ?e{})".format, st.integers(0, 9)),
        st.just("# a comment . ?x\n"),
    )
    return st.builds(lambda first, rest: f"{first} {' '.join(rest)}", blocks, st.lists(part, max_size=3))


groups = st.recursive(blocks, group, max_leaves=6)
queries = st.one_of(
    st.builds("SELECT * WHERE {{ {} }}".format, groups),
    st.builds("SELECT DISTINCT ?a ?c WHERE {{ {} }}".format, groups),
    st.builds("SELECT ?a (COUNT(*) AS ?n) WHERE {{ {} }} GROUP BY ?a".format, groups),
    st.builds("ASK {{ {} }}".format, groups),
).map(lambda query: f"PREFIX ex: <{EX}>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n{query}")
THINGS = [NamedNode(f"{EX}n{n}") for n in range(3)]
LITERALS = [Literal(1), Literal("x", language="fr")]
POSSIBLE = [
    *(Quad(s, NamedNode(f"{EX}p{p}"), o) for s in THINGS for p in range(3) for o in THINGS),
    *(Quad(s, NamedNode(f"{EX}p{p}"), o) for s in THINGS for p in range(3) for o in LITERALS),
    *(Quad(s, NamedNode(TYPE), NamedNode(f"{EX}C{c}")) for s in THINGS for c in range(2)),
]
stores = st.integers(0, 1 << 30).map(lambda seed: [quad for quad in POSSIBLE if Random(f"{seed} {quad}").random() < 0.6])
"""Dense, so that most queries have solutions."""
numbers = st.integers(1, 100_000)
counts = st.builds(PropertyCount, numbers, numbers, numbers)
any_statistics = st.builds(
    Statistics,
    numbers,
    numbers,
    numbers,
    st.fixed_dictionaries({f"{EX}C0": numbers, f"{EX}C1": numbers}),
    st.fixed_dictionaries({f"{EX}p{n}": counts for n in range(3)} | {TYPE: counts}),
)
"""Counts of no store: whatever they say, the solutions must stay the same."""
