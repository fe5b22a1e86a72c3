"""Queries that try to bring an endpoint down: by time, memory, depth, length or bytes, and what must become of each.

Name -> (query, statuses that are right). 504 is a budget that ended it; 200 is right where the engine gets through, or where the answer
begins before its budget ends (it is then cut). They need a store with a few thousand triples; more makes them no kinder.
"""

from __future__ import annotations

_ALL = "?a ?b ?c"
_PAIRS = "?a ?b ?c . ?d ?e ?f"
_TRIPLES = _PAIRS + " . ?g ?h ?i"
_FOURS = _TRIPLES + " . ?j ?k ?l"
_WIDE = " ".join(f"BIND(CONCAT({','.join(['?v' + str(n)] * 40)}) AS ?v{n + 1})" for n in range(5))
_TOWER = "SELECT * { ?a ?b ?c " + "{ SELECT * { ?a ?b ?c " * 60 + "} }" * 60 + " }"
_BOMB = "'^(([a-z])+.)+[A-Z]([a-z])+$'"
ENDED = frozenset([504])
EITHER = frozenset([200, 504])
REFUSED = frozenset([400])


def _nested(opening: str, closing: str, times: int, core: str = "?a ?b ?c") -> str:
    return opening * times + core + closing * times


QUERIES: dict[str, tuple[str, frozenset[int]]] = {
    # Products of everything with everything
    "count of pairs": (f"SELECT (COUNT(*) AS ?n) {{ {_TRIPLES} }}", ENDED),
    "count of fours": (f"SELECT (COUNT(*) AS ?n) {{ {_FOURS} }}", ENDED),
    "all pairs": (f"SELECT * {{ {_PAIRS} . ?g ?h ?i }}", EITHER),
    "distinct pairs": (f"SELECT DISTINCT * {{ {_TRIPLES} }}", EITHER),
    "distinct texts of pairs": (f"SELECT DISTINCT (CONCAT(STR(?a), STR(?c), STR(?f)) AS ?x) {{ {_TRIPLES} }}", EITHER),
    "graph of pairs": (f"CONSTRUCT {{ ?a ?e ?f . ?d ?b ?c }} WHERE {{ {_TRIPLES} }}", EITHER),
    "pairs that never match": (f"ASK {{ {_FOURS} FILTER(?a = ?d && ?d = ?g && ?g != ?a) }}", ENDED),
    "union of products": (f"SELECT (COUNT(*) AS ?n) {{ {{ {_TRIPLES} }} UNION {{ {_FOURS} }} }}", ENDED),
    "optional product": (f"SELECT (COUNT(*) AS ?n) {{ {_ALL} OPTIONAL {{ ?d ?e ?f . ?g ?h ?i }} }}", ENDED),
    "minus of products": (f"SELECT (COUNT(*) AS ?n) {{ {_PAIRS} MINUS {{ ?d ?e ?f . ?g ?h ?i . ?a ?b ?x }} }}", ENDED),
    "exists of a product": (f"SELECT (COUNT(*) AS ?n) {{ {_PAIRS} FILTER NOT EXISTS {{ {_FOURS} FILTER(?a = ?nothing) }} }}", EITHER),
    "values squared": ("SELECT (COUNT(*) AS ?n) { " + " ".join(f"VALUES ?v{n} {{ {'1 ' * 100} }}" for n in range(6)) + " }", ENDED),
    # Sorting and grouping
    "order by everything": (f"SELECT * {{ {_TRIPLES} }} ORDER BY ?a ?b ?c ?d ?e ?f", ENDED),
    "order by, first ten": (f"SELECT * {{ {_TRIPLES} }} ORDER BY ?c ?f LIMIT 10", ENDED),
    "order by chance": (f"SELECT * {{ {_TRIPLES} }} ORDER BY RAND()", ENDED),
    "order by, far offset": (f"SELECT * {{ {_TRIPLES} }} ORDER BY ?c OFFSET 1000000000000 LIMIT 1", ENDED),
    "group of everything": (f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {_TRIPLES} }} GROUP BY ?a ?d ?g", ENDED),
    "group_concat of everything": (f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?c), STR(?f))) AS ?x) {{ {_TRIPLES} }}", ENDED),
    "count distinct": (f"SELECT (COUNT(DISTINCT CONCAT(STR(?a), STR(?c), STR(?f))) AS ?n) {{ {_TRIPLES} }}", ENDED),
    "sample and having": (f"SELECT ?b (SAMPLE(?f) AS ?x) {{ {_TRIPLES} }} GROUP BY ?b HAVING(COUNT(*) < 0)", ENDED),
    # Paths
    "paths over everything": ("SELECT (COUNT(*) AS ?n) { ?a (!<a:b>)* ?c . ?c (!<a:b>)* ?d . ?d (!<a:b>|!^<a:b>)* ?e }", ENDED),
    "paths both ways": ("SELECT (COUNT(*) AS ?n) { ?a (!<a:b>|!^<a:b>)+ ?c . ?c (!<a:b>|!^<a:b>)+ ?d }", ENDED),
    "nested closures": ("SELECT (COUNT(*) AS ?n) { ?a ((((!<a:b>)*)+)*/((!<a:b>)*)+)+ ?c . ?x ?y ?z . ?u ?v ?w }", ENDED),
    "long sequence": ("SELECT (COUNT(*) AS ?n) { ?a " + "/".join(["(!<a:b>|!^<a:b>)"] * 40) + " ?c }", ENDED),
    # Functions
    "regex bomb": (
        f"SELECT (COUNT(*) AS ?n) {{ {_TRIPLES} FILTER REGEX(CONCAT(STR(?c), STR(?f)), '^(([a-z])+.)+[A-Z]([a-z])+$') }}",
        ENDED,
    ),
    "regex of many repeats": (f"SELECT * {{ {_ALL} FILTER REGEX(STR(?c), '((a{{1,100}}){{1,100}}){{1,100}}') }} LIMIT 1", EITHER),
    "regex from data": (f"SELECT (COUNT(*) AS ?n) {{ {_TRIPLES} FILTER REGEX(STR(?c), STR(?f)) }}", ENDED),
    "replace that grows": (
        f"SELECT (STRLEN(?x) AS ?n) {{ {_ALL} BIND(REPLACE(REPEAT, '.', '$0$0') AS ?x) }}".replace("REPEAT", "STR(?c)"),
        EITHER,
    ),
    "text of gigabytes": (f"SELECT (STRLEN(?v5) AS ?n) {{ ?a ?b ?v0 {_WIDE} }}", ENDED),
    "hashes without end": (f"SELECT (SUM(STRLEN(SHA512(CONCAT(STR(?a), STR(?c), STR(?f))))) AS ?n) {{ {_TRIPLES} }}", ENDED),
    "dates by the million": (f"SELECT (MAX(NOW() - ?c) AS ?n) {{ {_TRIPLES} }}", ENDED),
    # Depth and length
    "braces": ("SELECT * { " + _nested("{ ", " }", 20_000) + " }", REFUSED),
    "parentheses": ("SELECT * { ?a ?b ?c FILTER(" + _nested("(", ")", 50_000, "1") + ") }", REFUSED),
    "not not not": ("SELECT * { ?a ?b ?c FILTER(" + "!" * 50_000 + "true) }", frozenset([200, 400])),
    "selects in selects": (_TOWER, EITHER),
    "optionals in optionals": ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c " + "OPTIONAL { ?x ?y ?z " * 40 + "}" * 40 + " }", EITHER),
    "union of thousands": ("SELECT (COUNT(*) AS ?n) { " + " UNION ".join(["{ ?a ?b ?c . ?d ?e ?f }"] * 2000) + " }", EITHER),
    "a megabyte of comment": ("SELECT * { ?a ?b ?c } LIMIT 1 #" + "x" * 990_000, frozenset([200])),
    "a megabyte of values": ("SELECT (COUNT(*) AS ?n) { VALUES ?a { " + "<a:b> " * 160_000 + "} ?a ?b ?c }", EITHER),
    "a megabyte of patterns": (
        "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{n} ?b ?c" for n in range(40_000)) + " }",
        EITHER | {400, 500},
    ),
    "more than a megabyte": ("SELECT * { } #" + "x" * 1_000_001, frozenset([413])),
    "many variables": ("SELECT * { " + " . ".join(f"?s ?p{n} ?o{n}" for n in range(300)) + " }", EITHER),
    "description of everything": ("DESCRIBE * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", EITHER),
    "a service in disguise": ("SELECT * { \\u0053ERVICE SILENT <http://127.0.0.1:9/> { ?a ?b ?c } }", frozenset([403])),
    "lateral products": ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c LATERAL { ?d ?e ?f LATERAL { ?g ?h ?i } } }", ENDED),
    "unfinished": ("SELECT * { ?a ?b ?c FILTER(" + "(1+" * 5000, REFUSED),
}
