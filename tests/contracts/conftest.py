"""Fixtures of the contract tests: one release, in the data folder and in each remote store that is there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from contract_data import every_iri_of, publish
from remote_stores import running_fuseki, running_oxigraph

from pop_ld.config import Settings
from pop_ld.store import Release
from pop_ld.store.oxigraph import OxigraphReader


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("contract") / "data")


@pytest.fixture(scope="session")
def embedded(published: Release) -> Settings:
    return Settings(query_workers=2)


@pytest.fixture(scope="module")
def oxigraph(published: Release) -> Iterator[Settings]:
    with running_oxigraph() as url:
        yield Settings(query_workers=2, store_url=url)  # of a module: it goes on with queries for hours that nobody waits for


@pytest.fixture(scope="module")
def fuseki(published: Release) -> Iterator[Settings]:
    with running_fuseki() as url:
        yield Settings(query_workers=2, store_url=url)


@pytest.fixture(scope="session")
def ours(published: Release) -> OxigraphReader:
    """What the others are held against."""
    return OxigraphReader(published)


@pytest.fixture(scope="session")
def every_iri(published: Release) -> list[str]:
    """Every subject and every object that is an IRI, but the works of the hub and the hub itself."""
    return every_iri_of(published)
