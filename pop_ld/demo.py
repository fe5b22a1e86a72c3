"""The demonstration: the made-up samples of every base through the whole street, then addresses to try."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pop_ld import downloads, iris, pipeline, store, summary
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.validation import rules


def prepare(data: Path, settings: Settings) -> store.Release:
    """Loads the samples unless the current release was made from these very files, mappings and site; and makes the files to download."""
    mark = _mark(settings)
    release = store.current(data) if store.current_name(data) and _read(data / "demo") == mark else _load(data, settings, mark)
    downloads.make(data, [name for name in downloads.available() if name != "parquet"], quiet=True)
    return release


def _read(file: Path) -> str:
    return file.read_text() if file.is_file() else ""


def _load(data: Path, settings: Settings, mark: str) -> store.Release:
    files = [sample for base in load_bases().values() for sample in base.samples]
    report, release = pipeline.load(files, data, settings)
    for line in summary.lines(report, settings.lang):
        print(line)
    (data / "demo").write_text(mark)
    return release


def _mark(settings: Settings) -> str:
    digest = hashlib.sha256(settings.site.encode())
    package = Path(__file__).parent
    for base in load_bases().values():
        for file in sorted(p for p in base.folder.rglob("*") if p.is_file()):
            digest.update(file.name.encode() + file.read_bytes())
    parts = ("fields/*.py", "mapping/*.py", "readers/*.py", "search/*.py", "validation/*.py")
    for file in sorted([*(path for part in parts for path in package.rglob(part)), *rules.files().values()]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def addresses(data: Path, root: str, lang: str) -> list[str]:
    """The ready line and what to try."""
    release = store.current(data)
    say = summary.texts(lang)["ready"]
    site = release.manifest["site"]
    found = [say["ready"].format(root=root, release=release.name, notices=release.manifest["notices"])]
    found += [f"  {root}{iris.local(site, example['iri'])}  {example['label']}" for example in release.manifest["examples"]]
    found += [f"  {root}{path}" for path in ("/search?q=brunet", "/sparql", "/validate", "/quality", "/dataset", "/releases")]
    return [*found, say["stop"]]
