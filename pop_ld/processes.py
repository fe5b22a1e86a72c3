"""One function over many tasks, in this process or in one a core; results in the order of the tasks."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
SMALL = 2_000_000
"""Bytes of input below which starting processes costs more than it gains."""


def jobs_for(files: Sequence[Path]) -> int:
    """Processes for that much input."""
    return os.cpu_count() or 1 if sum(f.stat().st_size for f in files if f.is_file()) > SMALL else 1


def each(function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Results in the order of the tasks, from processes where there is more than one task and core."""
    if jobs == 1 or len(tasks) < 2:
        yield from map(function, tasks)
        return
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            yield from pool.map(function, tasks)
        except BaseException:
            for process in list(pool._processes.values()):  # no public way before Python 3.14, and Ctrl-C must not wait for a shard
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
