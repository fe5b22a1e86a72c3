"""The compiled mapping and morph-kgc on the exported RML say the same triples of the same records."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import morph
from pop_ld import readers
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.fields import RecordBuilder
from pop_ld.mapping import compile_mapping, expand, load_mapping, to_rml
from pop_ld.notices import Notice, Record

pytestmark = pytest.mark.skipif(not morph.PYTHON.is_file(), reason="morph-kgc's environment is absent: make conformance-env")
REAL = {
    "joconde": "joconde/joconde-694-works-2021.csv",
    "merimee": "merimee/merimee-mh-285.jsonl",
    "palissy": "palissy/palissy-mh-1500.jsonl",
    "mnr": "mnr/mnr-10-rows.csv",
}
LIMIT = 150
"""Notices of a real file: morph-kgc takes seconds for each thousand."""


def records(slug: str, files: list[Path]) -> list[Record]:
    base = load_bases()[slug]
    build = RecordBuilder(base, Settings(), load_bases())
    found: dict[str, Record] = {}
    for file in files:
        for source in readers.open_sources(file, base=base, encoding=None, bases=load_bases()):
            for notice in source:
                if isinstance(notice, Notice) and len(found) < LIMIT:
                    found[notice.ref] = build(notice)[0]
    return list(found.values())


def ours(slug: str, made: list[Record]) -> set[str]:
    convert = compile_mapping(load_mapping(load_bases()[slug].mapping_file), slug)
    lines: list[str] = []
    shared: set[str] = set()
    seen: dict[Any, Any] = {}
    for record in made:
        convert(record, lines, shared, seen)
    return set("".join([*lines, *shared]).splitlines())


def same(slug: str, made: list[Record], folder: Path) -> None:
    rml = to_rml(load_mapping(load_bases()[slug].mapping_file), "records.json")
    theirs, _ = morph.run(folder, rml, json.dumps([expand(record) for record in made], ensure_ascii=False))
    mine = ours(slug, made)
    assert len(mine) > 5 * len(made)
    assert mine == theirs


@pytest.mark.parametrize("slug", load_bases())
def test_samples(slug: str, tmp_path: Path) -> None:
    same(slug, records(slug, list(load_bases()[slug].samples)), tmp_path)


@pytest.mark.parametrize("slug", REAL)
def test_real_files(slug: str, tmp_path: Path, shared: Path) -> None:
    same(slug, records(slug, [shared / "data" / REAL[slug]]), tmp_path)
