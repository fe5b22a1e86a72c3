"""Plots as SVG written by hand: text as text, readable on light and dark paper, no library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 820, 400, 78, 250, 56, 52
COLOURS = (
    "#2f7ed8",
    "#d9662b",
    "#2f9e62",
    "#a855b5",
    "#b58900",
    "#1a9ba6",
    "#c23b5a",
    "#6f7d2e",
    "#7b6cd9",
    "#8a6d5a",
    "#5f8fa8",
    "#9c5f2f",
)
"""Of one lightness, so that each is told from white and from near black."""
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600;font-size:15px}.s{fill:#59636e;font-size:12px}"
    ".g{stroke:#d1d9e0;stroke-width:1}.a{stroke:#59636e;stroke-width:1}.p{stroke-dasharray:5 4}"
    "@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.s{fill:#9198a1}.g{stroke:#3d444d}.a{stroke:#9198a1}}"
)
Series = Mapping[str, Sequence[tuple[float, float]]]
"""Name -> (x, y) in order of x."""


def lines(title: str, x_title: str, y_title: str, series: Series, peers: Mapping[str, str]) -> str:
    """A line for each series over sizes, both axes logarithmic; a point alone is a dot.

    ``peers`` gives, of a series that is a peer's, the name of ours that it stands beside: it is drawn broken and in its colour.
    """
    points = [point for found in series.values() for point in found if min(point) > 0]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    across, up = _log(min(xs), max(xs), LEFT, WIDTH - RIGHT), _log(min(ys), max(ys), HEIGHT - BOTTOM, TOP, decades=True)
    out = [_frame(title, x_title, y_title)]
    for value in _decades(min(ys), max(ys)):
        out.append(_grid(up(value), number(value)))
    for value in sorted(set(xs)):
        out.append(f'<text class="s" x="{across(value):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{number(value)}</text>')
    ends = _apart([up(found[-1][1]) for found in series.values()])
    for (name, found), colour, end in zip(series.items(), _colours([peers.get(name, name) for name in series]), ends, strict=True):
        places = [(across(x), up(y)) for x, y in found if min(x, y) > 0]
        broken = ' class="p"' if name in peers else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        out.append(f'<polyline{broken} points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        out.append(f'<path d="M{x + 5:.1f} {y:.1f}L{WIDTH - RIGHT + 14} {end:.1f}" stroke="{colour}" stroke-width=".6" fill="none"/>')
        out.append(f'<text class="s" x="{WIDTH - RIGHT + 18}" y="{end + 4:.1f}">{escape(name)}</text>')
    return _svg(title, out)


def stacks(title: str, x_title: str, y_title: str, columns: Mapping[str, Mapping[str, float]]) -> str:
    """A column of parts, one upon the other, for each of ``columns``: name -> part -> height; those under a hundredth are put together."""
    highest = max(sum(parts.values()) for parts in columns.values())
    names = dict.fromkeys(name for parts in columns.values() for name, height in parts.items() if height > highest / 100)
    up = _linear(highest, HEIGHT - BOTTOM, TOP)
    out = [_frame(title, x_title, y_title)]
    out += [_grid(up(value), number(value)) for value in _steps(highest)]
    colours = dict(zip([*names, "others"], _colours([*names, "others"]), strict=True))
    room = (WIDTH - LEFT - RIGHT) / len(columns)
    for place, (column, parts) in enumerate(columns.items()):
        left, base = LEFT + room * (place + 0.2), 0.0
        rest = sum(height for name, height in parts.items() if name not in names)
        for name, height in [*((name, parts.get(name, 0.0)) for name in names), ("others", rest)]:
            top, base = up(base + height), base + height
            tall = up(base - height) - top
            told = f"<title>{escape(f'{column}: {name} {number(height)}')}</title>"
            out.append(
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{room * 0.6:.1f}" height="{tall:.1f}" fill="{colours[name]}">{told}</rect>'
            )
        middle = left + room * 0.3
        out.append(f'<text class="s" x="{middle:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(column)}</text>')
        out.append(f'<text class="s" x="{middle:.1f}" y="{up(base) - 6:.1f}" text-anchor="middle">{number(base)}</text>')
    for place, (name, colour) in enumerate(reversed(colours.items())):
        y = TOP + 6 + place * 19
        out.append(f'<rect x="{WIDTH - RIGHT + 16}" y="{y}" width="12" height="12" fill="{colour}"/>')
        out.append(f'<text class="s" x="{WIDTH - RIGHT + 34}" y="{y + 11}">{escape(name)}</text>')
    return _svg(title, out)


def spans(title: str, x_title: str, found: Mapping[str, tuple[float, float]]) -> str:
    """A bar from a beginning to an end, in that order, for each stage: what goes on beside what."""
    tall, last = TOP + 24 * len(found) + BOTTOM, max(end for _, end in found.values())
    across = _linear(last, 190, WIDTH - 70)
    out = [f'<text class="t" x="16" y="26">{escape(title)}</text>']
    for value in _steps(last):
        x = across(value)
        out.append(f'<path class="g" d="M{x:.1f} {TOP - 8}V{tall - BOTTOM}"/>')
        out.append(f'<text class="s" x="{x:.1f}" y="{tall - BOTTOM + 18}" text-anchor="middle">{number(value)}</text>')
    out.append(f'<text class="s" x="{(190 + WIDTH - 70) / 2}" y="{tall - 12}" text-anchor="middle">{escape(x_title)}</text>')
    for place, ((name, (start, end)), colour) in enumerate(zip(found.items(), _colours(list(found)), strict=True)):
        y = TOP + 24 * place
        out.append(f'<text class="s" x="180" y="{y + 12}" text-anchor="end">{escape(name)}</text>')
        wide = max(across(end) - across(start), 1)
        out.append(f'<rect x="{across(start):.1f}" y="{y}" width="{wide:.1f}" height="16" fill="{colour}"/>')
        out.append(f'<text class="s" x="{across(end) + 5:.1f}" y="{y + 12}">{number(end - start)}</text>')
    return _svg(title, out, tall)


def number(value: float) -> str:
    """A figure of three digits or its thousands: 0.05, 1.25, 38.1, 3,277,068."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(digits, 4)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# Parts -----------------------------------------------------------------------------------------------------------------------


class _Scale:
    """A value to a place: linear or by logarithms."""

    def __init__(self, low: float, high: float, start: float, end: float, by: str) -> None:
        self._of = math.log10 if by == "log" else float
        self._low, self._high = self._of(low), self._of(high)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        wide = (self._high - self._low) or 1.0
        return self._start + (self._of(value) - self._low) / wide * (self._end - self._start)


def _log(low: float, high: float, start: float, end: float, *, decades: bool = False) -> _Scale:
    if decades:
        low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high * 1.0001))
    return _Scale(low, high, start, end, "log")


def _linear(high: float, start: float, end: float) -> _Scale:
    return _Scale(0, high * 1.06, start, end, "")


def _decades(low: float, high: float) -> list[float]:
    return [10.0**n for n in range(math.floor(math.log10(low)), math.ceil(math.log10(high * 1.0001)) + 1)]


def _steps(high: float) -> list[float]:
    rough = high / 5
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * n for n in (1, 2, 5, 10) if unit * n >= rough)
    return [step * n for n in range(int(high / step) + 1)]


def _apart(places: Sequence[float], least: float = 16) -> list[float]:
    """The places of labels, moved so that none is on another."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    found = list(places)
    for before, this in pairwise(order):
        found[this] = max(found[this], found[before] + least)
    over = max(0.0, max(found) - (HEIGHT - BOTTOM)) if found else 0.0
    return [place - over for place in found]


def _colours(names: Sequence[str]) -> list[str]:
    """A colour for each name, the same for the same."""
    known = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(dict.fromkeys(names))}
    return [known[name] for name in names]


def _grid(y: float, label: str) -> str:
    line = f'<path class="g" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
    return f'{line}<text class="s" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'


def _frame(title: str, x_title: str, y_title: str) -> str:
    middle = (LEFT + WIDTH - RIGHT) / 2
    return (
        f'<text class="t" x="16" y="26">{escape(title)}</text><text class="s" x="16" y="45">{escape(y_title)}</text>'
        f'<text class="s" x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{escape(x_title)}</text>'
        f'<path class="a" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>'
    )


def _svg(title: str, out: Sequence[str], tall: int = HEIGHT) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" role="img" aria-label="{escape(title)}">'
    return f"{head}<style>{STYLE}</style>" + "\n".join(out) + "</svg>\n"
