"""Beside a service: has the files of its release read into free memory as it starts, and what each release that follows has anew."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pop_ld import store
from pop_ld.config import Settings
from pop_ld.errors import PopError
from pop_ld.store import ahead
from pop_ld.validation import ledger

log = logging.getLogger(__name__)

_PERIOD = 5.0
"""Seconds between two looks at which release is current."""
_LEFT = 3
"""Times as long as it used the disk for which it leaves it to others."""
_INDEX = ("search", "lexicon")


def files(release: Path, settings: Settings) -> Sequence[Path]:
    """What is read here of a release, by use: what each page reads, then search, then what queries need before all."""
    first, rest = ((), ()) if settings.store_url else ahead.tables(release / "store")
    index = () if settings.search_url else _INDEX
    return [
        *first,
        release / ledger.FILE,
        *(file for name in index for file in sorted((release / name).rglob("*")) if file.is_file()),
        *rest,
    ]


def read_ahead(found: Sequence[Path], settings: Settings, stop: threading.Event | None = None) -> int:
    """Reads of these files what fits into ``read_ahead`` of the memory that is free; gives the bytes.

    With ``stop`` it leaves the disk to others for the most part, and ends when that is set.
    """
    most = int(settings.read_ahead * ahead.free_memory())
    return ahead.read_ahead(found, most, _in_turn(stop) if stop else lambda: True) if most else 0


def _in_turn(stop: threading.Event) -> Callable[[], bool]:
    last = time.monotonic()

    def go_on() -> bool:
        nonlocal last
        stop.wait(_LEFT * (time.monotonic() - last))
        last = time.monotonic()
        return not stop.is_set()

    return go_on


@contextmanager
def reading_ahead(settings: Settings) -> Iterator[None]:
    """Reads whatever release is current ahead, while the body runs."""
    stop = threading.Event()
    watching = threading.Thread(target=_watch, args=(settings, stop), name="reading ahead", daemon=True)
    if settings.read_ahead:
        watching.start()
    try:
        yield
    finally:
        stop.set()


def _watch(settings: Settings, stop: threading.Event) -> None:
    data, known, had = Path(settings.data), "", set[tuple[int, int]]()
    while not stop.is_set():
        try:
            name = store.current_name(data)
            if name and name != known:
                known, began = name, time.monotonic()
                now = _by_number(files(store.current(data).path, settings))
                fresh = [file for number, file in now.items() if number not in had]  # releases share most of their files
                had = set(now)
                read = read_ahead(fresh, settings, stop)
                log.info("%.2f GB of release %s were read ahead in %.1f s", read / 1e9, name, time.monotonic() - began)
        except (PopError, OSError) as error:  # it is a help and no more: who serves says what is wrong
            log.info("release %s is not read ahead: %s", known, error)
        stop.wait(_PERIOD)


def _by_number(found: Sequence[Path]) -> dict[tuple[int, int], Path]:
    """Files by what the system knows them by, under whatever name."""
    numbers = {}
    for file in found:
        with suppress(OSError):  # pruned meanwhile
            told = file.stat()
            numbers[told.st_dev, told.st_ino] = file
    return numbers
