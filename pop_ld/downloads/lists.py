"""Which downloads a data folder has: one folder a release, with a list of its files that is written when they are whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pop_ld import store
from pop_ld.errors import PopError
from pop_ld.formats.download_files import SUMS
from pop_ld.store.folders import exclusive, write_json

FOLDER = "downloads"
LISTED = "downloads.json"


@dataclass(frozen=True, slots=True)
class File:
    """One file: ``format`` is one of ``formats.download_files``, ``base`` a base, "all" or "shared"; ``records`` are notices or things."""

    name: str
    format: str
    base: str
    bytes: int
    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a release. ``created`` is when the release was, ``stamp`` changes when the list does."""

    release: str
    created: str
    files: tuple[File, ...]
    stamp: str = ""

    def of(self, base: str) -> Sequence[File]:
        """Those of a base."""
        return [file for file in self.files if file.base == base]

    def file(self, name: str) -> File | None:
        """The one of that name."""
        return next((file for file in self.files if file.name == name), None)

    def find(self, base: str, format: str) -> File | None:
        """The one of a base in a format."""
        return next((file for file in self.files if (file.base, file.format) == (base, format)), None)


def folder_of(data: Path, release: str) -> Path:
    """Where the files of a release are."""
    return data / FOLDER / release


def listing(data: Path, release: str) -> Listing | None:
    """The files of a release; None where none were made or the list cannot be read."""
    file = folder_of(data, release) / LISTED
    try:
        return _read(file, file.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError, KeyError):
        return None


@lru_cache(maxsize=16)
def _read(file: Path, changed: int) -> Listing:
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Listing(known["release"], known["created"], tuple(File(**each) for each in known["files"]), f"{known['release']}:{changed}")


def newest(data: Path, serving: str) -> Listing | None:
    """The files to offer: those of the release that serves, else those that were made last before them."""
    return listing(data, serving) or next((each for each in reversed(kept(data)) if each.release <= serving), None)


def kept(data: Path) -> list[Listing]:
    """Of every release that has files, oldest first."""
    folder = data / FOLDER
    names = [path.name for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []
    found = [each for name in names if (each := listing(data, name))]
    return sorted(found, key=lambda each: (each.created, each.release))


def save(data: Path, release: str, created: str, files: Iterable[File]) -> None:
    """Writes the list of checksums, then the list itself, each at once or not at all."""
    folder, listed = folder_of(data, release), sorted(files, key=lambda file: file.name)
    sums = folder / f".{SUMS}.tmp"
    sums.write_text("".join(f"{file.sha256}  {file.name}\n" for file in listed), encoding="ascii")
    sums.replace(folder / SUMS)
    write_json(folder / LISTED, {"release": release, "created": created, "files": [asdict(file) for file in listed]})


def prune(data: Path) -> list[str]:
    """Deletes the files of releases that are no longer kept, and returns their names; nothing while files are being made."""
    folder, known = data / FOLDER, {release.name for release in store.releases(data)}
    if not folder.is_dir() or not known:
        return []
    doomed = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".") and path.name not in known]
    try:
        with exclusive(folder):
            for path in doomed:
                gone = path.with_name(f".{path.name}.gone")
                path.rename(gone)
                shutil.rmtree(gone)
    except PopError:
        return []
    return [path.name for path in doomed]
