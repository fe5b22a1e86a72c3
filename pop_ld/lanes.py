"""A second lane: work that needs nothing of what the first lane holds runs in a process of its own; its stages are shown in this one.

The first lane holds the writer's store, which no other process may open. What is made from a dump alone stands beside it, on another core.
"""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event, Thread
from typing import Any, Generic, TypeVar

from pop_ld import progress
from pop_ld.errors import PopError
from pop_ld.processes import obey_the_parent

Result = TypeVar("Result")


class Lane(Generic[Result]):
    """Work that runs beside; :meth:`result` waits for it."""

    def __init__(self, function: Callable[..., Result], arguments: tuple[Any, ...], quiet: bool) -> None:
        context = get_context("spawn")
        mine, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(theirs, function, arguments))
        self._process.start()
        theirs.close()
        self._told: tuple[bool, Any] | None = None
        self._reached: dict[str, Event] = defaultdict(Event)
        self._listener = Thread(target=self._listen, args=(mine, quiet), daemon=True)
        self._listener.start()

    def result(self) -> Result:
        """What the function gave. Raises what it raised; PopError where its process died."""
        self._listener.join()
        self._process.join()
        if self._told is None:
            raise PopError(f"the second process of this work ended (exit code {self._process.exitcode}): run the command again")
        done, value = self._told
        if not done:
            raise value
        found: Result = value
        return found

    def wait_for(self, name: str) -> None:
        """Until the other process has told that it :func:`reached` that. Raises what it raised before."""
        event = self._reached[name]
        while not event.wait(0.2):
            if not self._listener.is_alive() and not event.is_set():
                self.result()
                raise PopError(f"the second process of this work never came to {name}")

    def stop(self) -> None:
        """Ends it, whatever it does."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._listener.join()

    def _listen(self, pipe: Connection, quiet: bool) -> None:
        """Shows what the other process tells.

        That is ("begin", name, unit, total), ("advance", amount), ("end", cpu), ("reached", name) and, last, ("told", done, value).
        """
        with ExitStack() as whole:
            stages: list[tuple[ExitStack, progress.Progress, list[float]]] = []
            while True:
                try:
                    kind, *told = pipe.recv()
                except (EOFError, OSError, pickle.UnpicklingError):
                    return
                if kind == "begin":
                    one = whole.enter_context(ExitStack())
                    name, unit, total = told
                    stages.append((one, *one.enter_context(progress.shown_here(name, unit, total, quiet=quiet))))
                elif kind == "advance":
                    stages[-1][1].advance(told[0])
                elif kind == "end":
                    one, _, costs = stages.pop()
                    costs.append(told[0])
                    one.close()
                elif kind == "reached":
                    self._reached[told[0]].set()
                else:
                    self._told = told[0], told[1]
                    progress.wait_for_teller(self._process.join)  # it ends now; whoever starts another process would wait for it too


def reached(name: str) -> None:
    """Tells the first lane, from the second, that something is made; nothing in a process that is no second lane."""
    progress.tell("reached", name)


@contextmanager
def beside(function: Callable[..., Result], *arguments: Any, quiet: bool = False) -> Iterator[Lane[Result]]:
    """Runs a function of a module in another process while the body runs; where the body fails it is ended."""
    lane = Lane(function, arguments, quiet)
    try:
        yield lane
    finally:
        lane.stop()


def _work(pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    obey_the_parent()
    progress.tell_elsewhere(lambda *told: pipe.send(told))
    try:
        told = True, function(*arguments)
    except BaseException as error:
        told = False, error if isinstance(error, PopError) else PopError(f"{type(error).__name__}: {error}")
    pipe.send(("told", *told))
