"""A site whose search is in a cluster: published, rolled back, pruned with its releases; lost in mid-service, and back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from pop_ld import iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.cli import main
from pop_ld.config import Settings
from pop_ld.errors import SearchUnavailable, StoreError
from pop_ld.search.remote_client import Cluster
from tests.search.clusters import Server, running_cluster
from tests.web.conftest import serve

LIST = "/linked/lieu/insee-21999"


@dataclass(frozen=True)
class Published:
    """A data folder whose releases are in a cluster too."""

    server: Server
    data: Path
    settings: Settings

    def alias(self) -> list[str]:
        return list(Cluster(self.settings).ask("GET", f"/_alias/{self.settings.search_prefix}"))

    def indices(self) -> list[str]:
        return sorted(Cluster(self.settings).ask("GET", f"/{self.settings.search_prefix}-*/_mapping"))

    def index(self) -> str:
        return str(store.current(self.data).manifest["search_index"])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    with running_cluster("opensearch2", tmp_path_factory.mktemp("opensearch")) as server:
        data = tmp_path_factory.mktemp("cluster")
        settings = replace(server.settings, data=str(data), keep_releases=2)
        pipeline.load([f for slug in ("merimee", "mnr") for f in load_bases()[slug].samples], data, settings, quiet=True)
        yield Published(server, data, settings)


def test_publication_makes_an_index_and_the_alias_follows(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    data, settings = published.data, published.settings
    first = published.index()
    assert published.alias() == published.indices() == [first]
    pipeline.load(load_bases()["joconde"].samples, data, settings, quiet=True)
    second, held = published.index(), store.current(data).manifest["notices"]
    assert published.alias() == [second] and published.indices() == [first, second]
    assert Cluster(settings).ask("GET", f"/{second}/_count")["count"] == held
    for name in ("SEARCH_URL", "SEARCH_ENGINE", "SEARCH_PREFIX"):
        monkeypatch.setenv(f"POP_LD_{name}", str(getattr(settings, name.lower())))
    assert main(["releases", "rollback", "--data", str(data)]) == 0
    assert published.alias() == [first] and published.index() == first
    pipeline.remove("mnr", ["rfr21"], data, settings, quiet=True)
    third = published.index()
    assert third not in (first, second) and published.alias() == [third]
    assert published.indices() == sorted(held for held in (second, third)), "as many as releases are kept"


def test_a_cluster_that_is_not_there_fails_a_publication_and_nothing_else(published: Published) -> None:
    lost = replace(published.settings, search_url="http://127.0.0.1:9")
    before = published.index()
    with pytest.raises(SearchUnavailable):
        pipeline.load(load_bases()["joconde"].samples, published.data, lost, quiet=True)
    assert published.index() == before and published.alias() == [before]


def test_a_delta_upon_a_release_without_an_index_there_is_refused(published: Published) -> None:
    before = published.index()
    Cluster(published.settings).ask("DELETE", f"/{before}")
    with pytest.raises(StoreError, match="load all files anew"):
        pipeline.load(load_bases()["joconde"].samples, published.data, published.settings, quiet=True)
    assert published.index() == before
    pipeline.load(
        [f for slug in ("merimee", "mnr", "joconde") for f in load_bases()[slug].samples], published.data, published.settings, quiet=True
    )
    assert published.alias() == [published.index()] != [before]


def test_the_cluster_is_lost_in_mid_service_and_comes_back(published: Published) -> None:
    settings = published.settings
    server, thread, root = serve(settings)
    notice = store.current(published.data).manifest["examples"][0]
    page = iris.local(settings.site, iris.thing_to_document(settings.site, notice["iri"]))
    query = f'PREFIX pop: <{iris.ONTOLOGY}> SELECT ?n WHERE {{ ?n pop:search "saint" }} LIMIT 5'
    with httpx.Client(timeout=30, trust_env=False) as client:

        def get(path: str, accept: str = "application/json") -> httpx.Response:
            return client.get(root + path, headers={"Accept": accept})

        def rest_goes_on() -> None:
            assert get(page, "text/html").status_code == 200
            answer = client.get(root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"})
            assert answer.status_code == 200 and answer.text.count("/id/") > 1
            assert get(LIST, "text/html").status_code == 200

        try:
            found = get("/search?q=saint")
            assert found.status_code == 200 and found.json()["total"] > 0
            assert get("/healthz").json()["checks"]["cluster"] == "ok"
            rest_goes_on()
            published.server.stop()
            for _ in range(2):
                lost = get("/search?q=eglise")
                assert (lost.status_code, lost.headers["Retry-After"]) == (503, "5"), lost.text
                assert lost.headers["Content-Type"] == "application/problem+json" and lost.json()["type"] == "/errors#search-unavailable"
            shown = get("/search?q=abbaye&lang=fr", "text/html")
            assert shown.status_code == 503 and "La recherche ne répond pas" in shown.text
            for _ in range(4):
                get("/search?q=pont")
            start = time.monotonic()
            assert get("/search?q=chapelle").status_code == 503
            assert time.monotonic() - start < settings.search_timeout / 2, "nobody waits for a cluster that is known to be gone"
            rest_goes_on()
            time.sleep(1.1)
            health = get("/healthz")
            assert (health.status_code, health.json()["checks"]["cluster"]) == (200, "unavailable")
            published.server.start()
            end = time.monotonic() + 40
            while (back := get("/search?q=eglise")).status_code == 503 and time.monotonic() < end:
                time.sleep(0.5)
            assert back.status_code == 200 and back.json()["total"] > 0
        finally:
            server.should_exit = True
            thread.join(10)
