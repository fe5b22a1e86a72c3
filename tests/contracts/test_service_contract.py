"""Queries are answered and refused alike by each store."""

from __future__ import annotations

from service_contract import ServiceContract


class TestEmbedded(ServiceContract):
    store = "embedded"


class TestOxigraphServer(ServiceContract):
    store = "oxigraph"


class TestFuseki(ServiceContract):
    store = "fuseki"
