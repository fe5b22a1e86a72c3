"""A data folder with the samples of every base, hostile notices and a tombstone, and all its downloads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Quad, Store

from pop_ld import downloads, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from tests.web.conftest import naughty_file

SHARD = 4
"""Notices of a shard: small, so that each base has several."""


@dataclass(frozen=True)
class Made:
    """A release with its downloads."""

    data: Path
    release: store.Release
    listing: downloads.Listing

    def path(self, base: str, format: str) -> Path:
        file = self.listing.find(base, format)
        assert file is not None, (base, format)
        return self.data / downloads.FOLDER / self.release.name / file.name

    @property
    def bases(self) -> list[str]:
        return list(self.release.manifest["bases"])

    def graph(self) -> Iterator[Quad]:
        """The store's default graph."""
        return Store.read_only(str(self.release.path / "store")).quads_for_pattern(None, None, None, DefaultGraph())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    data = tmp_path_factory.mktemp("downloads")
    settings = replace(Settings(), data=str(data))
    pipeline.load([f for b in load_bases().values() for f in b.samples], data, settings, quiet=True)
    pipeline.load([naughty_file(tmp_path_factory.mktemp("files"))], data, settings, base="mnr", quiet=True)
    release = pipeline.remove("mnr", ["rfr21"], data, settings, quiet=True)
    return Made(data, release, downloads.make(data, quiet=True, shard=SHARD))
