"""A release of the samples, and of photographs whose rights are said in every way that matters."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld import pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from tests.formats.conftest import Released, released

PHOTOGRAPHS = {
    "EUR00000001": "Photographie, CC BY-SA 4.0",
    "EUR00000002": "Domaine public",
    "EUR00000003": "© L. Arnoult",
    "EUR00000004": "Cliché Anonyme",
    "EUR00000005": "",
}


@pytest.fixture(scope="session")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """The release, with the file of its tiers not yet made."""
    data, files = tmp_path_factory.mktemp("europeana"), tmp_path_factory.mktemp("photographs")
    settings = replace(Settings(), data=str(data))
    file = Path(files) / "photographs.jsonl"
    rows = [
        {
            "REF": ref,
            "BASE": "memoire",
            "TICO": "Le lavoir vu du pont",
            "COPY": rights,
            "IMG": f"memoire/{ref}/vue.jpg",
            "AUTP": "Brunet, Amélie",
            "DATPV": "1884",
            "TYPDOC": "Négatif",
        }
        for ref, rights in PHOTOGRAPHS.items()
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    pipeline.load([*(each for base in load_bases().values() for each in base.samples), file], data, settings, accept=True, quiet=True)
    return released(data, settings)
