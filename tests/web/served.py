"""``pop-ld serve`` as people run it: a process, with web processes and query workers of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOURS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits for it; fails where it does not come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def below(pid: int) -> set[int]:
    """Every process that descends from one, dead ones left out."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            said = (folder / "stat").read_text().rpartition(")")[2].split()
            if said[0] != "Z":
                parents[int(folder.name)] = int(said[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[str]
    root: str
    out: Path

    def end(self, number: int = signal.SIGTERM, seconds: float = 15.0) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextmanager
def pop_ld_serve(data: Path, out: Path, *, patch: str = "", port: int = 0, **settings: object) -> Iterator[Served]:
    """Answering when it is entered; ``patch`` is Python that runs first. What it says is in the file ``out``."""
    environ = {**os.environ, **{f"POP_LD_{name.upper()}": str(value) for name, value in settings.items()}, "PYTHONUNBUFFERED": "1"}
    code = f"import sys\n{patch}\nfrom pop_ld import cli\nsys.exit(cli.main(['serve', '--data', {str(data)!r}, '--port', '{port}']))"
    with out.open("w") as file:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=file, stderr=subprocess.STDOUT, env=environ, text=True)
    try:
        until(lambda: "http://" in out.read_text() or process.poll() is not None, 60)
        found = re.search(r"http://\S+", out.read_text())
        assert found, out.read_text()
        yield Served(process, found[0], out)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
