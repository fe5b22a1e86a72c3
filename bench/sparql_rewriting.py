"""Queries through the rewriting, beside the engine alone, on the same store: times of the processor, and whether the rows are the same.

usage: python -m bench.sparql_rewriting RELEASE [QUERY]     RELEASE: the folder of a release with Mérimée, such as data/current;
                                                            QUERY: the start of a name below, all without it
"""

from __future__ import annotations

import io
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import QueryResultsFormat, QuerySolutions, Store, parse_query_results

from pop_ld import iris
from pop_ld.store import counting, rewriting, statistics
from pop_ld.store.rewriting.ordering import Order

ROUNDS = 3
PREFIXES = f"PREFIX pop: <{iris.ONTOLOGY}>\nPREFIX rdfs: <{iris.RDFS}>\n"
LABELS = "?notice a pop:Edifice ; rdfs:label ?label"
QUERIES = {
    "label": f"SELECT ?notice ?label {{ {LABELS} }} ORDER BY ?label LIMIT 100",
    "label, page 6": f"SELECT ?notice ?label {{ {LABELS} }} ORDER BY DESC(?label) ?notice LIMIT 100 OFFSET 500",
    "label, lower case": f"SELECT ?notice ?label {{ {LABELS} }} ORDER BY LCASE(STR(?label)) ?notice LIMIT 100",
    "label, optional": f"SELECT * {{ {LABELS} OPTIONAL {{ ?notice pop:INSEE ?insee }} }} ORDER BY ?label ?notice LIMIT 100",
    "label, all": f"SELECT ?notice ?label {{ {LABELS} }} ORDER BY ?label ?notice",
    "label, by count": f"SELECT ?label (COUNT(*) AS ?n) {{ {LABELS} }} GROUP BY ?label ORDER BY ?label LIMIT 100",
    "IRI": "SELECT ?notice { ?notice a pop:Edifice } ORDER BY ?notice LIMIT 100",
    "number": f"SELECT ?label (COUNT(*) AS ?n) {{ {LABELS} }} GROUP BY ?label ORDER BY DESC(?n) ?label LIMIT 100",
    "count": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "count by class": "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class ORDER BY DESC(?n) LIMIT 20",
    "count by property": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) LIMIT 20",
    "count of a property": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s rdfs:label ?o }",
}


def answer(found: object) -> bytes:
    """The results as the engine writes them."""
    assert isinstance(found, QuerySolutions)
    buffer = io.BytesIO()
    found.serialize(buffer, QueryResultsFormat.TSV)
    return buffer.getvalue()


def timed(ask: Callable[[], bytes], rounds: int) -> tuple[float, bytes]:
    """The least time of some rounds, in seconds of this process, and the answer."""
    best, found = float("inf"), b""
    for _ in range(rounds):
        start = time.process_time()
        found = ask()
        best = min(best, time.process_time() - start)
    return best, found


def rows(text: bytes, column: str) -> list[object]:
    """The keys of a column's cells in their order; ties are equal."""
    found = parse_query_results(text, QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    places = [place for place, variable in enumerate(found.variables) if variable.value == column]
    order = Order([(place, False) for place in places])
    return [order(row) for row in found]


def compared(alone: bytes, ours: bytes, query: str) -> str:
    """What is the same of two answers: all, all but the order of equal keys, or the keys in their places."""
    if alone == ours:
        return "same rows"
    if sorted(alone.split(b"\n")) == sorted(ours.split(b"\n")):
        return "same rows, equal keys in another order"
    key = query.rpartition("ORDER BY")[2].replace("DESC(", "").split()[0].strip("?()")
    return "same keys, cut among equal ones" if rows(alone, key) == rows(ours, key) else "DIFFERENT"


def main() -> None:
    """Prints the table."""
    if len(sys.argv) < 2 or not (folder := Path(sys.argv[1])).is_dir():
        raise SystemExit(__doc__)
    store = Store.read_only(str(folder / "store"))
    counts = statistics.load(folder) or counting.count(store, counting.Links())
    print(f"Python {platform.python_version()} on {platform.machine()}, {counts.triples:,} triples")
    print(f"{counts.classes.get(iris.ONTOLOGY + 'Edifice', 0):,} notices of Mérimée\n\n{'query':22} {'engine':>9} {'rewriting':>9}  ratio")
    for name, asked in QUERIES.items():
        if not name.startswith(" ".join(sys.argv[2:])):
            continue
        query = PREFIXES + asked
        found = rewriting.run(store, query, dataset={}, statistics=counts, hits={}).rewrites
        ours, mine = timed(
            lambda query=query: answer(rewriting.run(store, query, dataset={}, statistics=counts, hits={}).results),  # type: ignore[misc]
            ROUNDS,
        )
        alone, expected = timed(lambda query=query: answer(store.query(query)), ROUNDS - 1)  # type: ignore[misc]
        how = "+".join(found) or "left to the engine"
        print(
            f"{name:22} {alone * 1000:7.1f}ms {ours * 1000:7.1f}ms {alone / ours:6.1f}  {how}: {compared(expected, mine, asked)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
