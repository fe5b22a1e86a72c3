"""``pop-ld follow``: keeps the data folder of this machine's readers in step with a writer's."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pop_ld.config import Settings
from pop_ld.errors import PopError, UsageError

if TYPE_CHECKING:
    from pop_ld.following.mirror import Brought

EVERY = 10.0
"""Seconds between two rounds; one costs the source some milliseconds where nothing has changed."""


def grammar(made: argparse.ArgumentParser) -> None:
    made.epilog = (
        "What changed is fetched, verified by SHA-256, and then served by pop-ld serve on the same folder. A round that fails leaves the "
        "release that was served; the next one goes on from what was fetched. load, publish and remove are refused on such a folder. "
        "exit codes: 0 done, 1 the source or the disk fails (--once), 2 usage"
    )
    made.add_argument(
        "source",
        nargs="?",
        default="",
        metavar="SOURCE",
        help="the writer's data folder (a shared disk), or the http(s) address of a site whose setting followers lists this machine "
        "(default: the one followed before)",
    )
    made.add_argument("--once", action="store_true", help="end after one round")
    made.add_argument("--every", type=float, default=EVERY, metavar="SECONDS", help=f"pause between two rounds (default {EVERY:g})")
    made.add_argument(
        "--without", default=None, metavar="PARTS", help='dumps, downloads or feed, with commas between: leave these out; "" none'
    )
    made.add_argument(
        "--stop", action="store_true", help="follow no more: the folder may be written again, from the release that it serves"
    )
    made.add_argument("--quiet", action="store_true", help="no progress")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Raises UsageError, Busy, StoreError."""
    from pop_ld.following import keeping
    from pop_ld.following.parts import OPTIONAL

    data = Path(settings.data)
    if args.stop:
        if args.source:
            raise UsageError("--stop wants no SOURCE")
        print(f"no longer following {keeping.stop(data)}")
        return 0
    without = None if args.without is None else args.without.replace(",", " ").split()
    if unknown := [name for name in without or () if name not in OPTIONAL]:
        raise UsageError(f"--without knows {', '.join(OPTIONAL)}, not {unknown[0]!r}")
    if not 0.1 <= args.every <= 86400:
        raise UsageError("--every wants seconds, 0.1 to 86400")
    given = {"without": without, "quiet": args.quiet, "told": _tell, "failed": _complain}
    keeping.follow(data, args.source, every=0.0 if args.once else args.every, **given)
    return 0


def _tell(done: Brought) -> None:
    pruned = f", pruned {' '.join(done.pruned)}" if done.pruned else ""
    files = f"{done.fetched} files fetched ({done.bytes:,} bytes), {done.linked} were here already"
    print(f"release {done.release}{' now serves' if done.switched else ''}: {files}{pruned}", flush=True)


def _complain(error: PopError) -> None:
    print(f"pop-ld: {error}; trying again", file=sys.stderr, flush=True)
