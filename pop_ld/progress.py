"""Progress of long work: bars with rates and time left on a terminal, plain lines in a log; and what is watched of each stage."""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Progress(Protocol):
    """One stage; ``advance`` counts units done."""

    def advance(self, amount: int = 1) -> None: ...


class Watch(Protocol):
    """Is told of every stage, quiet ones and those of a second lane too: what it came to, and the processor time that it took."""

    def begin(self, stage: str, unit: str) -> Any: ...

    def end(self, begun: Any, amount: int, cpu_seconds: float) -> None: ...


class Silent:
    """Says nothing; for tests and libraries."""

    def advance(self, amount: int = 1) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class _Lines:
    """A line when the stage ends, and every ten seconds before."""

    def __init__(self, stage: str, unit: str, total: int | None) -> None:
        self.stage, self.unit, self.total = stage, unit, total
        self.done = 0
        self.start = self.said = time.monotonic()

    def advance(self, amount: int = 1) -> None:
        self.done += amount
        if time.monotonic() - self.said >= 10 and self.done != self.total:
            self.said = time.monotonic()
            self.say()

    def say(self) -> None:
        seconds = max(time.monotonic() - self.start, 1e-9)
        of = f" of {self.total:,}" if self.total else ""
        rate = self.done / seconds
        left = f", {_duration((self.total - self.done) / rate)} left" if self.total and 0 < self.done < self.total else ""
        print(f"{self.stage}: {self.done:,}{of} {self.unit} in {seconds:.1f} s ({rate:,.0f}/s{left})", file=sys.stderr, flush=True)

    def close(self) -> None:
        self.say()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class _Counted:
    """Counts what a stage came to, for those who watch, and hands it on."""

    def __init__(self, shown: Progress) -> None:
        self.shown, self.amount = shown, 0

    def advance(self, amount: int = 1) -> None:
        self.amount += amount
        self.shown.advance(amount)


class Elsewhere:
    """A stage whose progress another process shows; ``tell`` gets ("advance", amount) a few times a second."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell, self._waiting, self._told = tell, 0, time.monotonic()

    def advance(self, amount: int = 1) -> None:
        self._waiting += amount
        if time.monotonic() - self._told > 0.2:
            self.close()

    def close(self) -> None:
        self._tell("advance", self._waiting)
        self._waiting, self._told = 0, time.monotonic()


_watches: list[Watch] = []
_tell: Callable[..., None] | None = None
_told = 0.0
"""Processor seconds of ended children whose stages were told: of no stage of this process."""


def tell_elsewhere(tell: Callable[..., None]) -> None:
    """From now on the stages of this process are shown by another: see :func:`shown_here`."""
    global _tell
    _tell = tell


def tell(*told: Any) -> None:
    """Hands something on to the process that shows the stages of this one, where there is one."""
    if _tell:
        _tell(*told)


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Tells ``watch`` of the stages meanwhile."""
    _watches.append(watch)
    try:
        yield
    finally:
        _watches.remove(watch)


@contextmanager
def stage(name: str, unit: str, total: int | None = None, *, quiet: bool = False) -> Iterator[Progress]:
    """Shows one stage of work on standard error while it lasts; several may last at once."""
    before = _own_seconds()
    if _tell:
        _tell("begin", name, unit, total)
        forwarded = Elsewhere(_tell)
        yield forwarded
        forwarded.close()
        _tell("end", _own_seconds() - before)
        return
    with shown_here(name, unit, total, quiet=quiet) as (progress, costs):
        yield progress
        costs.append(_own_seconds() - before)


@contextmanager
def shown_here(name: str, unit: str, total: int | None, *, quiet: bool) -> Iterator[tuple[Progress, list[float]]]:
    """The same for a stage that runs anywhere; the body adds the processor seconds that it took to the list."""
    shown: Any = Silent() if quiet else _bars.bar(name, unit, total) if sys.stderr.isatty() else _Lines(name, unit, total)
    counted, costs = _Counted(shown), list[float]()
    begun = [(watch, watch.begin(name, unit)) for watch in _watches]
    try:
        yield counted, costs
        shown.close()
    except BaseException:
        if isinstance(shown, _Bar):
            shown.close()
        raise
    finally:
        for watch, mark in begun:
            watch.end(mark, counted.amount, sum(costs))


def cpu_seconds() -> float:
    """Of this process, and of its children that have ended."""
    return _used(resource.RUSAGE_SELF) + _used(resource.RUSAGE_CHILDREN)


def _own_seconds() -> float:
    """The same without what was told elsewhere: what the stages of this process are charged with."""
    return cpu_seconds() - _told


def _used(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def wait_for_teller(join: Callable[[], object]) -> None:
    """Waits for a child that told its stages: what it computed is theirs, and of no stage that lasts here while it ends."""
    global _told
    before = _used(resource.RUSAGE_CHILDREN)
    join()
    _told += _used(resource.RUSAGE_CHILDREN) - before


class _Bars:
    """One rich display for all stages that last at once: it knows only one at a time."""

    def __init__(self) -> None:
        self._display: Any = None
        self._open = 0
        self._lock = threading.Lock()

    def bar(self, name: str, unit: str, total: int | None) -> _Bar:
        with self._lock:
            if not self._open:
                self._display = _display()
                self._display.start()
            self._open += 1
            task = self._display.add_task(name, total=total, unit=unit)
            return _Bar(self._display, task, self._closed)

    def _closed(self) -> None:
        with self._lock:
            self._open -= 1
            if not self._open:
                self._display.stop()


class _Bar:
    """One task of the display."""

    def __init__(self, display: Any, task: Any, closed: Callable[[], None]) -> None:
        self._display, self._task, self._closed = display, task, closed

    def advance(self, amount: int = 1) -> None:
        self._display.update(self._task, advance=amount)

    def close(self) -> None:
        self._display.stop_task(self._task)
        self._closed()


_bars = _Bars()


def _display() -> Any:
    from rich import progress as rich
    from rich.console import Console
    from rich.text import Text

    class Rate(rich.ProgressColumn):
        def render(self, task: rich.Task) -> Text:
            return Text(f"{task.fields['unit']} {task.speed or task.finished_speed or 0:,.0f}/s")

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        Rate(),
        rich.TimeElapsedColumn(),
        rich.TimeRemainingColumn(),
    )
    return rich.Progress(*columns, console=Console(stderr=True))
