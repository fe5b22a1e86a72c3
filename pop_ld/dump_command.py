"""``pop-ld dump``: makes the files in which the whole of the current release can be downloaded."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from pop_ld.config import Settings


def grammar(made: argparse.ArgumentParser) -> None:
    made.epilog = (
        "formats: nt, ttl, jsonl, edm, edm-rdf, csv, and parquet where pyarrow is installed. What was finished stays: "
        "a run that was interrupted goes on from there."
    )
    made.add_argument(
        "--format", dest="formats", action="append", default=[], metavar="F", help="a format, several times for several (default: all)"
    )
    made.add_argument(
        "--base", dest="bases", action="append", default=[], metavar="B", help="a base alone (default: every base, and the whole)"
    )
    made.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one a core; the files are the same)")
    made.add_argument("--quiet", action="store_true", help="no progress")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Raises UsageError, Busy, StoreError."""
    from pop_ld import downloads
    from pop_ld.store.folders import check_own

    check_own(Path(settings.data))
    found = downloads.make(Path(settings.data), args.formats, args.bases, jobs=args.jobs or os.cpu_count() or 1, quiet=args.quiet)
    total = sum(file.bytes for file in found.files)
    print(
        f"release {found.release}: {len(found.files)} files, {total:,} bytes, in {Path(settings.data) / downloads.FOLDER / found.release}"
    )
    return 0


def after_publication(settings: Settings, quiet: Any = False) -> None:
    """Makes the files of the setting ``downloads``, and deletes those of releases that are no longer kept."""
    from pop_ld import downloads

    data = Path(settings.data)
    downloads.prune(data)
    if formats := downloads.wanted(settings.downloads):
        downloads.make(data, formats, jobs=os.cpu_count() or 1, quiet=bool(quiet))
