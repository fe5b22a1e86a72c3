"""Measures of SPARQL on a release: light queries beside ``oxigraph serve-read-only`` on the same store, and the competency questions."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph

from bench import corpus
from bench.attack import served
from bench.full_building import OXIGRAPH, Place
from bench.full_serving import in_memory
from bench.results import Measure
from bench.sparql import peer
from bench.visitors import Ask, Load, put
from pop_ld import iris, resources

LONGEST, SLOW, MEDIAN = 30.0, 0.5, 0.5
"""Seconds: of a question, from where on its plan is told, that the median may take."""
LIGHT, SECONDS = 0.05, 5.0
JSON = "application/sparql-results+json"
_SELECT = iris.SHACL + "select"


@dataclass(frozen=True)
class Asked:
    """How a question went: its name, text, HTTP status (0 where none came), seconds, rows, and the rewrites that it was answered by."""

    name: str
    query: str
    status: int
    seconds: float
    rows: int
    rewrites: str

    @property
    def failed(self) -> bool:
        return self.status != 200


def questions() -> dict[str, str]:
    """Name -> query of the competency questions of ontologies/examples, in order; not the paths through CRM that some have besides."""
    found = {}
    for file in sorted((resources.folder("ontologies") / "examples").glob("*.ttl")):
        for triple in pyoxigraph.parse(path=str(file), format=pyoxigraph.RdfFormat.TURTLE):
            if triple.predicate.value == _SELECT and isinstance(triple.subject, pyoxigraph.NamedNode):
                name = iris.last_part(triple.subject.value)
                if not name.endswith("-crm") and isinstance(triple.object, pyoxigraph.Literal):
                    found[name] = triple.object.value
    return dict(sorted(found.items()))


def ask(client: httpx.Client, name: str, query: str) -> Asked:
    """Asks one question, and reads its answer to the end."""
    start, rows = time.monotonic(), 0
    try:
        answer = client.post("/sparql", data={"query": query, "timeout": str(LONGEST)})
        if answer.status_code == 200:
            rows = len(answer.json()["results"]["bindings"])
    except (httpx.TransportError, ValueError, KeyError):
        return Asked(name, query, 0, time.monotonic() - start, rows, "")
    return Asked(name, query, answer.status_code, time.monotonic() - start, rows, answer.headers.get("Pop-Rewrites", ""))


def competency(place: Place) -> Iterator[Measure]:
    """The forty questions by our endpoint with a deadline of 30 s, one after the other, in two rounds; each slow one with its plan.

    In the first the system has nothing of the store in memory, or what other work has left there; the second is what readers see.
    """
    with (
        served(place.data, client_rate=0, result_cache=0) as (root, _),
        httpx.Client(base_url=root, timeout=LONGEST + 15, trust_env=False, headers={"Accept": JSON}) as client,
    ):
        client.post("/sparql", data={"query": "ASK {}"})
        first, asked = ([ask(client, name, query) for name, query in questions().items()] for _ in range(2))
    for before, one in zip(first, asked, strict=True):
        slow = one.failed or before.failed or one.seconds > SLOW
        statuses = [each.status for each in (before, one) if each.failed]
        failed = f"ended with status {' and '.join(map(str, statuses))}; " if statuses else ""
        note = f"{failed}{before.seconds:.3g} s at first; {explained(one, place)}" if slow else ""
        yield Measure("questions", one.name, one.seconds, "s", note=note)
    failures = sum(one.failed for one in (*first, *asked))
    yield Measure("questions", "failed", failures, "questions", "limit", 0, f"{len(asked)} asked, twice")
    yield Measure("questions", "median of the first round", statistics.median(one.seconds for one in first), "s")
    yield Measure("questions", "median", statistics.median(one.seconds for one in asked), "s", "limit", MEDIAN)
    yield Measure("questions", f"over {SLOW:g} s", sum(one.seconds > SLOW for one in asked), "questions")


def explained(asked: Asked, place: Place) -> str:
    """The plan of a slow question in a line; the whole of it goes to a file of ``plans``. It is the plan of the query as written."""
    file = place.out / "plans" / f"{place.size}-{asked.name}.json"
    file.parent.mkdir(exist_ok=True)
    location = str((place.data / "current" / "store").resolve())
    command = [str(OXIGRAPH), "query", "--location", location, "--query", asked.query, "--results-format", "tsv"]
    told = f"{asked.rows:,} rows" + (f", rewritten ({asked.rewrites})" if asked.rewrites else "")
    try:
        options = ["--explain-file", str(file), "--stats"]
        subprocess.run([*command, *options], check=True, timeout=2 * LONGEST, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.SubprocessError:
        return f"{told}; as written, not ended by the engine after {2 * LONGEST:g} s: no plan"
    return f"{told}; {heaviest(json.loads(file.read_text(encoding='utf-8'))['plan'])}"


def heaviest(plan: dict[str, Any]) -> str:
    """The operator of a plan that took longest by itself, with its rows; and the look-up that gave most."""
    nodes = list(_nodes(plan))
    slowest = max(nodes, key=_own)
    widest = max((node for node in nodes if not node["children"]), key=lambda node: node["number of results"], default=slowest)
    said = f"{_own(slowest):.1f} s in {_short(slowest['name'])}"
    return said if widest is slowest else f"{said}; {widest['number of results']:,} rows of {_short(widest['name'])}"


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from _nodes(child)


def _own(node: dict[str, Any]) -> float:
    return float(node["duration in seconds"]) - sum(float(child["duration in seconds"]) for child in node["children"])


def _short(name: str) -> str:
    """An operator without the beginnings of its IRIs."""
    parts = [part.strip("<>") if not part.startswith("<") else iris.last_part(part.strip("<>")) for part in name.split(" ")]
    text = " ".join(parts)
    return text if len(text) <= 90 else text[:89] + "…"


def look_ups(site: str, picked: list[corpus.Picked]) -> list[str]:
    """A query of all that is said of each notice."""
    return [f"SELECT ?p ?o {{ <{iris.notice(site, base, notice['REF'])}> ?p ?o }}" for base, notice in picked]


def light(place: Place) -> Iterator[Measure]:
    """Look-ups of one notice, and questions that take little, a second: our endpoint beside the engine's own server on the same files."""
    release = in_memory(place)
    picked = corpus.pick(place.corpus, 5_000, seed=4, bases=frozenset(release.manifest["bases"]))
    site = str(release.manifest["site"])
    looked = look_ups(site, picked)
    with served(place.data, client_rate=0, result_cache=0, page_cache=0) as (root, _), peer(place.data) as theirs:
        ours, engine = f"{root}/sparql", theirs
        quick = [query for query in questions().values() if _quick(ours, query) and _quick(engine, query)]
        for name, queries in (("look-ups of a notice", looked), (f"{len(quick)} light questions", quick)):
            if not queries:
                continue
            for address in (ours, engine):
                asked_by(address, queries, 8)  # else the first to be measured alone reads the disk
            for clients in (1, 8):
                mine, other = asked_by(ours, queries, clients), asked_by(engine, queries, clients)
                if mine.faults or other.faults:
                    raise SystemExit(f"{name}: {mine.faults} requests failed, {other.faults} of the peer")
                kind = "light questions" if name.endswith("questions") else name
                told = f"{name}; clients on the same cores"
                what = f"{kind}, {clients} client{'s' * (clients > 1)}"
                yield Measure("light SPARQL", what, mine.rate, "queries/s", "oxigraph serve-read-only", other.rate, told)


def _quick(address: str, query: str) -> bool:
    """Whether an endpoint answers a question in LIGHT seconds, by the second of two times; one that needs long is given up."""
    seconds = 0.0
    for _ in range(2):
        start = time.monotonic()
        try:
            if httpx.get(address, params={"query": query}, headers={"Accept": JSON}, timeout=1.0, trust_env=False).status_code != 200:
                return False
        except httpx.TransportError:
            return False
        seconds = time.monotonic() - start
    return seconds <= LIGHT


def asked_by(address: str, queries: list[str], clients: int) -> Load:
    """What clients see who ask queries without a pause; a comment makes each of them one that was never asked."""
    root, _, path = address.partition("//")[2].partition("/")
    stamp = time.monotonic_ns()
    texts = (Ask(f"/{path}?query={quote(f'{queries[n % len(queries)]} # {stamp} {n}')}", accept=JSON) for n in count())
    put(f"http://{root}", lambda: texts, clients, seconds=1)
    return put(f"http://{root}", lambda: texts, clients, seconds=SECONDS)


STAGES: dict[str, Callable[[Place], Iterator[Measure]]] = {"questions": competency, "light": light}
