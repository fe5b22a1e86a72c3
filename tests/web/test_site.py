"""Home, search, releases, vocabulary; a release that changes under way; no release at all."""

import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pop_ld import pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings

from .conftest import Running, serve


def test_home_says_what_the_site_holds(running: Running) -> None:
    held = running.get("/", "application/json").json()
    manifest = store.current(running.data).manifest
    assert held["bases"] == manifest["bases"] and held["release"] == manifest["name"]
    page = running.get("/").text
    assert manifest["name"] in page and all(f"/dataset/{slug}" in page for slug in load_bases())


def test_health(running: Running) -> None:
    assert running.get("/healthz", "*/*").json()["status"] == "ok"


def test_search_as_json(running: Running) -> None:
    found = running.get("/search?q=brunet&base=joconde", "application/json").json()
    assert found["total"] == len(found["hits"]) > 0
    assert {hit["base"] for hit in found["hits"]} == {"joconde"}
    assert running.get(found["hits"][0]["url"]).status_code == 200
    assert {f["value"] for f in found["facets"]["base"]} > {"joconde"}


def test_search_as_a_page(running: Running) -> None:
    page = running.get("/search?q=brunet").text
    assert 'lang="fr"' in page and "notices trouvées" in page and "/doc/" in page
    second = running.get("/search?q=&page=2")
    assert second.status_code == 200 and 'aria-current="page"' in second.text
    assert "Aucune notice" in running.get("/search?q=zzzzzz").text


@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=12))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_parameter_breaks_search(running: Running, words: str, base: str, page: str) -> None:
    address = "/search?" + "&".join(f"{k}={quote(v, errors='replace')}" for k, v in (("q", words), ("base", base), ("page", page)))
    assert running.get(address).status_code == 200


@pytest.mark.parametrize(
    "path", ["/releases", "/def/pop", "/def/pop.ttl", "/dataset/mnr", "/dataset/mnr.ttl", "/errors", "/robots.txt", "/static/style.css"]
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_other_pages(running: Running, path: str, lang: str) -> None:
    answer = running.get(f"{path}?lang={lang}")
    assert answer.status_code == 200 and answer.content
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_method_not_allowed(running: Running) -> None:
    answer = running.client.delete(running.root + "/doc/mnr/x")
    assert answer.status_code == 405
    assert running.client.options(running.root + "/sparql").status_code == 204


def test_static_files_stay_in_their_folder(running: Running) -> None:
    for path in ("/static/../notice.html", "/static/%2e%2e/notice.html", "/static/..%2f..%2fpyproject.toml"):
        assert running.client.get(running.root + path).status_code == 404


def test_a_new_release_is_served_without_dropping_a_request(tmp_path: Path) -> None:
    settings = replace(Settings(), data=str(tmp_path / "data"))
    samples = load_bases()["mnr"].samples
    server, thread, root = serve(settings)
    try:
        assert httpx.get(root + "/healthz").status_code == 503
        assert httpx.get(root + "/doc/mnr/x", headers={"Accept": "text/html"}).status_code == 503
        pipeline.load(samples[:1], tmp_path / "data", settings, quiet=True)
        seen: list[tuple[int, str]] = []
        done = threading.Event()

        def read() -> None:
            with httpx.Client() as client:
                while not done.is_set():
                    answer = client.get(root + "/search?q=", headers={"Accept": "application/json"})
                    seen.append((answer.status_code, answer.headers["pop-release"]))

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        pipeline.load(samples[1:], tmp_path / "data", settings, quiet=True)
        second = store.current_name(tmp_path / "data")
        while not any(name == second for _, name in seen):
            pass
        done.set()
        for reader in readers:
            reader.join()
        assert {status for status, _ in seen} == {200}
        assert len({name for _, name in seen}) == 2
    finally:
        server.should_exit = True
        thread.join(10)
