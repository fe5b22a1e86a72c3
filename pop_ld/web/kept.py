"""The releases that are kept beside the one that serves, opened when somebody asks for their state; few at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from threading import Lock
from typing import TypeVar

from pop_ld import store
from pop_ld.config import Settings
from pop_ld.errors import PopError, StoreUnavailable
from pop_ld.web.state import Serving, open_release

T = TypeVar("T")
READERS = 6
"""Stores open at once for look-ups (20 ms to open, a few MB each)."""
SERVED = 2
"""Releases open at once with their search index too, for pages."""


class Kept:
    """Opens releases from their own folders; the least used closes when there are more than some, and all whose release was deleted.

    A thread that still reads from one keeps it open until it has done.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._data = Path(settings.data)
        self._lock = Lock()
        self._readers: OrderedDict[str, store.ResourceReader] = OrderedDict()
        self._served: OrderedDict[str, Serving] = OrderedDict()

    def releases(self, current: store.Release) -> Sequence[store.Release]:
        """Those that were published up to the one that serves, oldest first; later ones were taken back by the operator.

        In the order of their names: two may have come in one second, which is the unit of a manifest.
        """
        return [*takewhile(lambda release: release.name != current.name, listed(self._data)), current]

    def get(self, name: str) -> store.Release | None:
        """A release by its name, None where it is not kept."""
        return next((release for release in listed(self._data) if release.name == name), None)

    def reader(self, release: store.Release) -> store.ResourceReader:
        """Look-ups in a release's own store. Raises StoreUnavailable."""
        return self._of(self._readers, READERS, release, lambda: store.open_reader(release))

    def serving(self, release: store.Release) -> Serving:
        """The release with all that pages need. Raises StoreUnavailable."""
        return self._of(self._served, SERVED, release, lambda: open_release(release, self._settings, self.reader(release)))

    def forget(self) -> None:
        """Closes what was deleted."""
        names = {release.name for release in listed(self._data)}
        with self._lock:
            for opened in (self._readers, self._served):
                for name in opened.keys() - names:
                    del opened[name]

    def _of(self, opened: OrderedDict[str, T], most: int, release: store.Release, make: Callable[[], T]) -> T:
        self.forget()
        with self._lock:
            if release.name in opened:
                opened.move_to_end(release.name)
                return opened[release.name]
        try:
            made = make()
        except StoreUnavailable:
            raise
        except PopError as error:
            raise StoreUnavailable(error.message, file=error.file) from error
        with self._lock:
            opened[release.name] = made
            while len(opened) > most:
                opened.popitem(last=False)
        return made


def listed(data: Path) -> Sequence[store.Release]:
    """The complete releases of a data folder, oldest first; read again when one comes or goes."""
    folder = data / "snapshots"
    return _listed(data, folder.stat().st_mtime_ns) if folder.is_dir() else ()


@lru_cache(maxsize=4)
def _listed(data: Path, _changed: int) -> Sequence[store.Release]:
    return tuple(store.releases(data))
