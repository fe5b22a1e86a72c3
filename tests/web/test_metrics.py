"""/metrics: what Prometheus reads, who may read it, and labels that stay few."""

import threading
from collections.abc import Iterable
from dataclasses import replace

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from starlette.requests import Request

from pop_ld import store
from pop_ld.web.metrics import readable

from .conftest import Running, serve
from .served import HOURS, until

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(families: Iterable[object]) -> Samples:
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}  # type: ignore[attr-defined]


def read(running: Running) -> Samples:
    answer = running.get("/metrics", "text/plain")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=")
    return samples(read_text(answer.text))


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset({"worker": "0", **labels}.items())), 0.0)


def test_queries_are_counted_by_outcome_time_and_bytes(running: Running) -> None:
    before = read(running)
    query = "SELECT * { ?s ?p ?o } LIMIT 7 # counted"
    size = len(running.client.get(running.root + "/sparql", params={"query": query}).content)
    running.client.get(running.root + "/sparql", params={"query": query})
    running.client.get(running.root + "/sparql", params={"query": "SELECT nonsense"})
    running.client.get(running.root + "/sparql", params={"query": HOURS, "timeout": "0.6"})
    after = read(running)

    def more(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert [more("pop_ld_queries_total", outcome=name) for name in ("ok", "cached", "query-syntax", "query-timeout")] == [1, 1, 1, 1]
    assert more("pop_ld_query_seconds_count") == 4 == more("pop_ld_query_seconds_bucket", le="+Inf")
    assert more("pop_ld_query_seconds_bucket", le="0.5") < 4 and more("pop_ld_query_seconds_sum") > 0.6
    assert more("pop_ld_query_run_seconds_count") >= 1
    assert 0 < more("pop_ld_query_bytes_total") <= 2 * size
    assert more("pop_ld_requests_total", route="/sparql", status="200") == 2
    assert more("pop_ld_requests_total", route="/sparql", status="504") == 1
    assert more("pop_ld_requests_total", route="/metrics", status="200") == 1


def test_what_runs_and_what_is_served(running: Running) -> None:
    thread = threading.Thread(target=lambda: httpx.get(running.root + "/sparql", params={"query": HOURS, "timeout": "3"}, timeout=30))
    thread.start()
    until(lambda: value(read(running), "pop_ld_queries_running", length="long") == 1)
    thread.join()
    found = read(running)
    assert value(found, "pop_ld_queries_running", length="long") == 0 == value(found, "pop_ld_queries_waiting")
    name = store.current_name(running.data)
    running.get("/")
    until(lambda: value(read(running), "pop_ld_query_workers_ended_total") > 0)  # the one that ran for too long
    found = read(running)
    assert value(found, "pop_ld_query_workers_started_total") > value(found, "pop_ld_query_workers_ended_total")
    assert value(found, "pop_ld_release_info", release=name) == 1
    assert 0 < value(found, "pop_ld_release_age_seconds") < 24 * 3600
    assert value(found, "pop_ld_web_process_up") == 1
    assert value(found, "process_resident_memory_bytes") > 10_000_000


def test_openmetrics_where_it_is_asked_for(running: Running) -> None:
    answer = running.get("/metrics", "application/openmetrics-text; version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert any(name == "pop_ld_queries_total" for name, _ in samples(read_openmetrics(answer.text)))


def test_addresses_that_clients_make_up_make_no_series(running: Running) -> None:
    def series() -> list[str]:
        return [x for x in running.get("/metrics", "text/plain").text.splitlines() if x.startswith("pop_ld_requests_total")]

    for path in ("/made-up", "/doc/mnr/made-up", "/static/made-up.css", "/metrics"):
        running.get(path)
    before = series()
    for number in range(20):
        running.get(f"/made-up-{number}")
        running.get(f"/doc/mnr/made-up-{number}")
        running.get(f"/static/made-up-{number}.css")
    text = running.get("/metrics", "text/plain").text
    assert "made-up" not in text
    assert 'route="none",status="404"' in text and 'route="/static",status="404"' in text
    assert len(series()) == len(before)


@pytest.mark.parametrize(
    ("client", "headers", "setting", "may"),
    [
        ("127.0.0.1", {}, "127.0.0.0/8 ::1", True),
        ("::1", {}, "127.0.0.0/8 ::1", True),
        ("::ffff:127.0.0.1", {}, "127.0.0.0/8", True),
        ("203.0.113.5", {}, "127.0.0.0/8 ::1", False),
        ("10.1.2.3", {}, "127.0.0.0/8, 10.0.0.0/8", True),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, "127.0.0.0/8", False),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, "127.0.0.0/8", False),
        ("127.0.0.1", {"via": "1.1 cache"}, "127.0.0.0/8", False),
        ("203.0.113.5", {"x-forwarded-for": "203.0.113.5"}, "all", True),
        ("203.0.113.5", {}, "all", True),
        ("127.0.0.1", {}, "", False),
        ("no address", {}, "127.0.0.0/8", False),
        ("", {}, "127.0.0.0/8", False),
    ],
)
def test_who_may_read(client: str, headers: dict[str, str], setting: str, may: bool) -> None:
    scope = {"type": "http", "headers": [(k.encode(), v.encode()) for k, v in headers.items()], "client": (client, 1) if client else None}
    assert readable(Request(scope), setting) is may


def test_others_are_told_that_there_is_nothing(running: Running) -> None:
    assert running.get("/metrics", "*/*", **{"X-Forwarded-For": "198.51.100.1"}).status_code == 404
    server, thread, root = serve(replace(running.settings, metrics=""))
    assert httpx.get(root + "/metrics").status_code == 404
    server.should_exit = True
    thread.join(10)
