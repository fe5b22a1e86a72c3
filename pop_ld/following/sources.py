"""Where releases come from: a folder that this machine can read, or a site that is served (``http_source``); both give the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pop_ld.errors import StoreUnavailable, UsageError
from pop_ld.following.checksums import Checksums
from pop_ld.following.listing import listing
from pop_ld.following.parts import File, Part, State, files_json, offered, read_files
from pop_ld.progress import stage

BLOCK = 1 << 20


class Source(Protocol):
    """What a follower asks. All raise StoreUnavailable where it may answer later, StoreError where what it says cannot be."""

    def state(self) -> State:
        """What the source has now."""

    def files(self, part: Part) -> Sequence[File]:
        """The files of a part."""

    def blocks(self, part: Part, file: File, start: int) -> Iterator[bytes]:
        """The bytes of a file from ``start`` on; fewer than there are where the connection was cut."""

    def close(self) -> None:
        """Ends connections."""


def open_source(name: str, data: Path, *, quiet: bool = False) -> Source:
    """The source of that name, for the data folder that follows it. Raises UsageError for what can be none."""
    if name.lower().startswith(("http://", "https://")):
        from pop_ld.following.http_source import HttpSource

        try:
            parts = urlsplit(name)
            sound = bool(parts.hostname) and parts.port != 0 and parts.username is None and not parts.query and not parts.fragment
        except ValueError:
            sound = False
        if not sound:
            raise UsageError(f"{name!r} is no address of a site: scheme, host, port and path alone")
        return HttpSource(name.rstrip("/"))
    folder = Path(name)
    if folder.resolve() == data.resolve():
        raise UsageError("a data folder cannot follow itself", file=name)
    return FolderSource(folder, data, quiet)


class FolderSource:
    """A writer's data folder on a disk that both machines reach. It is only read: checksums are kept on the follower's side."""

    def __init__(self, folder: Path, data: Path, quiet: bool = True) -> None:
        self._folder = folder
        self._checksums = Checksums(data, str(folder.resolve()))
        self._quiet = quiet

    def state(self) -> State:
        try:
            if not self._folder.is_dir():
                raise StoreUnavailable("there is no such folder: is the disk mounted?", file=str(self._folder))
            return offered(self._folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable(f"the source cannot be read: {error}", file=str(self._folder)) from error

    def files(self, part: Part) -> Sequence[File]:
        try:
            with stage(f"read {part.key}", "bytes", quiet=self._quiet or part.kind != "snapshots") as bar:
                return read_files(files_json(listing(self._folder, part, self._checksums, bar.advance)))
        except OSError as error:
            raise StoreUnavailable(f"the source cannot be read: {error}", file=str(self._folder)) from error

    def blocks(self, part: Part, file: File, start: int) -> Iterator[bytes]:
        path = part.folder(self._folder) / file.path
        try:
            with path.open("rb", buffering=0) as content:
                content.seek(start)
                while block := content.read(BLOCK):
                    yield block
        except OSError as error:
            raise StoreUnavailable(f"the source cannot be read: {error}", file=str(path)) from error

    def close(self) -> None:
        self._checksums.close()
