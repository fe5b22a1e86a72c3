"""The batches of the feed, one for each release that changed something: their list, and where their pages are.

``<data>/feed/feed.json`` the list, replaced in one step; ``<data>/feed/<batch>/`` the pages of a batch, which outlive its release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from pop_ld.store.folders import write_json

FOLDER = "feed"
LIST = "feed.json"
ABOUT = "batch.json"
"""What a batch says of itself, in its folder."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one release changed: ``kinds`` counts versions by Create, Update and Delete, ``pages`` those of the stream, ``bytes`` packed.

    Pages are numbered from 0 on, with gaps where parts of the batch were made apart; each but the last says which one follows.
    ``activities`` has, by list ("manifests", "notices"), the number of activities on each of its pages.
    """

    name: str
    release: str
    created: str
    kinds: Mapping[str, int]
    triples: int
    pages: int
    bytes: int
    activities: Mapping[str, Sequence[int]]

    @property
    def versions(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Head:
    """The feed as readers see it: its batches, oldest first; ``days`` are those that the log is kept for, 0 for ever."""

    batches: Sequence[Batch] = ()
    days: int = 0

    def get(self, name: str) -> Batch | None:
        return next((batch for batch in self.batches if batch.name == name), None)


def head(data: Path) -> Head:
    """The batches that may be read; none where nothing was published with a feed yet."""
    file = data / FOLDER / LIST
    try:
        state = file.stat()
    except OSError:
        return Head()
    return _read(file, state.st_mtime_ns, state.st_ino)


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int, _inode: int) -> Head:
    found = json.loads(file.read_text(encoding="utf-8"))
    return Head(tuple(Batch(**batch) for batch in found["batches"]), found["days"])


def folder_of(data: Path, batch: str) -> Path:
    return data / FOLDER / batch


def about(folder: Path) -> Batch:
    """The batch whose folder that is."""
    return Batch(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))


def after(data: Path, created: str) -> str:
    """The moment of a batch: that of its release, or a second after the batch before, so that each has one of its own."""
    found = head(data).batches
    moment = datetime.fromisoformat(created)
    if found:
        moment = max(moment, datetime.fromisoformat(found[-1].created) + timedelta(seconds=1))
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def write_about(folder: Path, batch: Batch) -> None:
    write_json(folder / ABOUT, asdict(batch))


def with_batch(before: Head, batch: Batch, days: int) -> Head:
    """The list with another batch, and without those that are older than ``days`` (0 keeps all); the newest always stays."""
    kept = [each for each in before.batches if each.name != batch.name]
    if days:
        limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")
        kept = [each for each in kept if each.created >= limit]
    return Head((*kept, batch), days)


def write_head(data: Path, listed: Head) -> None:
    write_json(data / FOLDER / LIST, {"days": listed.days, "batches": [asdict(batch) for batch in listed.batches]})
