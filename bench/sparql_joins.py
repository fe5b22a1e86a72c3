"""Join order by counts, beside the engine's own order: the example questions, and plain questions that the engine orders badly.

usage: python -m bench.sparql_joins DATA     DATA: a data folder with a release

Each query runs as written and as written anew, on the same store, best of three; the solutions must be the same. Then the cost of
looking at a query, for the many that stay as they are.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

from pyoxigraph import NamedNode, QueryBoolean, Store

from pop_ld import iris, resources, store
from pop_ld.store import counting, statistics
from pop_ld.store.rewriting import joining
from pop_ld.store.rewriting.tree import parse

RUNS, PATIENCE = 3, 2.0
"""A query is run once only where it takes more seconds than PATIENCE."""
PREFIXES = {"crm": iris.CRM, "dcterms": iris.DCTERMS, "foaf": iris.FOAF, "pop": iris.ONTOLOGY, "rdfs": iris.RDFS, "skos": iris.SKOS}
PROLOGUE = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
PLAIN = {
    "two classes, the common one first": "SELECT ?n { ?n a crm:E22_Human-Made_Object . ?n a pop:OeuvreRecuperee }",
    "a common class, then a rare property": "SELECT ?n ?d { ?n a pop:Edifice ; pop:debutProtection ?d }",
    "the same with LIMIT 10": "SELECT ?n ?d { ?n a pop:Edifice ; rdfs:label ?l ; pop:debutProtection ?d } LIMIT 10",
    "a star, the rare property last": "SELECT * { ?n dcterms:identifier ?r ; rdfs:label ?l ; pop:TICO ?t ; pop:debutProtection ?d }",
    "works of museums, by their documents": "SELECT (COUNT(*) AS ?c) { ?d a crm:E31_Document ; foaf:primaryTopic ?n . "
    "?n a crm:E22_Human-Made_Object ; pop:museo ?m . ?m rdfs:label ?l }",
    "photographs with their buildings": "SELECT ?n ?b { ?n a crm:E22_Human-Made_Object ; rdfs:label ?l . "
    "?b a pop:Edifice ; rdfs:label ?t . ?n pop:LBASE ?b }",
    "a rare object behind two hops": 'SELECT ?n { ?n a crm:E22_Human-Made_Object ; pop:DENO ?c . ?c skos:prefLabel "tableau"@fr }',
    "MINUS of two": "SELECT (COUNT(*) AS ?c) { ?n a pop:ObjetDeMusee MINUS { ?n a crm:E22_Human-Made_Object ; pop:INV ?i } }",
    "EXISTS of two, 10 rows": "SELECT (COUNT(*) AS ?c) { ?n a pop:OeuvreRecuperee "
    "FILTER EXISTS { ?n crm:P1_is_identified_by ?i . ?i a crm:E42_Identifier } }",
    "NOT EXISTS of a path, 108 rows": "SELECT (COUNT(*) AS ?c) { ?n pop:museo <https://data.pop.culture.gouv.fr/id/museo/M1104> "
    "FILTER NOT EXISTS { ?n dcterms:creator/rdfs:label ?q } }",
}


def main() -> None:
    """Prints a line a query that is written anew, then the cost of looking."""
    release = store.current(Path(sys.argv[1])) if len(sys.argv) > 1 else None
    if release is None:
        raise SystemExit("name a data folder with a release")
    triples = Store.read_only(str(release.path / "store"))
    counts = statistics.load(release.path) or counting.count(triples, counting.Links())
    print(f"{'':<44}{'rows':>7}{'as written':>13}{'anew':>10}{'times':>8}")
    looks = []
    for name, query in {**questions(), **{name: PROLOGUE + query for name, query in PLAIN.items()}}.items():
        start = time.perf_counter()
        tree = parse(query)
        anew = joining.rewritten(tree, counts) if tree else None
        looks.append(time.perf_counter() - start)
        if anew:
            print(compared(triples, name, query, anew))
    print(f"\nlooking at a query: median {1e3 * median(looks):.2f} ms, most {1e3 * max(looks):.2f} ms")


def questions() -> dict[str, str]:
    """The example questions by name."""
    found = Store()
    for file in sorted(resources.folder("ontologies/examples").glob("*.ttl")):
        found.load(path=str(file))
    quads = found.quads_for_pattern(None, NamedNode(iris.SHACL + "select"), None)
    return {str(quad.subject.value).rsplit("/", 1)[-1]: quad.object.value for quad in sorted(quads, key=str)}  # type: ignore[union-attr]


def compared(triples: Store, name: str, query: str, anew: str) -> str:
    """A line: rows, milliseconds both ways, and how many times faster."""
    (before, rows), (after, others) = timed(triples, query), timed(triples, anew)
    same = rows == others or (" LIMIT " in query and rows.total() == others.total())  # without ORDER BY any rows are right
    return f"{name:<44}{rows.total():>7}{1e3 * before:>10.1f} ms{1e3 * after:>7.1f} ms{before / after:>8.1f}{'' if same else '  DIFFERENT'}"


def timed(triples: Store, query: str) -> tuple[float, Counter[str]]:
    """(seconds of the best run, the solutions)."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        found = triples.query(query)
        rows = Counter([str(bool(found))]) if isinstance(found, QueryBoolean) else Counter(map(str, found))
        best = min(best, time.perf_counter() - start)
        if best > PATIENCE:
            break
    return best, rows


if __name__ == "__main__":
    main()
