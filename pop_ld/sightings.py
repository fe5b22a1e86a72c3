"""Finds one notice again in source files: those given, else those that the releases of a data folder were made from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from pop_ld import readers, store
from pop_ld.bases import get_base, load_bases
from pop_ld.errors import NotFound, ReadError
from pop_ld.notices import Notice, merged
from pop_ld.progress import stage
from pop_ld.readers.source import SourceReader
from pop_ld.report import read_report

Wanted = Callable[[Notice], bool]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to look in. ``bases`` are the slugs that its release recorded for it (empty: guess), ``encoding`` "" to detect."""

    path: Path
    bases: frozenset[str] = frozenset()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A notice as a conversion sees it: ``fields`` merged, the later sighting winning field by field.

    ``origins`` says for each field which sighting its values come from; ``sightings`` are in the order of the files.
    """

    notice: Notice
    sightings: tuple[Notice, ...]
    origins: dict[str, Notice]


def found_in(sightings: Sequence[Notice]) -> Found:
    """One or more notices of the same base and REF as one."""
    origins = {code: notice for notice in sightings for code in notice.fields}
    return Found(reduce(merged, sightings), tuple(sightings), origins)


def find(files: Iterable[SourceFile], wanted: Wanted, *, only_first: bool, quiet: bool) -> Found | None:
    """The notice that ``wanted`` accepts, from all files, or from the first place that has it."""
    sightings: list[Notice] = []
    with stage("look", "notices", quiet=quiet) as bar:
        for file in files:
            for notice in notices(file):
                bar.advance()
                if wanted(notice):
                    sightings.append(notice)
                    if only_first:
                        return found_in(sightings)
    return found_in(sightings) if sightings else None


def notices(file: SourceFile) -> Iterator[Notice]:
    """Every notice of a file that is not rejected. Raises ReadError."""
    for source in _opened(file):
        for found in source:
            if isinstance(found, Notice):
                yield found


def _opened(file: SourceFile) -> list[SourceReader]:
    """The readers of a file, its base guessed as conversion does, and settled where the release recorded another than the guess."""
    encoding, bases = file.encoding or None, load_bases()
    settled = get_base(next(iter(file.bases))) if len(file.bases) == 1 else None
    try:
        guessed = list(readers.open_sources(file.path, base=None, encoding=encoding, bases=bases))
    except ReadError:
        if settled is None:
            raise
        guessed = []
    if settled is None or (guessed and all(source.source.base == settled.slug for source in guessed)):
        return guessed
    return list(readers.open_sources(file.path, base=settled, encoding=encoding, bases=bases))


def find_in_releases(data: Path, thing: str, wanted: Wanted, *, only_first: bool, quiet: bool) -> Found:
    """The notice from the sources of the latest release that carries it, up to the current one.

    Raises NotFound: removed, in no source, or perhaps in a source that is no longer where it was, which the message names.
    """
    for name, folder in _dumps(data):
        if thing in json.loads((folder / "removed.json").read_text(encoding="utf-8")):
            raise NotFound(f"{thing} was removed by release {name}")
        files = _sources(read_report(folder)["sources"]) if (folder / "report.json").is_file() else []
        found = find([f for f in files if f.path.is_file()], wanted, only_first=only_first, quiet=quiet)
        missing = [str(f.path) for f in files if not f.path.is_file()]
        if missing and (found is None or not only_first):
            raise NotFound(f"release {name} was made from files that are not here, give them with --file: {', '.join(missing)}")
        if found:
            return found
    raise NotFound(f"{thing} is in no source of the releases under {data}; give its file with --file")


def _dumps(data: Path) -> Iterator[tuple[str, Path]]:
    """What the releases brought, latest first, from the current one back (docs/decisions: dumps are a chain)."""
    current = store.current(data).name
    folders = [f for f in (data / "dumps").glob("[!.]*") if (f / "removed.json").is_file()]
    for folder in sorted(folders, key=lambda f: _age(f.name), reverse=True):
        if _age(folder.name) <= _age(current):
            yield folder.name, folder


def _age(name: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", name)]


def _sources(recorded: Iterable[dict[str, Any]]) -> list[SourceFile]:
    """The files of a report, each once, in their order; those that could not be read gave nothing."""
    files: dict[str, list[dict[str, Any]]] = {}
    for source in recorded:
        if "error" not in source:
            files.setdefault(source["path"], []).append(source)
    return [
        SourceFile(Path(path), frozenset(s["base"] for s in found if s["base"]), found[0]["encoding"] if len(found) == 1 else "")
        for path, found in files.items()
    ]
