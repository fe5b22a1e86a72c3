"""Conversion: notices and triples a second on one core, beside morph-kgc on the same mapping and the same notices.

usage: python -m bench.convert [DATA]     DATA: the folder of real files (default ../shared/data)
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import morph
from pop_ld import pipeline, readers
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.fields import RecordBuilder
from pop_ld.mapping import compile_mapping, expand, load_mapping, to_rml
from pop_ld.notices import Notice

FILES = {
    "merimee": ("merimee/mh-points-2026.csv", "merimee/merimee-mh-285.jsonl", "merimee/inventaire-pays-de-la-loire-tab.csv"),
    "palissy": ("palissy/palissy-mh-1500.jsonl",),
    "joconde": ("joconde/joconde-extrait-2020.csv", "joconde/joconde-694-works-2021.csv"),
    "memoire": ("memoire/memoire-mh-1851-1914-ile-de-france.csv",),
    "museo": ("museo/museofile-2025.json",),
    "mnr": ("mnr/mnr-10-rows.csv",),
}


def whole_way(files: list[Path], jobs: int) -> tuple[int, int, float]:
    """(notices, triples, seconds) from source files to a finished dump."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        report = pipeline.convert(files, Path(folder), Settings(), jobs=jobs, validate=False, quiet=True)
        return report.converted.total(), report.triples.total(), time.perf_counter() - start


def mapping_alone(slug: str, file: Path, limit: int) -> tuple[int, float, float]:
    """(notices, our seconds, morph-kgc's seconds) from records in memory or in a file to N-Triples."""
    base = load_bases()[slug]
    build = RecordBuilder(base, Settings(), load_bases())
    notices = [n for source in readers.open_sources(file, base=base, encoding=None, bases=load_bases()) for n in source]
    records = [build(n)[0] for n in notices[:limit] if isinstance(n, Notice)]
    mappings = load_mapping(base.mapping_file)
    convert = compile_mapping(mappings, slug)
    shared: set[str] = set()
    seen: dict[Any, Any] = {}
    start = time.perf_counter()
    text = []
    for record in records:
        lines: list[str] = []
        convert(record, lines, shared, seen)
        text.append("".join(dict.fromkeys(lines)))
    ours = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        source = json.dumps([expand(record) for record in records], ensure_ascii=False)
        theirs, seconds = morph.run(Path(folder), to_rml(mappings, "records.json"), source)
    if set("".join([*text, *shared]).splitlines()) != theirs:
        raise SystemExit(f"{slug}: the two engines do not agree")
    return len(records), ours, seconds


def main() -> None:
    """Prints both tables."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else morph.ROOT.parent / "shared" / "data"
    if not data.is_dir():
        raise SystemExit(f"no real files in {data}: name the folder that holds them")
    print(f"Python {platform.python_version()} on {platform.machine()}; one process unless said otherwise\n")
    print("source file to finished dump    notices    triples  a notice   notices/s   triples/s")
    everything: list[Path] = []
    for slug, names in FILES.items():
        files = [data / name for name in names]
        everything += files
        row(slug, *whole_way(files, 1))
    row("all", *whole_way(everything, 1))
    row("all, two processes", *whole_way(everything, 2))
    if not morph.PYTHON.is_file():
        print("\nmorph-kgc's environment is absent: make conformance-env")
        return
    print("\nrecord to N-Triples             notices    ours/s   morph-kgc/s     ratio   (same mapping, same triples)")
    for slug, limit in (("joconde", 3269), ("palissy", 1500), ("memoire", 3018)):
        count, ours, theirs = mapping_alone(slug, data / FILES[slug][0], limit)
        print(f"{slug:<28}  {count:>9,} {count / ours:>9,.0f} {count / theirs:>13,.0f} {theirs / ours:>9.0f}")


def row(name: str, notices: int, triples: int, seconds: float) -> None:
    print(f"{name:<28}  {notices:>9,}  {triples:>9,} {triples / notices:>9.1f} {notices / seconds:>11,.0f} {triples / seconds:>11,.0f}")


if __name__ == "__main__":
    main()
