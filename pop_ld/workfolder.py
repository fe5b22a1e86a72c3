"""The folder in which a conversion works: its plan, and which parts of it are finished. What was cut goes on from there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pop_ld import __version__, parts, resources
from pop_ld import dump as dumps
from pop_ld.config import Settings
from pop_ld.errors import Busy, ReadError, UsageError
from pop_ld.parts import Part
from pop_ld.store.folders import exclusive

if TYPE_CHECKING:
    from pop_ld.spooling import ShardTask

Task = TypeVar("Task")
Made = TypeVar("Made")
PLAN = "plan.json"


def plan(files: Sequence[Path], settings: Settings, *, base: str, encoding: str, thesauri: str, validate: bool) -> dict[str, Any]:
    """What decides the bytes of a dump: the files and their content, the settings of the converter, the thesauri, this program.

    Files are known by the names that they were given, for problems name them so. Raises ReadError where one cannot be read.
    """
    try:
        sources = [[str(path), dumps.sha256(path)] for path in files]
    except OSError as error:
        raise ReadError(error.strerror or str(error), file=str(error.filename)) from error
    return {
        "program": [__version__, program()],
        "sources": sources,
        "settings": {name: getattr(settings, name) for name in ("site", "pop", "images")},
        "base": base,
        "encoding": encoding,
        "thesauri": thesauri,
        "validate": validate,
    }


@cache
def program() -> str:
    """Digest of the code and of the data that decide what becomes of a notice."""
    digest = hashlib.sha256()
    code = Path(__file__).parent
    for folder in (code, *(resources.folder(name) for name in ("mappings", "shapes"))):
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".csv", ".yml", ".ttl") and file.is_file():
                digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Share:
    """One share in ``count`` of the shards of a conversion, that of the machine ``number`` (from 1)."""

    number: int = 1
    count: int = 1

    def of(self, shards: Sequence[ShardTask]) -> list[ShardTask]:
        """The shards of this share; the shares differ by one shard at most."""
        return list(shards[self.number - 1 :: self.count])


WHOLE = Share()


def share(text: str) -> Share:
    """``2/4`` -> the second of four shares; "" is the whole. Raises UsageError."""
    number, mark, count = (text or "1/1").partition("/")
    if not (mark and number.isascii() and count.isascii() and number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise UsageError(f"--shard wants I/N with I from 1 to N, 2/4 for example, not {text!r}")
    return Share(int(number), int(count))


class WorkFolder:
    """An open work folder. ``resumed`` counts the parts that were found finished."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.resumed = 0

    def finished(self, name: str) -> Part | None:
        """What the part of that name left, None where it is not there, or a file of it is not what it was."""
        part = whole(self.path, name)
        self.resumed += part is not None
        return part

    def take_in(self, share: Path) -> None:
        """Brings the finished parts of another work folder into this one, by links where it can be: none is changed."""
        for part in sorted(share.glob(f"*{parts.SUFFIX}")):
            for name in [*parts.load(part).report.files, part.name]:
                if not (self.path / name).exists():
                    dumps.link(share / name, self.path / name)


def whole(folder: Path, name: str) -> Part | None:
    """The part of that name in a folder, None where it, or one of its files, is missing or is not what it was."""
    file = folder / f"{name}{parts.SUFFIX}"
    if not file.is_file():
        return None
    try:
        part = parts.load(file)
        return part if all(dumps.about(folder / of_part) == about for of_part, about in part.report.files.items()) else None
    except (OSError, ReadError, KeyError, TypeError, ValueError):
        return None


@contextmanager
def opened(path: Path, planned: dict[str, Any]) -> Iterator[WorkFolder]:
    """The work folder for that plan, emptied first where it was of another. Raises Busy where another conversion works in it."""
    path.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(path):
            if _read_plan(path) != planned:
                for old in path.iterdir():
                    if old.is_dir():
                        shutil.rmtree(old)
                    elif old.name != "lock":
                        old.unlink()
                (path / PLAN).write_text(json.dumps(planned), encoding="utf-8")
            yield WorkFolder(path)
    except Busy as error:
        raise Busy("another conversion works in this folder", file=str(path)) from error


def _read_plan(path: Path) -> Any:
    try:
        return json.loads((path / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def common_plan(shares: Sequence[Path]) -> dict[str, Any]:
    """The plan of several work folders. Raises ReadError where one has none, or another."""
    planned = _read_plan(shares[0])
    for share in shares:
        if planned is None or _read_plan(share) != planned:
            raise ReadError("no part of this conversion: other files, settings or program", file=str(share.parent))
    return dict(planned)


def digest_of(planned: dict[str, Any]) -> str:
    """Of a plan, for the report of the dump that it makes."""
    return hashlib.sha256(json.dumps(planned, sort_keys=True).encode()).hexdigest()


def each_part(
    folder: WorkFolder, tasks: Sequence[Task], name_of: Callable[[Task], str], run: Callable[[Sequence[Task]], Iterator[Made]]
) -> Iterator[Part | Made]:
    """The parts of the tasks in their order, whether they are finished or must be made; ``run`` makes several, in order."""
    found = [folder.finished(name_of(task)) for task in tasks]
    made = run([task for task, part in zip(tasks, found, strict=True) if part is None])
    for part in found:
        yield next(made) if part is None else part


def keep(work: Path, name: str, part: Part) -> Part:
    """Finishes a part: its files are those of the work folder whose names begin with its own and a dot."""
    found = (file for file in sorted(work.glob(f"{name}.*")) if file.suffix != parts.SUFFIX and file.is_file())
    part.report.files = {file.name: dumps.about(file) for file in found}
    parts.save(work / f"{name}{parts.SUFFIX}", part)
    return part
