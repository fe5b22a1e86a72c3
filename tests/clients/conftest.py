"""What the clients ask: the public server over samples of three bases, and the operator's port over an empty folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pop_ld import iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.web.server import server_config

from ..conformance.w3c_server import TOKEN, operator, running


@dataclass(frozen=True)
class Endpoint:
    """An address, and what is known to be behind it."""

    url: str
    notices: int = 0
    thing: str = ""
    token: str = ""
    data: Path = Path()

    @property
    def count(self) -> str:
        """A query whose one solution ``?n`` is the number of notices."""
        return f"SELECT (COUNT(*) AS ?n) {{ ?d <{iris.FOAF}primaryTopic> ?s . ?s <{iris.DCTERMS}identifier> ?r }}"


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    data = tmp_path_factory.mktemp("clients")
    settings = replace(Settings(), data=str(data), client_rate=0, deadline=3.0)
    bases = load_bases()
    pipeline.load([f for slug in ("mnr", "museo", "merimee") for f in bases[slug].samples], data, settings, quiet=True)
    release = store.current(data)
    with running(server_config(settings)) as root:
        yield Endpoint(root + "/sparql", release.manifest["notices"], release.manifest["examples"][0]["iri"], data=data)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Endpoint]:
    with operator(tmp_path) as served:
        yield Endpoint(served.root + "/sparql", token=TOKEN)
