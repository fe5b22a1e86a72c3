"""Requests that the tests of the operator's port send."""

from __future__ import annotations

import httpx

from ..conformance.w3c_server import Served

GRAPH = "https://data.pop.culture.gouv.fr/graph/annotation/essai"


def update(port: Served, text: str, **parameters: str) -> httpx.Response:
    headers = {"Content-Type": "application/sparql-update"}
    return port.client.post(port.root + "/sparql", params=parameters, content=text.encode(), headers=headers)


def is_so(port: Served, pattern: str) -> bool:
    answer = port.client.get(port.root + "/sparql", params={"query": f"ASK {{ {pattern} }}"})
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["boolean"])


def graph(port: Served, method: str, content: str = "", name: str = GRAPH, kind: str = "text/turtle") -> httpx.Response:
    headers = {"Content-Type": kind} if content else {}
    return port.client.request(method, port.root + "/rdf-graph-store", params={"graph": name}, content=content.encode(), headers=headers)
