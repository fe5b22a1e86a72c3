"""Elasticsearch keeps the contract: real servers, where they could be fetched (make search-env)."""

from tests.search.cluster_contract import ClusterContract


class TestElasticsearch8(ClusterContract):
    """The contract, of a server that runs."""

    name = "elasticsearch8"


class TestElasticsearch9(ClusterContract):
    """The contract, of a server that runs."""

    name = "elasticsearch9"
