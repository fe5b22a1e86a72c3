"""The fast engine and the reference engine give the same results: on real notices, on the samples, and on every planted fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop_ld import readers
from pop_ld.bases import load_bases
from pop_ld.batches import in_batches
from pop_ld.checking import Checker
from pop_ld.config import Settings
from pop_ld.notices import Notice
from pop_ld.validation.reference import ReferenceEngine
from pop_ld.validation.results import Result
from pop_ld.validation.rules import shapes_for
from tests.test_shapes import examples, notice

REAL = {
    "joconde": ("joconde/joconde-extrait-2020.csv", "joconde/joconde-694-works-2021.csv", "api/joconde-document.json"),
    "memoire": ("memoire/memoire-mh-1851-1914-ile-de-france.csv", "api/memoire-document.json"),
    "merimee": (
        "merimee/mh-points-2026.csv",
        "merimee/merimee-mh-285.jsonl",
        "merimee/inventaire-pays-de-la-loire-tab.csv",
        "merimee/mh-export-2013-cp1252.csv",
        "api/merimee-document.json",
    ),
    "mnr": ("mnr/mnr-10-rows.csv", "import-formats/mnr-valid-UTF-8.csv", "api/mnr-document.json"),
    "museo": ("museo/museofile-2025.json",),
    "palissy": ("palissy/palissy-mh-1500.jsonl", "import-formats/palissy-mh-valid-UTF-8.csv", "api/palissy-document.json"),
}
EACH = 60
"""Notices of a real file that both engines are given, spread over it."""


def notices(slug: str, file: Path) -> list[Notice]:
    base = load_bases()[slug]
    sources = readers.open_sources(file, base=base, encoding=None, bases=load_bases())
    return [found for source in sources for found in source if isinstance(found, Notice)]


def both(slug: str, found: list[Notice]) -> tuple[set[Result], set[Result]]:
    """The results of each engine, notice by notice in batches of the same size."""
    checker, slow = Checker(slug, Settings()), ReferenceEngine(shapes_for(slug))
    (fast,) = checker.engines
    results: tuple[set[Result], set[Result]] = (set(), set())
    for batch in in_batches(found, 50):
        graph = checker.graph(batch)
        for engine, seen in zip((fast, slow), results, strict=True):
            listed = engine(graph)
            assert len(listed) == len(set(listed))
            seen.update(listed)
    return results


@pytest.mark.parametrize("slug", REAL)
def test_on_real_notices(slug: str, shared: Path) -> None:
    for name in REAL[slug]:
        found = notices(slug, shared / "data" / name)
        fast, slow = both(slug, found[:: max(1, len(found) // EACH)])
        assert fast == slow, name


@pytest.mark.parametrize("slug", load_bases())
def test_on_the_samples(slug: str) -> None:
    fast, slow = both(slug, [found for file in load_bases()[slug].samples for found in notices(slug, file)])
    assert fast == slow


@pytest.mark.parametrize("slug", load_bases())
def test_on_planted_faults(slug: str) -> None:
    listed = [case for found in examples(slug)["cases"].values() for case in found if "invalid" in case]
    planted = [notice(slug, {"REF": f"{number:011d}", **case["invalid"]}) for number, case in enumerate(listed)]
    fast, slow = both(slug, planted)
    assert fast == slow
    assert {result.focus.rpartition("/")[2] for result in fast} >= {found.ref for found in planted if found.ref.isalnum()}
