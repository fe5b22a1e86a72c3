"""What the files of a whole release cost: processor seconds for each format, and what 3.28 million notices would take.

python -m bench.downloads DATA [format …]: the release is read where it is, the files are made in a folder that is thrown away.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

from pop_ld import downloads, store

NOTICES = 3_280_000
CORES = 2


def main(data: Path, formats: list[str]) -> None:
    release = store.current(data)
    notices = int(release.manifest["notices"])
    print(f"{notices:,} notices, {release.manifest['triples']:,} triples; processor seconds, sorting out the triples included")
    for names in [[name] for name in formats or downloads.available()] + [formats]:
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            (here / "snapshots").symlink_to((data / "snapshots").resolve())
            (here / "current").symlink_to(Path("snapshots") / release.name)
            before = _spent()
            found = downloads.make(here, names, quiet=True)
            spent = _spent() - before
            size = sum(file.bytes for file in found.files)
        whole = spent * NOTICES / notices
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{' '.join(names) or 'all':8} {spent:7.1f} s  {notices / spent:8,.0f} notices/s a core  {size / 1e6:7.1f} MB  "
            f"{NOTICES:,} notices: {whole / CORES / 60:5.0f} min on {CORES} cores, {size * NOTICES / notices / 1e9:5.1f} GB  "
            f"peak {peak:,.0f} MiB",
            flush=True,
        )


def _spent() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
