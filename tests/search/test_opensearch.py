"""OpenSearch keeps the contract: real servers, where they could be fetched (make search-env)."""

from tests.search.cluster_contract import ClusterContract


class TestOpenSearch2(ClusterContract):
    """The contract, of a server that runs."""

    name = "opensearch2"


class TestOpenSearch3(ClusterContract):
    """The contract, of a server that runs."""

    name = "opensearch3"
