"""A release in other stores: the rate of `publish --to`, the size on disk, and look-ups and light queries beside the data folder's store.

usage: python -m bench.remote_publish DATA WORK [NOTICES]     DATA: a data folder with a release, whose dump is kept; WORK: a folder for
the stores, which are removed; NOTICES: how many pages are looked up (default 300). Needs `make fuseki-env`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.full_building import GB
from bench.remote_store import AT_ONCE, compare, rate, some
from pop_ld import remote, store
from pop_ld.config import Settings
from pop_ld.profile import disk_of
from pop_ld.store.oxigraph import OxigraphReader
from pop_ld.store.sparql_reader import RemoteReader

ROOT = Path(__file__).parents[1]
HEAP = "-Xmx2g"
PORT = 18790


def commands(work: Path) -> dict[str, tuple[list[str], str]]:
    """Name of a store -> (how it is started, the address of its service)."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or sys.exit("no oxigraph server: install the extra dev")
    jars = sorted((ROOT / "build" / "fuseki").glob("jena-fuseki-server-*.jar")) or sys.exit("no Fuseki: make fuseki-env")
    fuseki = [
        "java",
        HEAP,
        "-jar",
        str(jars[-1]),
        "--localhost",
        "--port",
        str(PORT + 1),
        "--loc",
        str(work / "fuseki"),
        "--update",
        "/pop",
    ]
    return {
        "oxigraph serve": (
            [program, "serve", "--location", str(work / "oxigraph"), "--bind", f"127.0.0.1:{PORT}"],
            f"http://127.0.0.1:{PORT}",
        ),
        "Fuseki TDB2": (fuseki, f"http://127.0.0.1:{PORT + 1}/pop"),
    }


@contextmanager
def running(command: Sequence[str], url: str, work: Path) -> Iterator[int]:
    """A server, once it answers; gives its process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=work)
    try:
        for _ in range(600):
            try:
                if httpx.post(f"{url}/sparql", data={"query": "ASK {}"}, trust_env=False).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def of_process(pid: int) -> tuple[float, float]:
    """(CPU seconds so far, most memory so far in GiB)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    peak = next(line.split()[1] for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peak) / 1024**2


def main() -> None:
    """Prints the tables."""
    if len(sys.argv) < 3:
        sys.exit(str(__doc__))
    data, work = Path(sys.argv[1]), Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    release = store.current(data)
    triples, count = release.manifest["triples"], int(sys.argv[3]) if len(sys.argv) > 3 else 300
    ours = OxigraphReader(release)
    things = some(ours, count)
    print(f"{release.manifest['notices']:,} notices, {triples:,} triples; embedded store {disk_of(release.path / 'store') / GB:.2f} GB")
    for name, (command, url) in commands(work).items():
        folder = work / ("oxigraph" if "oxigraph" in name else "fuseki")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with running(command, url, work) as pid:
            began, ours_before = time.monotonic(), time.process_time()
            there = remote.bring(url, data, Settings(), quiet=True)
            took, own = time.monotonic() - began, time.process_time() - ours_before
            cpu, peak = of_process(pid)
            print(f"\n{name}: {took:.0f} s, {triples / took:,.0f} triples/s; CPU {cpu:.0f} s there, {own:.0f} s here; peak {peak:.2f} GiB")
            settings = Settings(store_url=there.query)
            far = RemoteReader(release, settings)
            compare(ours, far, things)
            here, away = rate(Settings(), release, things), rate(settings, release, things)
            print(f"light queries a second, {AT_ONCE} at once: embedded {here:,.0f}, remote {away:,.0f}, {away / here:.2f} times")
        print(f"on disk: {disk_of(folder) / GB:.2f} GB, {disk_of(folder) / disk_of(release.path / 'store'):.2f} times the embedded store")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
