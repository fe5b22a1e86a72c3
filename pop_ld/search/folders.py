"""The folder of an index: how one is begun, alone or upon that of the former release, and which ones this program can read."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pop_ld.dump import link
from pop_ld.errors import StoreError
from pop_ld.search.schema import LAYOUT
from pop_ld.search.words import ANALYSIS

LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")
_VERSION = "pop_ld.json"
_TRIES = 100
_CHANGING = ("meta.json", ".managed.json", _VERSION)
"""Files of an index that are written again; all others never change and may be shared by hard links."""


def start(folder: Path, before: Path | None) -> None:
    """An empty folder, or one that shares the former release's unchanging files and has copies of the others.

    Raises StoreError where ``folder`` is not empty, or where ``before`` was built by another analysis or layout.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StoreError("a search index is built in an empty folder", file=str(folder))
    if before is None:
        (folder / _VERSION).write_text(json.dumps({"analysis": ANALYSIS, "layout": LAYOUT}) + "\n", encoding="utf-8")
        return
    check(before)
    for file in before.iterdir():
        if file.name in _CHANGING:
            shutil.copyfile(file, folder / file.name)
        elif file.name not in LOCKS:
            link(file, folder / file.name)


def check(folder: Path) -> None:
    """Raises StoreError where this program cannot read the index, or build upon it: what it asks for would not be there."""
    file = folder / _VERSION
    version = json.loads(file.read_text(encoding="utf-8"))
    for name, mine, verb in (("analysis", ANALYSIS, "has"), ("layout", LAYOUT, "reads")):
        if (found := version.get(name, 1)) != mine:
            told = f"search index of {name} {found}, this program {verb} {mine}"
            raise StoreError(f"{told}: build it anew, by loading all files into an empty folder (pop-ld load --data)", file=str(file))


@contextmanager
def passing() -> Iterator[Path]:
    """A folder that goes when it is left, though a thread of Tantivy's may still put a lock into it, and take it out, meanwhile."""
    made = Path(tempfile.mkdtemp(prefix="pop_ld-search-"))
    try:
        yield made
    finally:
        for _ in range(_TRIES):
            shutil.rmtree(made, ignore_errors=True)
            if not made.exists():
                break
            time.sleep(0.01)
