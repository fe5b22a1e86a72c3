"""One function over many tasks, in this process, in one a core, or on the workers of a Dask cluster; results in the order of the tasks."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from pop_ld.errors import UsageError

Task = TypeVar("Task")
Result = TypeVar("Result")
SMALL = 2_000_000
"""Bytes of input below which starting processes costs more than it gains."""

_AHEAD = 8
"""Tasks that a thread may be ahead of who takes the results."""
_NICE = 10
"""How nice work is beside which readers are served: 0 to 19."""


def give_way(how: str) -> None:
    """This process, and those that it starts from now on, take the cores that others leave: who serves readers comes first.

    ``idle`` takes what is left and no more (SCHED_IDLE, sched(7); where the system has none it is nice); ``nice`` takes a tenth of a core
    that others want too; ``no`` gives nothing away.
    """
    with suppress(OSError):
        if how == "idle" and hasattr(os, "SCHED_IDLE"):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        elif how != "no":
            os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), _NICE))


def jobs_for(files: Sequence[Path]) -> int:
    """Processes for that much input."""
    return os.cpu_count() or 1 if sum(f.stat().st_size for f in files if f.is_file()) > SMALL else 1


def each(function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int, scheduler: str = "") -> Iterator[Result]:
    """Results in the order of the tasks, from processes where there is more than one task and core.

    ``scheduler`` is the address of a Dask scheduler (``tcp://…``) whose workers do them instead; raises UsageError where none answers.
    """
    if scheduler:
        yield from _on_cluster(function, tasks, scheduler)
        return
    if jobs == 1 or len(tasks) < 2:
        yield from map(function, tasks)
        return
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn"), initializer=obey_the_parent) as pool:
        try:
            yield from pool.map(function, tasks)
        except BaseException:
            for process in list(pool._processes.values()):  # no public way before Python 3.14, and Ctrl-C must not wait for a shard
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def in_threads(function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """Results in the order of the tasks, from a thread a core: for what the engine computes, which lets other threads go on meanwhile.

    No more than _AHEAD tasks a thread are taken before their results are.
    """
    threads = os.cpu_count() or 1
    pool, waiting = ThreadPoolExecutor(threads), deque[Future[Result]]()
    try:
        for task in tasks:
            waiting.append(pool.submit(function, task))
            if len(waiting) > _AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def obey_the_parent() -> None:
    """For a process that another started: Ctrl-C is for that one to answer, and when it ends, however it does, this ends too.

    A worker that outlived its parent would go on writing the files that the next run writes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := parent_process():
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def no_collector() -> Iterator[None]:
    """Records hold no cycles, and millions of live objects make the cycle collector walk them in vain: up to a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# A cluster -----------------------------------------------------------------------------------------------------------------


def _on_cluster(function: Callable[[Task], Result], tasks: Sequence[Task], scheduler: str) -> Iterator[Result]:
    """Tasks that are over are let go at once, and what fails is done again elsewhere, as Dask does; Ctrl-C takes the rest back."""
    with cluster(scheduler) as client:
        futures = client.map(function, tasks, pure=False, retries=2)
        try:
            for future in futures:
                yield future.result()
                future.release()
        finally:
            client.cancel(futures)


def cluster(scheduler: str) -> Any:
    """A client of a Dask cluster, a context manager. Raises UsageError where the extra is missing or nobody answers at the address."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("--scheduler needs the extra cluster: pip install 'pop_ld[cluster]'") from error
    try:
        return Client(scheduler, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"no Dask scheduler answers at {scheduler}: {error}") from error


def on_every_worker(function: Callable[[], Result], scheduler: str) -> dict[str, Result]:
    """Address of each worker of a Dask cluster -> what the function gives there.

    Raises UsageError where a worker runs several tasks at once: parsers are made once a process, and shared by its threads.
    """
    with cluster(scheduler) as client:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        if threaded := [name for name, about in workers.items() if about["nthreads"] > 1]:
            raise UsageError(f"the Dask worker {threaded[0]} has several threads: start workers with --nthreads 1")
        found: dict[str, Result] = client.run(function)
        return found
