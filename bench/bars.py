"""What the figures of the large corpora are held to: bars at one size, and bars on growth from the smallest size to the largest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.results import Measure

FULL = 3_277_068
Figures = Mapping[tuple[str, str], Measure]
"""(stage, what) -> the measure of one size"""


@dataclass(frozen=True)
class Bar:
    """A figure, or the ratio to its peer where ``by`` says so, that is to be at most ``most``; held at ``size`` notices alone, 0 at any."""

    stage: str
    what: str
    most: float
    unit: str
    by: str = "value"
    size: int = FULL

    def figure(self, figures: Figures) -> float | None:
        """What is held to the bar, None where it was not measured."""
        one = figures.get((self.stage, self.what))
        if one is None:
            return None
        return one.ratio if self.by == "ratio" else one.value


@dataclass(frozen=True)
class Growth:
    """A figure that may grow by ``most`` (0.2: a fifth) from the smallest size measured to the largest; ``each``: a unit of which amount.

    What falls where more is better (``rate``) grows by what each of it takes longer: from 500 to 400 a second by a quarter.
    """

    stage: str
    what: str
    most: float
    rate: bool = False
    each: str = ""

    def of(self, figures: Figures) -> float | None:
        """The figure of a size, by unit where it is of all of them."""
        one = figures.get((self.stage, self.what))
        whole = figures.get(("load", self.each)) if self.each else None
        if one is None or (self.each and not whole):
            return None
        return one.value / whole.value if whole else one.value

    def between(self, small: Figures, large: Figures) -> float | None:
        """By how much it grew: 0.1 is ten per cent worse."""
        before, after = self.of(small), self.of(large)
        if not before or not after:
            return None
        return self.by(after / before)

    def by(self, ratio: float) -> float:
        """By how much it grew, of the large figure by the small one."""
        return (1 / ratio if self.rate else ratio) - 1


BARS = (
    Bar("load", "whole", 3_600, "s"),
    Bar("load", "memory of all processes", 8, "GiB"),
    Bar("load", "disk at the peak", 45, "GB"),
    Bar("load", "conversion and validation", 1_500, "s"),
    Bar("loading", "bulk load", 1.15, "times", "ratio", 0),
    Bar("loading", "bulk load, computed", 1.15, "times", "ratio", 0),
    Bar("search", "in process, p95", 60, "ms"),
    Bar("search", "by HTTP, 1 client, p95", 60, "ms"),
    Bar("questions", "failed", 0, "questions"),
    Bar("questions", "median", 0.5, "s"),
    Bar("delta", "whole, live after", 180, "s"),
    Bar("delta", "pages: p95 during", 2, "times", "ratio"),
    Bar("delta", "pages: p95 after", 1.1, "times", "ratio"),
    Bar("delta", "failed requests", 0, "requests"),
)
GROWTHS = (
    Growth("load", "conversion and validation", 0.2, each="notices"),
    Growth("load", "load: seconds", 0.2, each="triples"),
    Growth("load", "index: seconds", 0.2, each="notices"),
    Growth("load", "whole", 0.2, each="notices"),
    Growth("pages", "notice, 1 client, p95", 0.5),
    Growth("pages", "notice, 20 clients, p95", 0.5),
    Growth("light SPARQL", "look-ups of a notice, 8 clients", 0.2, rate=True),
)
CONVERSION = ("read", "convert", "validate", "link")
"""Stages of the profile that are conversion and validation, under whatever of these names it has them."""


def with_sums(figures: dict[tuple[str, str], Measure]) -> dict[tuple[str, str], Measure]:
    """The figures of a size with those that are made of others: from the first beginning to the last end of the stages of conversion."""
    spans = [
        (one.value, one.value + figures["load", f"{name}: seconds"].value)
        for name in CONVERSION
        if (one := figures.get(("load", f"{name}: started"))) and ("load", f"{name}: seconds") in figures
    ]
    if spans:
        took = max(end for _, end in spans) - min(start for start, _ in spans)
        figures["load", "conversion and validation"] = Measure("load", "conversion and validation", took, "s")
    return figures
