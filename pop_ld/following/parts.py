"""What readers open of a data folder: its releases, and beside them the files that pages name; told by the source, checked by who follows.

A part is a folder that comes and goes as a whole. ``snapshots``, ``dumps`` and ``feed`` have one for each release or batch, which never
changes under its name; ``downloads`` may get further files; ``thesauri`` is one part, for /validate resolves labels by it. The writer's
own store, the state of the feed, the book of links and the caches are no part: no reader opens them.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pop_ld import downloads, harvesting, store
from pop_ld import dump as dumps
from pop_ld.downloads.lists import LISTED as DOWNLOADS_LIST
from pop_ld.downloads.lists import folder_of
from pop_ld.errors import StoreError
from pop_ld.europeana.ledger import FILE as TIERS
from pop_ld.feed.batches import ABOUT, FOLDER, LIST
from pop_ld.feed.state import CHANGES
from pop_ld.formats.download_files import SUMS
from pop_ld.harvest.tables import moment

PROTOCOL = 1
SNAPSHOTS, DUMPS, DOWNLOADS, FEED, THESAURI = KINDS = ("snapshots", "dumps", "downloads", "feed", "thesauri")
OPTIONAL = (DUMPS, DOWNLOADS, FEED)
"""Kinds that a follower may do without: their addresses then answer 404."""
CHANGING = (DOWNLOADS, THESAURI)
ALL = "all"
"""Name of the one part of the thesauri."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_STEP = re.compile(r"[A-Za-z0-9._-]{1,255}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NOT_READ = re.compile(r"LOCK|LOG(?:\.old\..*)?|\.(?!managed\.json$).*|.*\.lock")
"""RocksDB's lock and diary, Tantivy's locks, and what is not whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of a kind; ``stamp`` is another whenever the source has changed it."""

    kind: str
    name: str
    stamp: str

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"

    def folder(self, data: Path) -> Path:
        """Where it is in a data folder."""
        return data / self.kind if self.kind == THESAURI else data / self.kind / self.name


@dataclass(frozen=True, slots=True)
class File:
    """A file of a part: ``path`` from the part's folder, with ``/``; ``modified`` in nanoseconds, for tags of lists are made of it."""

    path: str
    bytes: int
    modified: int
    sha256: str


@dataclass(frozen=True, slots=True)
class State:
    """What a source has: the name of the ``release`` that serves, the moment ``at`` up to which it knows of all changes, its parts,
    and ``feed``, the list of the feed's batches, empty where there is none."""

    release: str
    at: str
    parts: Sequence[Part]
    feed: Mapping[str, Any]


def offered(data: Path) -> State:
    """What a data folder has for those who follow it."""
    at = moment(int(time.time()))  # before anything is looked up: a release that begins later has later records
    at = min(at, harvesting.announced(data) or at)
    head = data / FOLDER / LIST
    listed = json.loads(head.read_text(encoding="utf-8")) if head.is_file() else {}
    found = [Part(SNAPSHOTS, release.name, _stamp([release.path / "manifest.json"])) for release in store.releases(data)]
    for about in dumps.kept(data):
        found.append(Part(DUMPS, about["release"], _stamp([data / DUMPS / about["release"] / dumps.LISTED])))
    for each in downloads.kept(data):
        folder = folder_of(data, each.release)
        found.append(Part(DOWNLOADS, each.release, _stamp([folder / DOWNLOADS_LIST, folder / TIERS])))
    found += [Part(FEED, batch["name"], _stamp([data / FEED / batch["name"] / ABOUT])) for batch in listed.get("batches", ())]
    if schemes := sorted((data / THESAURI).glob("*.json")):
        found.append(Part(THESAURI, ALL, _stamp(schemes)))
    return State(store.current_name(data), at, found, listed)


def find(data: Path, kind: str, name: str) -> Part | None:
    """A part by its kind and name, None where there is none."""
    return next((part for part in offered(data).parts if (part.kind, part.name) == (kind, name)), None)


def paths(data: Path, part: Part) -> list[str]:
    """The files of a part that readers open, by their paths from its folder. Links are none, and never followed."""
    folder = part.folder(data)
    if part.kind == DUMPS:
        about = json.loads((folder / dumps.LISTED).read_text(encoding="utf-8"))
        names = [dumps.LISTED, *(file["name"] for file in about["files"])]
    elif part.kind == DOWNLOADS:
        listed = downloads.listing(data, part.name)
        names = [DOWNLOADS_LIST, SUMS, TIERS, *(file.name for file in listed.files)] if listed else []
    elif part.kind == THESAURI:
        names = [file.name for file in folder.glob("*.json")]
    else:
        files = (file for file in folder.rglob("*") if file.name != CHANGES and not _NOT_READ.fullmatch(file.name))
        names = [file.relative_to(folder).as_posix() for file in files]
    return sorted(name for name in names if is_safe(name) and _is_plain(folder, name))


def _is_plain(folder: Path, name: str) -> bool:
    """A regular file, reached through no link."""
    path = folder / name
    steps = [path, *list(path.parents)[: name.count("/")]]
    return path.is_file() and not any(step.is_symlink() for step in steps)


def is_safe(path: str) -> bool:
    """Whether it leads from a folder to something below it, on any system."""
    return len(path) < 1000 and all(_STEP.fullmatch(step) and step.strip(".") for step in path.split("/"))


def _stamp(files: Iterable[Path]) -> str:
    said = []
    for file in files:
        try:
            about = file.stat()
        except OSError:
            continue
        said.append(f"{file.name}:{about.st_size}:{about.st_mtime_ns}")
    return hashlib.sha256(" ".join(said).encode()).hexdigest()[:32]


# As JSON --------------------------------------------------------------------------------------------------------------------


def state_json(state: State) -> dict[str, Any]:
    return {"protocol": PROTOCOL, **asdict(state)}


def read_state(said: Any) -> State:
    """A state as a source told it. Raises StoreError for what is none."""
    try:
        if said["protocol"] != PROTOCOL:
            raise StoreError(
                f"the source speaks protocol {said['protocol']!r}, this program {PROTOCOL}: let both have one version of pop-ld"
            )
        found = [Part(each["kind"], each["name"], each["stamp"]) for each in said["parts"] if each["kind"] in KINDS]
        sound = _MOMENT.fullmatch(said["at"]) and all(_NAME.fullmatch(part.name) and len(part.stamp) <= 64 for part in found)
        if not sound or not (said["release"] == "" or _NAME.fullmatch(said["release"])) or not isinstance(said["feed"], dict):
            raise ValueError("a name or a moment that can be none")
        return State(said["release"], said["at"], found, said["feed"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"the source does not tell what it has: {error!r}") from error


def files_json(files: Iterable[File]) -> dict[str, Any]:
    return {"files": [asdict(file) for file in files]}


def read_files(said: Any) -> list[File]:
    """A list of files as a source told it; no path leads out of its folder. Raises StoreError for what is none."""
    try:
        found = [File(each["path"], each["bytes"], each["modified"], each["sha256"]) for each in said["files"]]
        for file in found:
            numbers = (file.bytes, file.modified)
            if (
                not is_safe(file.path)
                or not _SHA256.fullmatch(file.sha256)
                or not all(type(n) is int and 0 <= n < 1 << 63 for n in numbers)
            ):
                raise ValueError(f"an entry that can be none: {file.path[:100]!r}")
        if len({file.path for file in found}) != len(found):
            raise ValueError("a path named twice")
        return found
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"the source does not tell its files: {error!r}") from error
