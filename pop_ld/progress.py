"""Progress of long work: a bar with rates on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Progress(Protocol):
    """One stage at a time; ``advance`` counts units done."""

    def advance(self, amount: int = 1) -> None: ...


class Silent:
    """Says nothing; for tests and libraries."""

    def advance(self, amount: int = 1) -> None:
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
        print(f"{self.stage}: {self.done:,}{of} {self.unit} in {seconds:.1f} s ({self.done / seconds:,.0f}/s)", file=sys.stderr, flush=True)


@contextmanager
def stage(name: str, unit: str, total: int | None = None, *, quiet: bool = False) -> Iterator[Progress]:
    """Shows one stage of work on standard error while it lasts."""
    if quiet:
        yield Silent()
    elif sys.stderr.isatty():
        with _bar(name, unit, total) as bar:
            yield bar
    else:
        lines = _Lines(name, unit, total)
        yield lines
        lines.say()


class _Bar:
    """One task of a rich display."""

    def __init__(self, bars: Any, task: Any) -> None:
        self.bars, self.task = bars, task

    def advance(self, amount: int = 1) -> None:
        self.bars.update(self.task, advance=amount)


@contextmanager
def _bar(name: str, unit: str, total: int | None) -> Iterator[Progress]:
    from rich import progress as rich
    from rich.console import Console
    from rich.text import Text

    class Rate(rich.ProgressColumn):
        def render(self, task: rich.Task) -> Text:
            return Text(f"{unit} {task.speed or 0:,.0f}/s")

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        Rate(),
        rich.TimeElapsedColumn(),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bar(bars, bars.add_task(name, total=total))
