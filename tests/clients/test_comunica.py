"""Comunica (npm) on the public port: told that it is a SPARQL endpoint, and finding it out from the service description."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pop_ld import iris

from .conftest import Endpoint

SCRIPT = Path(__file__).parent / "comunica.mjs"
FOLDER = Path(__file__).resolve().parents[2] / "build" / "comunica"
pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine"),
    pytest.mark.skipif(not (FOLDER / "done.stamp").is_file(), reason="no Comunica: make clients-env installs it"),
]
TYPES = ["sparql", ""]


def ask(endpoint: Endpoint, query: str, kind: str) -> dict[str, Any]:
    done = subprocess.run(
        ["node", str(SCRIPT), str(FOLDER), endpoint.url, query, kind], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("kind", TYPES, ids=["told", "found out"])
def test_select_ask_construct(endpoint: Endpoint, kind: str) -> None:
    assert ask(endpoint, endpoint.count, kind)["bindings"] == [{"n": str(endpoint.notices)}]
    assert ask(endpoint, f"ASK {{ <{endpoint.thing}> ?p ?o }}", kind) == {"boolean": True}
    quads = ask(endpoint, f"CONSTRUCT {{ <{endpoint.thing}> ?p ?o }} WHERE {{ <{endpoint.thing}> ?p ?o }}", kind)["quads"]
    assert [endpoint.thing, iris.DCTERMS + "identifier"] in [quad[:2] for quad in quads]


def test_a_join_and_a_text(endpoint: Endpoint) -> None:
    query = f"""SELECT DISTINCT ?label {{
        <{endpoint.thing}> <{iris.RDFS}label> ?label ; <{iris.DCTERMS}identifier> ?ref . FILTER(CONTAINS(?label, "") && LANG(?label) = "fr")
    }} LIMIT 5"""
    assert ask(endpoint, query, "")["bindings"]


def test_a_named_graph(endpoint: Endpoint) -> None:
    query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{iris.examples_graph(endpoint.thing.partition('/id/')[0])}> {{ ?s ?p ?o }} }}"
    assert int(ask(endpoint, query, "sparql")["bindings"][0]["n"]) > 100
