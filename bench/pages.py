"""Pages against their limits: notices made anew under 30 ms at 20 clients, kept ones at 2,000 a second, the busiest author under 100 ms.

usage: python -m bench.pages DATA     DATA: a data folder with a release; the larger it is, the more this says
"""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import count, cycle
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions, Store

from bench.attack import served
from bench.hostile import percentile
from bench.visitors import put
from pop_ld import iris, store

CLIENTS = 20
UNCACHED, CACHED, BUSIEST = 30.0, 2000.0, 100.0
"""The limits: ms at the 95th percentile, pages a second, ms at the 95th percentile."""


def notices(release: store.Release) -> list[str]:
    """The addresses of every notice of a release, shuffled."""
    found = []
    for quad in Store.read_only(str(release.path / "store")).quads_for_pattern(None, NamedNode(iris.FOAF + "primaryTopic"), None):
        found.append(iris.local(release.manifest["site"], quad.subject.value))
    random.Random(1).shuffle(found)
    return found


def busiest(release: store.Release) -> tuple[str, int]:
    """The address of the agent with most works, and their number."""
    query = f"SELECT ?a (COUNT(*) AS ?n) {{ ?s <{iris.DCTERMS}creator> ?a }} GROUP BY ?a ORDER BY DESC(?n) LIMIT 1"
    solutions = Store.read_only(str(release.path / "store")).query(query)
    assert isinstance(solutions, QuerySolutions)
    row = next(iter(solutions))
    site = release.manifest["site"]
    return iris.local(site, iris.thing_to_document(site, row["a"].value)), int(row["n"].value)


def main(data: Path) -> None:
    release = store.current(data)
    paths = notices(release)
    author, works = busiest(release)
    print(f"release {release.name}: {release.manifest['notices']:,} notices; two web processes; the clients run on the same cores")
    fresh = iter(cycle(paths))
    with served(data, web_workers=2, page_cache=0) as (root, _):
        put(root, lambda: fresh, CLIENTS, seconds=3)  # files come into memory
        one = put(root, lambda: fresh, 1)
        print(f"made anew, 1 client:                {one}; {percentile(one.waits, 0.95) / UNCACHED:.2f} of the limit")
        paced = put(root, lambda: fresh, CLIENTS, pause=0.2)
        print(f"made anew, {CLIENTS} clients, 5 pages/s each: {paced}; {percentile(paced.waits, 0.95) / UNCACHED:.2f} of the limit")
        loop = put(root, lambda: fresh, CLIENTS)
        print(f"made anew, {CLIENTS} clients, no pause:      {loop}; {percentile(loop.waits, 0.95) / UNCACHED:.2f} of the limit")
        page = put(root, lambda: (f"{author}?n={n}" for n in count()), 1, seconds=4)
        print(f"author of {works:,} works:           {page}; {percentile(page.waits, 0.95) / BUSIEST:.2f} of the limit")
    with served(data, web_workers=2) as (root, _):
        few = paths[:200]
        put(root, lambda: iter(cycle(few)), CLIENTS, seconds=3)
        kept = put(root, lambda: iter(cycle(few)), CLIENTS)
        print(f"kept, {CLIENTS} clients:                     {kept}; {len(kept.waits) / kept.seconds / CACHED:.1f} times the limit")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(Path(sys.argv[1]))
    except subprocess.SubprocessError as error:
        sys.exit(str(error))
