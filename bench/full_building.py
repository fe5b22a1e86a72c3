"""Measures of building a release: the load itself by its profile, and beside it what others do with the same notices or the same dump."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bench import corpus, handwritten, morph, yardstick
from bench.results import Measure
from pop_ld import readers, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.fields import RecordBuilder
from pop_ld.mapping import compile_mapping, expand, load_mapping, to_rml
from pop_ld.notices import Notice, Record
from pop_ld.profile import disk_of

HAND, SAMPLE, SHAPES = 30_000, 3_000, 100
"""Notices that are emitted by hand; of a base, those that morph-kgc is given, and those that pySHACL is given."""
OXIGRAPH = Path(sys.executable).with_name("oxigraph")
GIB, GB = 1 << 30, 1e9


@dataclass(frozen=True)
class Place:
    """Where a size is measured: its notices as files, and the data folder that they are loaded into."""

    size: int
    corpus: Path
    data: Path
    out: Path

    @property
    def profile(self) -> Path:
        """The profile of the load (``pop-ld load --profile``); it may be absent."""
        return self.out / f"profile-{self.size}.json"

    @property
    def log(self) -> Path:
        """What loads of that size said."""
        return self.out / f"load-{self.size}.log"


def spent() -> float:
    """Seconds that the children of this process have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pop_ld(*arguments: str, log: Path, status: tuple[int, ...] = (0,)) -> None:
    """Runs the command line; what it says goes to ``log``. Raises SystemExit with its last lines where it fails."""
    with log.open("ab") as said:
        done = subprocess.run([sys.executable, "-m", "pop_ld", *arguments], stdout=said, stderr=said, cwd=morph.ROOT, check=False)
    if done.returncode not in status:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        raise SystemExit("\n".join([f"pop-ld {arguments[0]} ended with {done.returncode}", *tail]))


def profiled(file: Path) -> list[str]:
    """``--profile FILE``, and no file of a former load there, so that none can be taken for this one's."""
    file.unlink(missing_ok=True)
    return ["--profile", str(file)]


def loading(place: Place) -> list[str]:
    """``load`` of the corpus into the data folder, with a profile, as arguments of the command line."""
    return ["load", *map(str, corpus.files(place.corpus)), "--data", str(place.data), *profiled(place.profile)]


def load(place: Place) -> Iterator[Measure]:
    """``pop-ld load`` of the corpus into a fresh folder; one that a killed load left behind goes on where it was."""
    before = yardstick.speed()
    pop_ld(*loading(place), log=place.log, status=(0, 1))
    if not store.current_name(place.data):
        raise SystemExit(f"nothing was published: see {place.log.name}")
    release = store.current(place.data)
    yield from of_profile(json.loads(place.profile.read_text(encoding="utf-8")))
    yield Measure("load", "data folder", disk_of(place.data) / GB, "GB")
    for when, speed in (("before", before), ("after", yardstick.speed())):
        yield from of_speed(when, speed)
    left = sum(1 for file in corpus.files(place.corpus) for _ in file.open("rb")) - release.manifest["notices"]
    if left:
        yield Measure("load", "notices left out", left, "notices", note=f"see {place.log.name}")


def of_speed(when: str, speed: yardstick.Speed) -> Iterator[Measure]:
    """How fast the machine was ``when``."""
    yield Measure("load", f"speed of the machine, {when}", speed.steps, "million steps/s", note="a Python loop on each core at once")
    yield Measure(
        "load", f"speed of the memory, {when}", speed.texts, "million look-ups/s", note="texts of a large dict, on each core at once"
    )


def of_profile(profile: dict[str, Any]) -> Iterator[Measure]:
    """The measures of ``pop-ld load --profile``: of the whole, and seconds, rate, computing time and memory of each stage."""
    whole: tuple[tuple[str, str, float, str], ...] = (
        ("whole", "seconds", 1, "s"),
        ("whole, computed", "cpu_seconds", 1, "s"),
        ("notices", "notices", 1, "notices"),
        ("triples", "triples", 1, "triples"),
        ("memory of all processes", "peak_memory_bytes", GIB, "GiB"),
        ("disk at the peak", "peak_disk_bytes", GB, "GB"),
    )
    for what, name, unit, word in whole:
        if profile.get(name):
            yield Measure("load", what, profile[name] / unit, word)
    for name, one in stages_of(profile).items():
        yield Measure("load", f"{name}: started", one["started"], "s")
        yield Measure("load", f"{name}: seconds", one["seconds"], "s")
        yield Measure("load", f"{name}: computed", one["cpu_seconds"], "s")
        yield Measure("load", f"{name}: memory", one["peak_memory_bytes"] / GIB, "GiB")
        if one["unit"] in ("notices", "triples") and one["amount"] and one["seconds"]:
            yield Measure("load", f"{name}: rate", one["amount"] / one["seconds"], f"{one['unit']}/s")


def stages_of(profile: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The stages of a profile by name; one that comes twice, of each lane for instance, counts as one that began with the first."""
    stages: dict[str, dict[str, Any]] = {}
    for one in profile["stages"]:
        if known := stages.get(one["stage"]):
            for name in ("amount", "seconds", "cpu_seconds"):
                known[name] += one[name]
        else:
            stages[one["stage"]] = dict(one)
    return stages


def records(file: Path, count: int) -> list[Record]:
    """The first records of a file of a base, as the mapping gets them."""
    bases = load_bases()
    base = bases[file.stem]
    build = RecordBuilder(base, Settings(), bases)
    sources = readers.open_sources(file, base=base, encoding=None, bases=bases)
    notices = (notice for source in sources for notice in source if isinstance(notice, Notice))
    return [build(notice)[0] for notice in islice(notices, count)]


def by_hand(place: Place) -> Iterator[Measure]:
    """Emission of plain notices of Mémoire: the compiled mapping beside f-strings that make the same triples. Raises SystemExit."""
    base = load_bases()["memoire"]
    taken = [one for one in records(place.corpus / "memoire.jsonl", HAND) if handwritten.takes(one)]
    compiled = compile_mapping(load_mapping(base.mapping_file), "memoire")
    shared: set[str] = set()
    memory: dict[Any, Any] = {}
    lines: list[str] = []
    start = time.process_time()
    for record in taken:
        compiled(record, lines, shared, memory)
    ours = time.process_time() - start
    others: set[str] = set()
    seen: set[str] = set()
    start = time.process_time()
    written = [handwritten.emit(record, others, seen) for record in taken]
    hand = time.process_time() - start
    if set("".join([*lines, *shared]).splitlines()) != set("".join([*written, *others]).splitlines()):
        raise SystemExit("the mapping and the emission by hand do not make the same triples")
    count = len(taken)
    yield Measure("conversion", "emission of Mémoire", count / ours, "notices/s a core", "written by hand", count / hand)


def by_morph(place: Place) -> Iterator[Measure]:
    """Records of the largest base by the compiled mapping and by morph-kgc, by computing time. Raises SystemExit where triples differ."""
    if not morph.PYTHON.is_file():
        raise SystemExit("morph-kgc's environment is absent: make conformance-env")
    slug = "memoire"
    taken, mappings = records(place.corpus / f"{slug}.jsonl", SAMPLE), load_mapping(load_bases()[slug].mapping_file)
    compiled = compile_mapping(mappings, slug)
    shared: set[str] = set()
    lines: list[str] = []
    memory: dict[Any, Any] = {}
    start = time.process_time()
    for record in taken:
        compiled(record, lines, shared, memory)
    ours, before = time.process_time() - start, spent()
    with tempfile.TemporaryDirectory() as folder:
        source = json.dumps([expand(record) for record in taken], ensure_ascii=False)
        theirs, _ = morph.run(Path(folder), to_rml(mappings, "records.json"), source)
    if set("".join([*lines, *shared]).splitlines()) != theirs:
        raise SystemExit(f"{slug}: morph-kgc does not make the same triples")
    beside = len(taken) / (spent() - before)
    yield Measure("conversion", f"mapping of {slug}", len(taken) / ours, "notices/s a core", "morph-kgc", beside, "its start included")


def by_pyshacl(place: Place) -> Iterator[Measure]:
    """The engines of validation alone, on the same graphs, with the same results: ours beside pySHACL."""
    from bench.validate import engines

    with tempfile.TemporaryDirectory() as folder:
        for slug in ("memoire", "joconde", "palissy", "merimee"):
            part = corpus.head(place.corpus / f"{slug}.jsonl", SHAPES, Path(folder))
            _, ours, theirs = engines(slug, [part])
            yield Measure("validation", f"shapes of {slug}", ours, "notices/s", "pySHACL", theirs)


def by_oxigraph(place: Place) -> Iterator[Measure]:
    """Our bulk load and ``oxigraph load`` of the dump that the release keeps, one after the other, each alone on the machine.

    Each goes into a folder that is thrown away: it takes twice as long as loading, and the disk of a store. What loading takes within a
    release, beside other work, is in the profile.
    """
    release = store.releases(place.data)[0]  # that of the load, before any delta
    files = list(map(str, sorted((place.data / "dumps" / release.name).glob("*.nt.gz"))))
    if not files:
        raise SystemExit(f"no dump of {release.name} is kept")
    target = place.out / f"store-{place.size}"
    ours = _loaded([sys.executable, "-m", "bench.loading", str(target), *files], target)
    theirs = _loaded([str(OXIGRAPH), "load", "--location", str(target), "--file", *files], target)
    triples, note = release.manifest["triples"], "each alone, of the same files"
    yield Measure("loading", "bulk load", ours[0], "s", "oxigraph load", theirs[0], note)
    yield Measure("loading", "bulk load, computed", ours[1], "s", "oxigraph load", theirs[1], note)
    yield Measure("loading", "rate", triples / ours[0], "triples/s", "oxigraph load", triples / theirs[0], note)
    yield Measure("loading", "fresh store", ours[2] / triples, "bytes/triple", "oxigraph load", theirs[2] / triples)
    yield Measure("loading", "store of the release", disk_of(release.path / "store") / triples, "bytes/triple")


def _loaded(command: list[str], target: Path) -> tuple[float, float, int]:
    """(seconds, seconds computed, bytes on disk) of a command that fills a folder, which is thrown away."""
    shutil.rmtree(target, ignore_errors=True)
    start, before = time.monotonic(), spent()
    try:
        subprocess.run(command, check=True, cwd=morph.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.monotonic() - start, spent() - before, disk_of(target)
    finally:
        shutil.rmtree(target, ignore_errors=True)


STAGES: dict[str, Callable[[Place], Iterator[Measure]]] = {
    "load": load,
    "hand": by_hand,
    "morph": by_morph,
    "pyshacl": by_pyshacl,
    "oxigraph": by_oxigraph,
}
