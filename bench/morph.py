"""Runs morph-kgc, the reference engine, in its own environment on an exported mapping."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = Path(os.environ.get("MORPH_KGC_PYTHON", ROOT / "build" / "morph-kgc" / "bin" / "python"))
"""Made by ``make conformance-env``: morph-kgc pins old versions of pyoxigraph and rdflib."""

# na_values empty: "nan" and "N/A" are texts. % is safe: keys come percent-encoded (ARCHITECTURE §5, promise 3).
CONFIG = """[CONFIGURATION]
output_format=N-TRIPLES
output_file=theirs.nt
na_values=
safe_percent_encoding=%%
logging_level=ERROR
number_of_processes=1
[data]
mappings=mapping.ttl
"""


def run(folder: Path, rml: str, records: str) -> tuple[set[str], float]:
    """(N-Triples lines, seconds) of a mapping over a JSON array of records, in an empty folder."""
    (folder / "records.json").write_text(records, encoding="utf-8")
    (folder / "mapping.ttl").write_text(rml, encoding="utf-8")
    (folder / "config.ini").write_text(CONFIG, encoding="utf-8")
    start = time.perf_counter()
    done = subprocess.run([PYTHON, "-m", "morph_kgc", "config.ini"], cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return set((folder / "theirs.nt").read_text(encoding="utf-8").splitlines()), seconds
