"""The releases of a data folder: list, current, swap, roll back, prune; nothing here opens a store.

``<data>/snapshots/<name>/`` is a release once its folder bears that name, for it was renamed to it when it was complete.
``<data>/current`` is a relative symbolic link to one of them; replacing the link is what publishes.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from pop_ld.errors import Busy, StoreError
from pop_ld.store.contract import Release

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_LINK = "current"
FOLLOWING = "following.json"
"""File of a data folder that follows another: ``source`` names that one."""


def releases(data: Path) -> list[Release]:
    """The complete releases, oldest first by name (numbers in names compare as numbers)."""
    folder = data / "snapshots"
    names = [p.name for p in folder.iterdir() if _NAME.fullmatch(p.name)] if folder.is_dir() else []
    found = [_release(data, name) for name in sorted(names, key=_age)]
    return [release for release in found if release is not None]


def current(data: Path) -> Release:
    """The release that serves; raises StoreError when none was published or its folder is gone."""
    name = current_name(data)
    release = _release(data, name) if name else None
    if release is None:
        raise StoreError(f"the current release {name!r} is gone" if name else "nothing was published yet", file=str(data))
    return release


def current_name(data: Path) -> str:
    """Name of the release that serves, "" when none; one readlink, cheap enough for every request."""
    try:
        return os.readlink(f"{data}/{_LINK}").rpartition("/")[2]  # noqa: PTH115 - pathlib takes ten times as long
    except OSError:
        return ""


def roll_back(data: Path, name: str = "") -> Release:
    """Makes the release ``name``, by default the one before the current, serve again, and returns it.

    The next Writer starts from it. Raises StoreError when there is no such release.
    """
    check_own(data)
    known = {release.name: release for release in releases(data)}
    if not name:
        older = [n for n in known if _age(n) < _age(current(data).name)]
        name = older[-1] if older else ""
    if name not in known:
        raise StoreError(f"no release {name!r}; known: {', '.join(known)}" if name else "no release before the current one", file=str(data))
    swap(data, name)
    return known[name]


def prune(data: Path, keep: int) -> list[str]:
    """Deletes the oldest releases beyond ``keep``, never the current one, and returns their names.

    Leftovers of crashed publications go too, unless a writer is at work: they may be its own.
    """
    check_own(data)
    known = [release.name for release in releases(data)]
    serving = current_name(data)
    doomed = [name for name in known[: max(len(known) - max(keep, 1), 0)] if name != serving]
    for name in doomed:
        _delete(data / "snapshots" / name)
    try:
        with exclusive(data):
            remove_leftovers(data)
    except Busy:
        pass
    return doomed


def next_name(data: Path, today: date) -> str:
    """A name for a new release: the day and a counter within it, ``2026-11-22.01``."""
    day = today.isoformat()
    taken = [int(r.name[len(day) + 1 :]) for r in releases(data) if re.fullmatch(rf"{day}\.\d+", r.name)]
    return f"{day}.{max(taken, default=0) + 1:02d}"


def check_name(data: Path, name: str) -> None:
    """Raises StoreError where ``name`` cannot name a new release."""
    if not _NAME.fullmatch(name):
        raise StoreError(f"a release cannot be named {name!r}: letters, digits, '.', '_' and '-' only")
    if (data / "snapshots" / name).exists():
        raise StoreError(f"a release {name!r} exists already", file=str(data))


def swap(data: Path, name: str) -> None:
    """Points ``current`` at the release, atomically and durably (rename(2) replaces the link in one step)."""
    fresh = data / f".{_LINK}.{os.getpid()}.tmp"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots") / name)
    fresh.replace(data / _LINK)
    sync(data)


def write_json(path: Path, value: Any) -> None:
    """Writes JSON so that a crash leaves either the old file or the whole new one."""
    fresh = path.with_name(f".{path.name}.tmp")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """fsync of a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """fsync of every file and folder below, deepest first."""
    for root, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(root) / name)
        sync(Path(root))


def remove_leftovers(data: Path) -> None:
    """Deletes what a crashed publication left; the caller holds the lock."""
    for path in (data / "snapshots").glob(".*.tmp"):
        shutil.rmtree(path)
    for path in data.glob(f".{_LINK}.*.tmp"):
        path.unlink(missing_ok=True)


def followed(data: Path) -> str:
    """The source that the data folder follows, "" where it follows none."""
    try:
        return str(json.loads((data / FOLLOWING).read_text(encoding="utf-8"))["source"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError):
        return "?"


def check_own(data: Path) -> None:
    """Raises StoreError where the data folder follows another: what was changed here would be lost."""
    if source := followed(data):
        raise StoreError(f"this data folder follows {source}: change that one, or end it here (pop-ld follow --stop)", file=str(data))


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Holds the writers' lock of the data folder; raises Busy when another writer has it. The system frees it at death."""
    data.mkdir(parents=True, exist_ok=True)
    handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("another process writes to this data folder", file=str(data)) from error
        yield
    finally:
        os.close(handle)


def _release(data: Path, name: str) -> Release | None:
    path = data / "snapshots" / name
    try:
        return Release(name, path, json.loads((path / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _age(name: str) -> list[tuple[int, str]]:
    """Sort key: ``2026-11-22.9`` before ``2026-11-22.10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _delete(folder: Path) -> None:
    """Renames before deleting, so that a crash half-way leaves a leftover and not half a release."""
    doomed = folder.with_name(f".{folder.name}.tmp")
    folder.rename(doomed)
    shutil.rmtree(doomed)
