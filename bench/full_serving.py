"""Measures of serving a release to readers and machines: what each kind of answer takes at the 50th and 95th percentile, over HTTP.

Two web processes serve; the clients run on the same cores. Nothing is answered from what is kept, unless it says so.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

import httpx

from bench import corpus
from bench.attack import served
from bench.full_building import Place
from bench.linked import largest
from bench.pages import CACHED, UNCACHED
from bench.results import Measure
from bench.visitors import Ask, Load, put
from pop_ld import dump, linking, pipeline, search, store
from pop_ld import iris as names
from pop_ld.config import Settings
from pop_ld.search.contract import SearchReader
from pop_ld.search.question import FACETS, Question
from pop_ld.search.tantivy import open_search
from pop_ld.web.reading_ahead import files, read_ahead

CLIENTS, PAUSE, SECONDS = 20, 0.2, 6.0
"""Paced readers, seconds from one request of a reader to its next, seconds of a measure."""
TIMES = 30
"""Answers of which a percentile is taken where one answer is long."""
SEARCH = 60.0
"""The limit of search: ms at the 95th percentile."""
LARGEST_CLUSTER = 200_000
"""Notices beyond which no cluster is filled unless asked for by name: it takes longer than the load."""
_SERVERS = ("elasticsearch9", "opensearch3")


def latencies(stage: str, name: str, load: Load, limit: float = 0.0, note: str = "") -> Iterator[Measure]:
    """p50 and p95 of a load; where there is a limit, p95 beside it. Raises SystemExit where requests failed: figures of errors are none."""
    if load.faults or not load.waits:
        raise SystemExit(f"{name}: {load.faults} of {len(load.waits)} requests failed")
    yield Measure(stage, f"{name}, p50", load.p(0.5), "ms", note=note)
    yield Measure(stage, f"{name}, p95", load.p(0.95), "ms", "limit" if limit else "", limit or None, note)


def in_memory(place: Place) -> store.Release:
    """The current release, its files read ahead as ``serve`` has them read while it starts: here it is waited for."""
    release = store.current(place.data)
    settings = Settings(data=str(place.data))
    read_ahead(files(release.path, settings), settings)
    return release


def pages(place: Place) -> Iterator[Measure]:
    """Pages of notices that nobody asked for before, by one reader and by twenty; kept ones; pages of what has most notices."""
    paths = corpus.pages(corpus.pick(place.corpus, 6_000, bases=frozenset(in_memory(place).manifest["bases"])))
    fresh = cycle(paths)
    with served(place.data, web_workers=2, page_cache=0) as (root, _):
        put(root, lambda: fresh, CLIENTS, seconds=3)  # files come into memory
        yield from latencies("pages", "notice, 1 client", put(root, lambda: fresh, 1, seconds=SECONDS), UNCACHED)
        paced = put(root, lambda: fresh, CLIENTS, pause=PAUSE, seconds=SECONDS)
        yield from latencies("pages", f"notice, {CLIENTS} clients", paced, UNCACHED, f"each asks {1 / PAUSE:g} pages a second")
        yield from hubs(place.data, root)
    with served(place.data, web_workers=2) as (root, _):
        few = paths[:200]
        put(root, lambda: cycle(few), CLIENTS, seconds=2)
        kept = put(root, lambda: cycle(few), CLIENTS, seconds=SECONDS)
        yield Measure("pages", "kept pages", kept.rate, "pages/s", "limit", CACHED)
        yield from latencies("pages", "kept page, no pause", kept)


def hubs(data: Path, root: str) -> Iterator[Measure]:
    """The agent, building, concept and place at which most notices point: page, first and last page of the list of these notices."""
    release = store.current(data)
    index, site = open_search(release.path / "search"), str(release.manifest["site"])
    for kind in ("agent", "merimee", "concept", "lieu"):
        thing = largest(index, f"{site}/id/{kind}/")
        if not thing:
            continue
        total = index.linked(thing, limit=0).total
        path, note = names.local(site, names.thing_to_document(site, thing)), f"{total:,} notices point at it"
        yield Measure("hubs", f"notices of the largest {kind}", total, "notices")
        yield from latencies("hubs", f"page of the largest {kind}", _some(root, f"{path}?n="), note=note)
        listed = f"/linked/{names.local(site, thing).removeprefix('/id/')}"
        yield from latencies("hubs", f"list of the largest {kind}", _some(root, f"{listed}?n="), note=note)
        last = min(total, search.contract.LINKED_DEEPEST) // 50
        if last > 1:
            yield from latencies("hubs", f"last page of the list, {kind}", _some(root, f"{listed}?page={last}&n="), note=note)


def _some(root: str, path: str, accept: str = "text/html") -> Load:
    """One client asks for an address, another way each time (``path`` ends where a number goes)."""
    return put(root, lambda: (Ask(f"{path}{n}", accept=accept) for n in count()), 1, seconds=SECONDS, most=TIMES)


def machines(place: Place) -> Iterator[Measure]:
    """What machines ask for: sitemaps, a page of OAI-PMH and of the change feed, a batch of reconciliation, VoID, the first page."""
    with served(place.data, web_workers=2, page_cache=0) as (root, _):
        yield from latencies("machines", "home page", _some(root, "/?n="))
        yield from latencies("machines", "index of sitemaps", _some(root, "/sitemap.xml?n="))
        listed = re.findall(r"<loc>[^<]*?(/sitemaps/[^<]+)</loc>", httpx.get(f"{root}/sitemap.xml", trust_env=False).text)
        fault = "no sitemap of notices" if len(listed) < 2 else ""
        if fault:
            raise SystemExit(fault)
        yield from latencies("machines", "sitemap", put(root, lambda: cycle(listed), 1, seconds=SECONDS, most=TIMES))
        yield from latencies("machines", "VoID", _some(root, "/void?n=", "text/turtle"))
        for prefix in ("oai_dc", "edm"):
            yield from latencies("machines", f"OAI-PMH ListRecords {prefix}", harvested(root, prefix))
        batches = re.findall(r"/feed/([^/>\s]+)/0>", httpx.get(f"{root}/feed", headers={"Accept": "text/turtle"}, trust_env=False).text)
        if batches:
            feed = [Ask(f"/feed/{batches[-1]}/{number}", accept="application/trig") for number in range(5)]
            yield from latencies("machines", "page of the change feed", put(root, lambda: cycle(feed), 1, seconds=SECONDS, most=TIMES))
        yield from latencies("machines", "reconciliation, batch of 50", put(root, batches_of(place), 1, seconds=3 * SECONDS, most=TIMES))


def harvested(root: str, prefix: str) -> Load:
    """Pages of records one after the other, by the token of each."""
    load, token = Load([], 0, 0, 0.0), ""
    with httpx.Client(base_url=root, timeout=60, trust_env=False) as client:
        while len(load.waits) < TIMES and (token or not load.waits):
            asked = {"resumptionToken": token} if token else {"metadataPrefix": prefix}
            start = time.monotonic()
            answer = client.get("/oai", params={"verb": "ListRecords", **asked})
            load.waits.append(time.monotonic() - start)
            load.seconds += load.waits[-1]
            load.faults += answer.status_code != 200 or "<error" in answer.text
            found = re.search(r"<resumptionToken[^>]*>([^<]+)<", answer.text)
            token = found[1] if found else ""
    return load


def batches_of(place: Place) -> Callable[[], Iterator[Ask]]:
    """Batches of 50 rows, each the title and the author or the place of a notice."""
    rows = corpus.pick(place.corpus, 50 * TIMES, seed=3, bases=frozenset({"joconde", "merimee", "palissy"}))

    def asks() -> Iterator[Ask]:
        for first in cycle(range(0, len(rows) - 49, 50)):
            queries = {f"q{n}": row(base, notice) for n, (base, notice) in enumerate(rows[first : first + 50])}
            yield Ask("/reconcile", urlencode({"queries": json.dumps(queries)}).encode(), "application/json")

    def row(base: str, notice: dict[str, str]) -> dict[str, object]:
        title = notice.get("TITR") or notice.get("TICO") or notice.get("DENO") or notice["REF"]
        named = [("artist", notice.get("AUTR", "")), ("commune", notice.get("COM", ""))]
        return {"query": title, "type": base, "limit": 5, "properties": [{"pid": pid, "v": text} for pid, text in named if text]}

    return asks


def searching(place: Place) -> Iterator[Measure]:
    """Questions of two words with all facets: computing time and latency in process, latency by HTTP."""
    release = in_memory(place)
    index = open_search(release.path / "search")
    pairs = corpus.questions(corpus.pick(place.corpus, 4_000, seed=2))
    yield Measure("search", "index", sum(f.stat().st_size for f in (release.path / "search").iterdir()) / place.size, "bytes/notice")
    yield from latencies("search", "in process", in_process(index, pairs[:1_000]), SEARCH)
    asks = cycle([f"/search.json?{urlencode({'q': pair})}" for pair in pairs[1_000:]])
    suggested = cycle([f"/search/suggest?q={quote(pair[:4])}" for pair in pairs[1_000:]])
    with served(place.data, web_workers=2, page_cache=0) as (root, _):
        put(root, lambda: asks, CLIENTS, seconds=2)
        yield from latencies("search", "by HTTP, 1 client", put(root, lambda: asks, 1, seconds=SECONDS), SEARCH)
        paced = put(root, lambda: asks, CLIENTS, pause=2 * PAUSE, seconds=SECONDS)
        yield from latencies("search", f"by HTTP, {CLIENTS} clients", paced, SEARCH, f"each asks {1 / (2 * PAUSE):g} times a second")
        yield from latencies("search", "suggestions", put(root, lambda: suggested, 1, seconds=SECONDS / 2))


def in_process(index: SearchReader, pairs: list[str]) -> Load:
    """One caller asks an index, after a first tenth that brings files into memory, for at most ten seconds."""
    for pair in pairs[: len(pairs) // 10]:
        index.find(Question(pair), facets=FACETS)
    load, end = Load([], 0, 0, 0.0), time.monotonic() + 10
    for pair in pairs[len(pairs) // 10 :]:
        start = time.monotonic()
        index.find(Question(pair), facets=FACETS)
        load.waits.append(time.monotonic() - start)
        if time.monotonic() > end:
            break
    return load


@contextmanager
def cluster(name: str, folder: Path) -> Iterator[Settings]:
    """Settings for a server of ``make search-env`` that runs for the block. Raises SystemExit where it cannot be had."""
    from _pytest.outcomes import Skipped

    from tests.search.clusters import running_cluster

    try:
        with running_cluster(name, folder) as server:
            yield server.settings
    except Skipped as absent:
        raise SystemExit(str(absent)) from None


def engines(place: Place) -> Iterator[Measure]:
    """The same documents and the same questions in Elasticsearch and OpenSearch, a node of 512 MiB on the same cores, by their clients."""
    if place.size > LARGEST_CLUSTER:
        yield Measure("search", "clusters", 0, "", note=f"not filled beyond {LARGEST_CLUSTER:,} notices")
        return
    pairs = corpus.questions(corpus.pick(place.corpus, 4_000, seed=2))[:300]
    folder = store.current(place.data).path / "search"
    with TemporaryDirectory(dir=place.out) as made:
        dumped = Path(made) / "dump"
        pipeline.convert(corpus.files(place.corpus), dumped, Settings(), jobs=2, validate=False, quiet=True)
        start = time.monotonic()
        search.build(Path(made) / "index", linking.with_chosen(dump.documents(dumped), dumped))
        built = place.size / (time.monotonic() - start)
        for name in _SERVERS:
            home = Path(made) / name
            home.mkdir()
            with cluster(name, home) as settings:
                start = time.monotonic()
                index, _ = search.build_in_cluster(settings, "bench", linking.with_chosen(dump.documents(dumped), dumped))
                yield Measure("search", f"indexing beside {name}", built, "notices/s", name, place.size / (time.monotonic() - start))
                ours = in_process(open_search(folder), pairs)  # beside it in the same minute, for the machine may be shared
                other = in_process(search.open_search(folder, settings, index), pairs)
                yield Measure("search", f"p95 beside {name}", ours.p(0.95), "ms", name, other.p(0.95))


STAGES: dict[str, Callable[[Place], Iterator[Measure]]] = {
    "pages": pages,
    "machines": machines,
    "search": searching,
    "clusters": engines,
}
