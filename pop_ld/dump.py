"""The files of a dump: how a conversion finishes them, how they are read back, how a release keeps them.

``<base>-<shard>.nt.gz`` the notices, ``<base>-shared.nt.gz`` what they share, ``links.nt.gz`` what follows from links between notices,
``agents.nt.gz`` which agents are whom in Autor, ``<base>-<shard>.documents.jsonl.gz`` for the search index, ``problems.jsonl``,
``dangling.jsonl`` those of links that lead to no notice of the dump, ``*.checked.gz`` what the shapes say of each notice, ``*.digests``
what tells a notice that says the same as before, and ``report.json``, written last: a folder without it is no dump.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from pop_ld.packed import reading, writing_text
from pop_ld.report import Report, read_report

TRIPLES = ".nt.gz"
DOCUMENTS = ".documents.jsonl.gz"
DIGESTS = ".digests"
CHECKED = ".checked.gz"
LINKS = "links" + TRIPLES
AGENTS = "agents" + TRIPLES
LISTS = ("problems.jsonl", "dangling.jsonl")
LISTED = "dump.json"
"""File of a kept dump that lists, for readers, its files."""


def finish(out: Path, work: Path, report: Report) -> None:
    """Merges shared entities and problems, puts the finished files in place, and the report after all of them.

    ``report.files`` may know checksums of files already: those are not read again.
    """
    shared = sorted(work.glob("*.shared"))
    for slug, group in groupby(shared, key=lambda path: path.name.rsplit("-", 1)[0]):
        report.triples[slug] += _merge_sorted(list(group), work / f"{slug}-shared{TRIPLES}")
    report.triples["links"] += _merge_sorted(sorted(work.glob("*.mirrors")), work / LINKS)
    _merge_sorted(sorted(work.glob("*.dangling")), work / "dangling.jsonl")
    with (work / "problems.jsonl").open("wb") as log:
        for part in sorted(work.glob("*.problems.jsonl")):
            with part.open("rb") as lines:
                shutil.copyfileobj(lines, log)
    for old in [out / "report.json", *_finished(out)]:
        old.unlink(missing_ok=True)
    report.files = {path.name: report.files.get(path.name) or about(path) for path in _finished(work)}
    for path in _finished(work):
        path.rename(out / path.name)
    _write_json(out / "report.json", report.as_json())
    shutil.rmtree(work)


def about(path: Path) -> dict[str, Any]:
    """Size and checksum of a file."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def _finished(folder: Path) -> list[Path]:
    """The files of a dump but its report."""
    ends = (TRIPLES, DOCUMENTS, DIGESTS, CHECKED)
    return sorted(path for pattern in (*(f"*{end}" for end in ends), *LISTS) for path in folder.glob(pattern))


def triple_files(dump: Path) -> list[Path]:
    """The files of a dump that hold its triples, in the order of their names; plain N-Triples of a dump made by hand too."""
    return sorted([*dump.glob(f"*{TRIPLES}"), *dump.glob("*.nt")])


def untouched(dump: Path) -> bool:
    """Whether the triples of a dump are, to the byte, those that the converter wrote and listed in the report."""
    listed = {name: told for name, told in read_report(dump)["files"].items() if name.endswith(TRIPLES)}
    files = {path.name: path for path in triple_files(dump)}
    return listed.keys() == files.keys() and all(listed[name] == about(path) for name, path in files.items())


def fresh(folder: Path) -> Path:
    """An empty folder of that name."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _merge_sorted(parts: list[Path], target: Path) -> int:
    """Sorted files of lines as one, each line once; returns how many."""
    count = 0
    with ExitStack() as stack:
        merged = stack.enter_context(writing_text(target))
        for line, _ in groupby(heapq.merge(*(stack.enter_context(p.open(encoding="utf-8", newline="\n")) for p in parts))):
            merged.write(line)
            count += 1
    return count


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write_json(path: Path, content: Any) -> None:
    partial = path.with_name("." + path.name)
    partial.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.rename(path)


def examples(dump: Path) -> list[dict[str, str]]:
    """One notice a base to try: the first of its first shard with an image, else the first."""
    best: dict[str, dict[str, str]] = {}
    for name, documents in shards(dump):
        if name.rsplit("-", 1)[0] in best:
            continue  # of three million search documents a few thousand are enough
        for document in documents:
            slug = document["base"]
            if slug not in best or document.get("image"):
                best[slug] = {"base": slug, "iri": document["iri"], "label": document["title"], "image": document.get("image", "")}
                if best[slug]["image"]:
                    break
    return list(best.values())


def keep(
    data: Path, about: Mapping[str, Any], dump: Path | None, removed: Sequence[str], advance: Callable[[int], None]
) -> tuple[Path, list[dict[str, Any]]]:
    """What this release brought, under dumps/: the whole dataset is the chain of them (docs/decisions).

    ``about`` is the release's manifest. Returns the folder and its files for readers, each with ``name``, ``bytes`` and ``sha256``; the
    folder holds the same list, for it outlives the release.
    """
    folder = fresh(data / "dumps" / f".{about['name']}.tmp")
    listed = []
    for file in triple_files(dump) if dump else ():
        link(file, folder / file.name)
        listed.append(_told(file))  # as it is now: the report may tell of what was changed by hand since
        advance(1)
    if dump:
        for extra in ("report.json", *LISTS):
            shutil.copy2(dump / extra, folder / extra)
    _write_json(folder / "removed.json", list(removed))
    listed.append(_told(folder / "removed.json"))
    former = about.get("previous", {}).get("name", "")
    _write_json(folder / LISTED, {"release": about["name"], "created": about["created"], "previous": former, "files": listed})
    return folder, listed


def link(file: Path, name: Path) -> None:
    """Another name of a file that never changes; a copy where the file system has no such names."""
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)


def _told(file: Path) -> dict[str, Any]:
    return {"name": file.name, **about(file)}


def kept(data: Path) -> list[dict[str, Any]]:
    """What each kept dump says of itself: ``release``, ``created``, ``previous`` (the one that it changes, "" for none), ``files``.

    Oldest first. A dump that was kept before dumps were listed is left out.
    """
    found = []
    for file in (data / "dumps").glob(f"[!.]*/{LISTED}"):
        try:
            found.append(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
    return sorted(found, key=lambda about: (about["created"], about["release"]))


def json_line(document: dict[str, Any]) -> bytes:
    """A search document as one line of JSON; orjson, for there is one a notice (four times as fast, measured)."""
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def documents(dump: Path) -> Iterator[dict[str, Any]]:
    """The search documents of a dump, in the order of its shards."""
    for _, shard in shards(dump):
        yield from shard


def shards(dump: Path) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """(name, search documents) of each shard of a dump, to be read in turn."""
    for file in sorted(dump.glob(f"*{DOCUMENTS}")):
        with reading(file) as lines:
            yield file.name.removesuffix(DOCUMENTS), map(orjson.loads, lines)


DIGEST = 16
"""Bytes of the digest of a notice's lines; 2^-64 is the chance that one of three million that changed is taken for unchanged."""


def with_digests(dump: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The search documents, each with the digest of the notice's own lines of the dump, b"" in a dump that has none."""
    for name, shard in shards(dump):
        file = dump / f"{name}{DIGESTS}"
        with file.open("rb") if file.is_file() else BytesIO() as digests:
            for document in shard:
                yield document, digests.read(DIGEST)
