"""What points at a thing: look-ups of the index, beside counting the same in SPARQL and by walking the store, on one release.

usage: python -m bench.linked DATA     DATA: a data folder with a release, better of 200,000 notices than of 200
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import NamedNode, Store

from pop_ld import store
from pop_ld.search.contract import LINKED_DEEPEST
from pop_ld.search.tantivy import open_search
from pop_ld.search.tantivy_reader import TantivySearch

KINDS = ("agent", "concept", "lieu", "temps", "merimee", "museo")
REPEATS = 30


def timed(run: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    """(p50, p95) in milliseconds."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), sorted(taken)[int(0.95 * len(taken)) - 1]


def largest(index: TantivySearch, start: str) -> str:
    """The thing of that kind at which most notices point."""
    found = index.index.searcher.terms_with_prefix("link", start, limit=200)
    return next((term for term, _ in found if " " not in term), "")


def fresh(index: TantivySearch) -> None:
    """Forgets the counts that a reader remembers, for to remember costs nothing."""
    if index.links:
        index.links._counts.cache_clear()  # type: ignore[attr-defined]


def in_the_store(triples: Store, thing: str) -> int:
    """How many notices point at it, by walking: what a page would have to do without the index."""
    pairs = triples.quads_for_pattern(None, None, NamedNode(thing), None)
    return len({quad.subject.value.partition("#")[0] for quad in pairs if isinstance(quad.subject, NamedNode)})


def row(name: str, times: tuple[float, float], beside: float = 0) -> None:
    ratio = f"{beside / times[0]:>10,.0f} times" if beside else ""
    print(f"  {name:<34} {times[0]:>9.2f} {times[1]:>9.2f}{ratio}")


def main() -> None:
    """Prints a table for the largest thing of each kind."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    release = store.current(Path(sys.argv[1]))
    index, triples = open_search(release.path / "search"), Store.read_only(str(release.path / "store"))
    site, size = str(release.manifest["site"]), sum(f.stat().st_size for f in (release.path / "search").iterdir())
    notices = release.manifest["notices"]
    print(f"{notices:,} notices, index {size / notices:.0f} bytes a notice; milliseconds, p50 and p95 of {REPEATS}; one process")
    for kind in KINDS:
        thing = largest(index, f"{site}/id/{kind}/")
        if not thing:
            continue
        found = index.linked(thing, limit=1)
        base, last = found.bases[0][0], max(0, min(found.total, LINKED_DEEPEST) - 25)
        print(f"\n{thing.removeprefix(site)}: {found.total:,} notices by {len(found.relations)} properties")
        query = f"SELECT (COUNT(DISTINCT ?n) AS ?c) {{ ?s ?p <{thing}> BIND(STRBEFORE(CONCAT(STR(?s), '#'), '#') AS ?n) }}"
        sparql, walked = timed(lambda q=query: list(triples.query(q)), 3), timed(lambda t=thing: in_the_store(triples, t), 3)  # type: ignore[misc]
        offers: list[tuple[str, dict[str, object]]] = [
            ("first page, all counts", {}),
            ("first page, narrowed to a base", {"base": base}),
            ("first page, by a property", {"relation": found.relations[0][0]}),
            ("first page, by date", {"order": "date"}),
            ("last page that is reached", {"offset": last}),
        ]
        for name, more in offers:

            def run(asked: str = thing, more: dict[str, object] = more) -> object:
                fresh(index)
                return index.linked(asked, limit=25, **more)  # type: ignore[arg-type]

            row(name, timed(run), sparql[0] if not more else 0)
        index.linked(thing)
        row("first page, counts remembered", timed(lambda t=thing: index.linked(t, limit=25)))  # type: ignore[misc]
        row("the store, SPARQL: the count alone", sparql)
        row("the store, walked: the count alone", walked)


if __name__ == "__main__":
    main()
