"""The thesauri of a data folder: ``<data>/thesauri/<scheme>.nt`` holds the triples, ``<scheme>.json`` the labels to resolve by.

A scheme is installed once its ``.json`` is there; it is written last, and both files are replaced in one step each.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pop_ld import iris
from pop_ld.errors import NotFound, ReadError, StoreError, UsageError
from pop_ld.thesauri.scheme import Concept, Scheme


@dataclass(frozen=True, slots=True)
class Installed:
    """A scheme of the data folder: ``source`` is the name of the file it was read from, ``strays`` that file's concepts without scheme."""

    name: str
    iri: str
    label: str
    source: str
    concepts: int
    labels: int
    strays: int = 0


def add(files: Sequence[Path], data: Path) -> list[Installed]:
    """Installs every scheme of the files, each in the place of the one of its name; nothing is written unless all files are read.

    Raises ReadError for a file that cannot be read, UsageError where two files hold the same scheme.
    """
    from pop_ld.thesauri.skos import read_skos

    readings = [(file, read_skos(file)) for file in files]
    holders: dict[str, Path] = {}
    for file, reading in readings:
        for scheme, _ in reading.schemes:
            if holders.setdefault(scheme.name, file) is not file:
                raise UsageError(f"{scheme.name} is in {holders[scheme.name].name} too: add one of them", file=str(file))
    made = []
    for file, reading in readings:
        for scheme, triples in reading.schemes:
            about = Installed(scheme.name, scheme.iri, scheme.label, file.name, len(scheme.concepts), scheme.labels, reading.strays)
            _write(data, about, scheme, triples)
            made.append(about)
    return made


def installed(data: Path) -> list[Installed]:
    """The schemes of the data folder, by name."""
    return [load(path)[0] for path in sorted(folder(data).glob("*.json"))]


def remove(names: Sequence[str], data: Path) -> None:
    """Takes schemes out; raises NotFound where one of them is not installed, and then changes nothing."""
    known = [path.stem for path in sorted(folder(data).glob("*.json"))]
    missing = [name for name in names if name not in known]
    if missing:
        raise NotFound(f"no thesaurus {', '.join(missing)}; known: {', '.join(known) or '-'}", file=str(folder(data)))
    for name in dict.fromkeys(names):
        index_file(data, name).unlink()
        _triples_file(data, name).unlink(missing_ok=True)


def graphs(data: Path, site: str) -> Iterator[tuple[str, Path]]:
    """(IRI of the named graph ``{site}/graph/thesaurus/<scheme>``, its N-Triples file) of each installed scheme, by name."""
    for path in sorted(folder(data).glob("*.json")):
        yield iris.thesaurus_graph(site, path.stem), _triples_file(data, path.stem)


def state(data: Path) -> str:
    """Changes whenever a thesaurus of the data folder does; "" where there is none."""
    files = [(path.stem, path.stat()) for path in sorted(folder(data).glob("*.json"))]
    return " ".join(f"{name}:{about.st_size}:{about.st_mtime_ns}" for name, about in files)


def folder(data: Path) -> Path:
    """Where the schemes of a data folder are."""
    return data / "thesauri"


def index_file(data: Path, name: str) -> Path:
    """The file of a scheme's labels, whether it is installed or not."""
    return folder(data) / f"{name}.json"


def load(file: Path) -> tuple[Installed, Scheme]:
    """An installed scheme, from its file of labels. Raises ReadError where it is not one."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        about = Installed(**held["about"])
        return about, Scheme(about.name, about.iri, about.label, tuple(_concept(*row) for row in held["concepts"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadError(f"not the labels of a thesaurus ({error}): add it again", file=str(file)) from error


def _concept(iri: str, pref: str, alts: list[str], hidden: list[str], matches: list[list[str]]) -> Concept:
    return Concept(iri, pref, tuple(alts), tuple(hidden), tuple((name, match) for name, match in matches))


def _write(data: Path, about: Installed, scheme: Scheme, triples: bytes) -> None:
    rows = [[c.iri, c.pref, c.alts, c.hidden, c.matches] for c in scheme.concepts]
    labels = json.dumps({"about": asdict(about), "concepts": rows}, ensure_ascii=False, separators=(",", ":"))
    try:
        folder(data).mkdir(parents=True, exist_ok=True)
        _replace(_triples_file(data, scheme.name), triples)
        _replace(index_file(data, scheme.name), labels.encode("utf-8"))
    except OSError as error:
        raise StoreError(error.strerror or str(error), file=str(folder(data))) from error


def _replace(path: Path, content: bytes) -> None:
    """Writes so that a crash leaves either the old file or the whole new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _triples_file(data: Path, name: str) -> Path:
    return folder(data) / f"{name}.nt"
