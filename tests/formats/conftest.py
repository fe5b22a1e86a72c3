"""A release of the samples and of hostile notices, and one of real notices, for representations to be made from."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from pop_ld import iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.formats.source import Source

HOSTILE = (
    "<script>alert(1)</script>\"'</title></script><img src=x onerror=alert(1)>",
    "]]>&amp;&#0;<![CDATA[<!--",
    "a\x01b\x0bc\x1fd\ufffe\uffff\r\ne\x92f\u202eg",
    "é" * 100_000,
    "%00%C3%28 {x|y}^`\\ javascript:alert(1) http://[::1 x:y",
)
_HUGE = ("TITR", "TICO", "LEG", "DESC", "HIST", "AUTR", "NOM", "NOMOFF", "DENO")
KINDS = ("agent", "concept", "lieu", "temps")


@dataclass(frozen=True)
class Released:
    """A release, open; ``things`` are its notices by base, and what they share by kind."""

    release: store.Release
    reader: store.ResourceReader
    things: dict[str, list[str]]

    def source(self, thing: str) -> Source:
        manifest = self.release.manifest
        return Source(str(manifest["site"]), thing, self.reader.describe(thing), self.reader, manifest)

    def sources(self, kinds: Sequence[str] = (), most: int = 10**6) -> Iterator[Source]:
        """At most ``most`` things of each kind, chosen at random and the same at each run."""
        for kind, things in sorted(self.things.items()):
            if not kinds or kind in kinds:
                yield from map(self.source, random.Random(6).sample(things, min(most, len(things))))


def released(data: Path, settings: Settings) -> Released:
    release = store.current(data)
    found: dict[str, set[str]] = {}
    for quad in Store.read_only(str(release.path / "store")).quads_for_pattern(None, NamedNode(iris.RDF + "type"), None, None):
        subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
        if iris.is_thing(settings.site, subject):
            found.setdefault(subject.removeprefix(f"{settings.site}/id/").split("/", 1)[0], set()).add(subject)
    return Released(release, store.open_reader(release, settings), {kind: sorted(things) for kind, things in found.items()})


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """Every sample, and a notice of each base whose every field holds what nobody should write."""
    data, files = tmp_path_factory.mktemp("formats"), tmp_path_factory.mktemp("hostile")
    settings = replace(Settings(), data=str(data))
    chosen = [file for base in load_bases().values() for file in base.samples]
    pipeline.load([*chosen, _hostile_file(files)], data, settings, accept=True, quiet=True)
    return released(data, settings)


def _hostile_file(folder: Path) -> Path:
    """For each base a notice of each hostile text, in every field; the huge one in a few, so that loading stays quick."""
    file = folder / "hostile.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for base in load_bases().values():
            codes = [code for code in base.fields if "." not in code and code not in ("REF", "BASE")]
            for n, text in enumerate(HOSTILE):
                fields = dict.fromkeys(codes if len(text) < 1000 else [c for c in codes if c in _HUGE], text)
                lines.write(json.dumps({"REF": f"ZZ{n}<>%&\"'", "BASE": base.slug, **fields}) + "\n")
    return file


@pytest.fixture(scope="session")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Released:
    """Some 320 real notices of each base that ``../shared/data`` has."""
    data, files = tmp_path_factory.mktemp("real"), tmp_path_factory.mktemp("real-files")
    settings = replace(Settings(), data=str(data))
    chosen = [
        *(_some_rows(shared / "data" / name, files) for name in _ROWS),
        *(_some_lines(shared / "data" / name, files) for name in ("palissy/palissy-mh-1500.jsonl", "merimee/merimee-mh-285.jsonl")),
        _some_objects(shared / "data/museo/museofile-2025.json", files),
    ]
    pipeline.load(chosen, data, settings, accept=True, quiet=True)
    return released(data, settings)


_MOST = 320
_ROWS = (
    "joconde/joconde-694-works-2021.csv",
    "joconde/joconde-extrait-2020.csv",
    "memoire/memoire-mh-1851-1914-ile-de-france.csv",
    "merimee/mh-points-2026.csv",
    "mnr/mnr-10-rows.csv",
)


def _some_rows(file: Path, folder: Path) -> Path:
    made = folder / file.name
    with file.open(encoding="utf-8-sig", newline="") as lines, made.open("w", encoding="utf-8", newline="") as out:
        delimiter = csv.Sniffer().sniff(lines.readline(), ",;").delimiter
        lines.seek(0)
        rows = [row for row, _ in zip(csv.reader(lines, delimiter=delimiter), range(_MOST + 1), strict=False)]
        csv.writer(out, delimiter=delimiter).writerows(rows)
    return made


def _some_lines(file: Path, folder: Path) -> Path:
    made = folder / file.name
    made.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:_MOST]), encoding="utf-8")
    return made


def _some_objects(file: Path, folder: Path) -> Path:
    made = folder / file.name
    made.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8"))[:_MOST]), encoding="utf-8")
    return made
