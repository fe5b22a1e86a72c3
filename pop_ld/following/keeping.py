"""``following.json`` of a data folder that follows another, the lock that lets one follower work, and rounds without end."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pop_ld import harvesting
from pop_ld.errors import Busy, PopError, StoreError, UsageError
from pop_ld.following.mirror import Brought, Mirror
from pop_ld.following.parts import KINDS
from pop_ld.following.sources import open_source
from pop_ld.store.folders import FOLLOWING, exclusive, followed, write_json

log = logging.getLogger(__name__)
_LOCK = "follow.lock"
LONGEST_PAUSE = 300.0
"""Seconds between two rounds where one after the other fails."""


def follow(
    data: Path,
    source: str,
    *,
    every: float = 0.0,
    without: Sequence[str] | None = None,
    quiet: bool = False,
    told: Callable[[Brought], None] = lambda _: None,
    failed: Callable[[PopError], None] = lambda _: None,
) -> None:
    """Brings ``data`` to what ``source`` has ("": the one that it follows), once, or again ``every`` so many seconds.

    ``told`` hears of each round that changed something; ``failed`` of each that did not come to its end, where there is a next one.
    Raises UsageError, Busy where another follower is at work, and StoreError where the only round fails.
    """
    with _alone(data):
        about = _begun(data, source, without)
        file = data / FOLLOWING

        def save() -> None:
            write_json(file, about)

        save()
        with (
            closing(open_source(about["source"], data, quiet=quiet)) as opened,
            closing(Mirror(data, opened, about["stamps"], save, about["without"], quiet=quiet)) as mirror,
        ):
            pause = every
            while True:
                try:
                    done = mirror.round()
                    pause = every
                    if done.parts or done.pruned or done.switched or not every:
                        told(done)
                except PopError as error:
                    if not every:
                        raise
                    failed(error)
                    pause = min(pause * 2, max(LONGEST_PAUSE, every))
                if not every:
                    return
                time.sleep(pause * random.uniform(0.9, 1.1))  # many followers of one source do not ask in one moment


def stop(data: Path) -> str:
    """Makes the folder one of its own again, with the releases that it has, and returns what it followed. Raises UsageError, Busy."""
    if not (source := followed(data)):
        raise UsageError("this data folder follows no other", file=str(data))
    with _alone(data):
        for kind in KINDS:
            for path in (data / kind).glob(".*.partial"):
                shutil.rmtree(path)
        (data / harvesting.PENDING).unlink(missing_ok=True)
        (data / FOLLOWING).unlink()
    return source


def _begun(data: Path, source: str, without: Sequence[str] | None) -> dict[str, Any]:
    """What is known of the folder's following, begun anew where it follows another source, or none. Raises UsageError."""
    former = followed(data)
    if not (source or former):
        raise UsageError("this data folder follows no other yet: name a SOURCE", file=str(data))
    if (data / "writer").exists():
        raise UsageError("this data folder has a writer of its own: follow into an empty one", file=str(data))
    source = source if not source or "://" in source else str(Path(source).resolve())
    about = _read(data / FOLLOWING) if former else {}
    if source and about.get("source") != source:
        about |= {"source": source, "since": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}
    if not about.get("source"):
        raise UsageError(f"{FOLLOWING} cannot be read: name the SOURCE again", file=str(data))
    chosen = about.get("without", []) if without is None else list(without)
    return {"source": about["source"], "since": about["since"], "without": chosen, "stamps": dict(about.get("stamps", {}))}


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) and "since" in found else {}
    except (OSError, ValueError):
        return {}


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One follower at a time, and none while a writer is at work. Raises Busy, StoreError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(error.strerror or str(error), file=str(data)) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("another pop-ld follow works on this data folder", file=str(data)) from error
        if not followed(data):
            with exclusive(data):  # a writer at work has it
                pass
        yield
    finally:
        os.close(handle)
