"""Made-up notices, releases in temporary folders, and a few looks at the system."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pop_ld.iris import DEFAULT_SITE as SITE
from pop_ld.store import Release, ResourceReader, Writer

ROOT = Path(__file__).resolve().parents[2]
DCTERMS, RDFS, FOAF = "http://purl.org/dc/terms/", "http://www.w3.org/2000/01/rdf-schema#", "http://xmlns.com/foaf/0.1/"
POP = "https://data.pop.culture.gouv.fr/def/pop#"


def thing(number: int) -> str:
    return f"{SITE}/id/merimee/PA{number:08d}"


def notice(number: int, triples: int = 40, word: str = "") -> str:
    """N-Triples of one notice: the thing, a part, a part of the part, its document, a link to a shared agent and concept."""
    iri, doc, agent, concept = thing(number), f"{SITE}/doc/merimee/PA{number:08d}", f"{SITE}/id/agent/A%20B", f"{SITE}/id/concept/x/eglise"
    lines = [
        f'<{iri}> <{DCTERMS}identifier> "PA{number:08d}" .',
        f'<{iri}> <{RDFS}label> "Église {number} {word}"@fr .',
        f"<{iri}> <{DCTERMS}creator> <{agent}> .",
        f"<{iri}> <{POP}DENO> <{concept}> .",
        f"<{iri}> <{POP}made> <{iri}#production> .",
        f"<{iri}#production> <{POP}when> <{iri}#date> .",
        f'<{iri}#date> <{RDFS}label> "XIXe siècle" .',
        f"<{doc}> <{FOAF}primaryTopic> <{iri}> .",
        f'<{doc}> <{DCTERMS}modified> "2026-11-22" .',
        f'<{agent}> <{RDFS}label> "A. B." .',
        f'<{concept}> <http://www.w3.org/2004/02/skos/core#prefLabel> "église"@fr .',
    ]
    lines += [f'<{iri}> <{POP}F{n}> "texte {number} {n} {word}"@fr .' for n in range(triples - len(lines))]
    return "\n".join(lines) + "\n"


def notices(first: int, last: int, word: str = "") -> bytes:
    return "".join(notice(number, word=word) for number in range(first, last)).encode()


def furnish(folder: Path, reader: ResourceReader) -> dict[str, object]:
    return {"furnished": True}


def check(release: Release, reader: ResourceReader) -> None:
    assert (release.path / "manifest.json").is_file()


def publish(data: Path, name: str, ntriples: bytes = b"") -> Release:
    with Writer(data, SITE) as writer:
        if ntriples:
            writer.insert(ntriples)
        return writer.snapshot(name, {"by": "test"}, furnish, check)


def tree(folder: Path) -> dict[str, tuple[str, int, int]]:
    """What every file and folder below holds: hash, size and time of change."""
    found = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        state = path.stat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (digest, state.st_size, state.st_mtime_ns)
    return found


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file below."""
    return {name: digest for name, (digest, _, _) in tree(folder).items() if digest}


def children() -> dict[int, str]:
    """Query workers that this process started and that are still listed: pid -> state letter (Z is a zombie)."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        ours = state == "Z" or b"pop_ld.store.worker" in (entry.parent / "cmdline").read_bytes()
        if int(parent) == os.getpid() and ours:
            found[int(entry.parent.name)] = state
    return found


def run_python(script: str, *arguments: object, stdin: int | None = None) -> subprocess.Popen[str]:
    """A Python process of its own that sees this package and this file's helpers."""
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    command = [sys.executable, "-u", "-c", script, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> float:
    """Seconds until the condition held; fails where it did not in time."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "waited in vain"
        time.sleep(0.002)
    return time.monotonic() - start
