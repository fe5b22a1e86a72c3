"""The bulk load alone, as a release does it, in a process of its own: ``python -m bench.loading FOLDER FILE …`` (.nt or .nt.gz)."""

from __future__ import annotations

import sys
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from pop_ld.store.loading import bulk_load


def main(folder: Path, files: list[Path]) -> None:
    store = Store(str(folder))
    bulk_load(lambda content: store.bulk_load(content, RdfFormat.N_TRIPLES), files, lambda done: None)
    store.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
