"""A data folder with the samples of three bases, published once; tests that write into its book take a copy."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld import pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings


@pytest.fixture(scope="package")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("aligning") / "data"
    files = [file for slug in ("joconde", "museo", "merimee") for file in load_bases()[slug].samples]
    pipeline.load(files, data, replace(Settings(), data=str(data)), quiet=True)
    return data


@pytest.fixture
def data(published: Path, tmp_path: Path) -> Path:
    """A copy that the test may change; its snapshots are hard links to nothing that is written."""
    folder = tmp_path / "data"
    shutil.copytree(published, folder, symlinks=True)
    return folder


def notices_of(data: Path, base: str) -> list[str]:
    """The IRIs of the notices of a base in the release that serves, in order."""
    from pop_ld import search
    from pop_ld.search.question import Question

    index = search.open_search(store.current(data).path / "search")
    return sorted(hit.iri for hit in index.scan(Question(filters=(("base", (base,)),), order="ref")))
