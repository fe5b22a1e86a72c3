"""Values in runs of a bounded length, for what is cheaper by many at once and must not be held whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

Value = TypeVar("Value")


def in_batches(values: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """Runs of at most ``size`` values, in their order."""
    batch: list[Value] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
