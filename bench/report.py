"""Results of bench.full_size as one table and plots: docs/measurements.md and docs/measurements/*.svg. No figure is typed by hand.

usage: python -m bench.report OUT [--to docs]     OUT: the folder of results.jsonl
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.bars import BARS, GROWTHS, Figures, with_sums
from bench.morph import ROOT
from bench.plots import lines, number, spans, stacks
from bench.results import Measure, Results, Taken

Sizes = Mapping[int, Figures]
HEAD = """# Measurements

What a load of so many made-up notices costs and what readers then feel, each stage beside its limit or a peer that did the same in the same
run. Every figure on this page is written by `python -m bench.report` from the lines that `python -m bench.full_size` leaves.

## Repeat it

```sh
make bench-full OUT=../measured                      # all of it at 50,000, 200,000, 1,000,000 and 3,277,068 notices: 75 GB, hours
make bench-full OUT=../measured SIZES=50000          # one size; what was measured is not measured again, on whatever day
.venv/bin/python -m bench.full_size ../measured --sizes 50000 --stages pages,search     # some stages; --again to measure them anew
.venv/bin/python -m bench.growth ../measured         # a load of all that stands while loads of 50,000 run: by how much it grows
.venv/bin/python -m bench.growth_serving ../measured --large DATA --large-corpus DIR --small DATA --small-corpus DIR  # the same of answers
.venv/bin/python -m bench.delta DATA --corpus DIR    # a delta alone, on a data folder of yours
.venv/bin/python -m bench.report ../measured         # this page, and results.jsonl beside its plots: put it into an empty OUT to add to it
```

The notices come from `../shared/data/make_corpus.py`: resampled from real ones, for volume. Two web processes serve; **the clients run
on the same cores**, and take their part of them. A stage that failed leaves no figure. `notices/s a core` of emission is by computing time;
all other times are by the clock, morph-kgc's with its start. The machine is shared: a load measures its speed before and after, for the
same work may take twice as long on another evening; and Pythons differ ([which one](how-to/full-size.md#which-python)): the
end of the page says what ran."""
PLOTTED = {
    "latency": (
        "Answers, 95th percentile",
        "ms",
        (
            ("pages", "notice, 1 client, p95"),
            ("pages", "notice, 20 clients, p95"),
            ("search", "in process, p95"),
            ("search", "by HTTP, 1 client, p95"),
            ("hubs", "page of the largest agent, p95"),
            ("hubs", "page of the largest merimee, p95"),
            ("machines", "reconciliation, batch of 50, p95"),
            ("machines", "OAI-PMH ListRecords oai_dc, p95"),
        ),
    ),
    "conversion": ("Conversion on one core", "notices/s", (("conversion", "emission of Mémoire"), ("conversion", "mapping of memoire"))),
    "validation": ("Shapes on one core", "notices/s", (("validation", "shapes of joconde"), ("validation", "shapes of merimee"))),
    "loading": ("Bulk load", "triples/s", (("loading", "rate"),)),
    "queries": (
        "Light queries",
        "queries/s",
        (("light SPARQL", "look-ups of a notice, 1 client"), ("light SPARQL", "look-ups of a notice, 8 clients")),
    ),
    "clusters": (
        "Search beside clusters, 95th percentile",
        "ms",
        (("search", "p95 beside elasticsearch9"), ("search", "p95 beside opensearch3")),
    ),
}
"""File -> title, unit, what is drawn: ours, and its peer broken."""


def by_size(taken: Sequence[Taken]) -> Sizes:
    """Size -> (stage, what) -> measure, the smallest size first."""
    found: dict[int, dict[tuple[str, str], Measure]] = defaultdict(dict)
    for one in taken:
        found[one.size][one.measure.stage, one.measure.what] = one.measure
    return {size: with_sums(found[size]) for size in sorted(found)}


def text(taken: Sequence[Taken], pictures: Mapping[str, str]) -> str:
    """The page; ``pictures`` are its plots: file -> what it shows, for those who do not see it."""
    sizes = by_size(taken)
    parts = [HEAD, "## Bars", *bars(sizes), "## Growth", *growth(sizes)]
    if pictures:
        parts += ["## Plots", *(f"![{alt}](measurements/{name}.svg)" for name, alt in pictures.items())]
    parts += ["## The table", *table(sizes), *slow(sizes), "## Machines", *machines(taken)]
    return "\n\n".join(parts) + "\n"


def bars(sizes: Sizes) -> Iterator[str]:
    """What is to hold at full size, or, where that was not measured, how it is at the largest size: then nothing is met yet."""
    rows = ["| bar | at most | measured | at | met |", "|---|---:|---:|---:|---|"]
    for bar in BARS:
        limit = f"{number(bar.most)} {bar.unit}"
        measured = [size for size, figures in sizes.items() if bar.figure(figures) is not None]
        if not measured:
            rows.append(f"| {bar.stage}: {bar.what} | {limit} | | | not measured |")
            continue
        size = bar.size if bar.size in measured else measured[-1]
        figure = bar.figure(sizes[size]) or 0.0
        peer = f", by {sizes[size][bar.stage, bar.what].peer}" if bar.by == "ratio" else ""
        met = "yes" if figure <= bar.most else "no"
        said = (met if met == "yes" else f"**{met}**") if bar.size in (0, size) else f"not measured at {bar.size:,}; there {met}"
        rows.append(f"| {bar.stage}: {bar.what}{peer} | {limit} | {number(figure)} {bar.unit} | {size:,} | {said} |")
    yield "\n".join(rows)


def growth(sizes: Sizes) -> Iterator[str]:
    """By how much things grow from the smallest size at which they were measured to the largest."""
    yield (
        "More than 0 % is worse: slower, or longer for each notice, triple or query. In turns (`bench.growth`,\n"
        "`bench.growth_serving`): the large load stood while small ones ran, again and again, or both were served and asked in turns; so\n"
        "both saw the same machine. Else the last run of each size is told; where the machine was quicker in one of the two, which the\n"
        "table says (its speed, and its memory's), so much of the growth is the machine's."
    )
    rows = ["| what | grows by at most | grew by | from, to | met |", "|---|---:|---:|---|---|"]
    for one in GROWTHS:
        name = f"{one.stage}: {one.what}" + (f", for each of the {one.each}" if one.each else "")
        limit = f"{one.most * 100:.0f} %"
        measured = [size for size, figures in sizes.items() if one.of(figures)]
        turns = sizes[measured[-1]].get(("growth", one.what)) if measured else None
        if turns and turns.ratio:
            grew, told = one.by(turns.ratio), f"{turns.peer}, {measured[-1]:,}, in turns"
        else:
            grew = one.between(sizes[measured[0]], sizes[measured[-1]]) if len(measured) > 1 else None
            told = f"{measured[0]:,}, {measured[-1]:,}" if grew is not None else ""
        if grew is None:
            rows.append(f"| {name} | {limit} | | | measured at less than two sizes |")
            continue
        met = "yes" if grew <= one.most else "**no**"
        rows.append(f"| {name} | {limit} | {round(grew * 100):+d} % | {told} | {met} |")
    yield "\n".join(rows)


def table(sizes: Sizes) -> Iterator[str]:
    """Every stage and figure by size; beside it, where there is one, that of the peer, and ours by it."""
    keys = dict.fromkeys(key for figures in sizes.values() for key in figures if not key[1].endswith(": started"))
    stages = dict.fromkeys(stage for stage, _ in keys)
    for stage in stages:
        mine = [what for found, what in keys if found == stage]
        yield f"### {stage[0].upper()}{stage[1:]}"
        rows = [
            "| | unit | " + " | ".join(f"{size:,}" for size in sizes) + " |",
            "|---|---|" + "---:|" * len(sizes),
        ]
        for what in mine:
            found = [figures.get((stage, what)) for figures in sizes.values()]
            known = next(one for one in found if one)
            rows.append(f"| {_plain(what)} | {known.unit} | " + " | ".join(_cell(one) for one in found) + " |")
            if known.peer:
                rows.append(f"| – {known.peer} | {known.unit} | " + " | ".join(_peer(one) for one in found) + " |")
        yield "\n".join(rows)


def _cell(one: Measure | None) -> str:
    return "" if one is None else number(one.value)


def _peer(one: Measure | None) -> str:
    if one is None or one.peer_value is None:
        return ""
    return number(one.peer_value) + (f" ({number(one.ratio)}×)" if one.ratio is not None else "")


def slow(sizes: Sizes) -> Iterator[str]:
    """Why each slow competency question of the largest size that was asked takes its time."""
    asked = [size for size, figures in sizes.items() if ("questions", "median") in figures]
    if not asked:
        return
    size = asked[-1]
    notes = [one for (stage, _), one in sizes[size].items() if stage == "questions" and one.note and one.unit == "s" and not one.peer]
    yield f"### Slow questions at {size:,} notices, by their plans"
    if not notes:
        yield "None."
        return
    yield "\n".join(f"- `{one.what}`, {number(one.value)} s: {_plain(one.note)}" for one in sorted(notes, key=lambda one: -one.value))


def _plain(note: str) -> str:
    """A note that Markdown leaves as it is."""
    return "".join("\\" + letter if letter in "<>*_`|[]" else letter for letter in note)


def machines(taken: Sequence[Taken]) -> Iterator[str]:
    """On what and when each size was measured."""
    rows: dict[tuple[int, str], set[str]] = defaultdict(set)
    for one in taken:
        rows[one.size, one.machine].add(one.date)
    yield "\n".join(f"- {size:,} notices: {machine}; {', '.join(sorted(dates))}" for (size, machine), dates in sorted(rows.items()))


# Plots -----------------------------------------------------------------------------------------------------------------------


def pictures(sizes: Sizes) -> Iterator[tuple[str, str, str]]:
    """(file, SVG, what it shows in words) of every plot for which there are figures."""
    for name, (title, unit, drawn) in PLOTTED.items():
        series, peers = _series(sizes, drawn)
        if series:
            ends = "; ".join(f"{label} {number(found[-1][1])} at {found[-1][0]:,.0f}" for label, found in series.items())
            plot = lines(f"{title}, by number of notices", "notices", unit, series, peers)
            yield name, plot, f"{title} by number of notices, {unit}: {ends}"
    columns = {f"{size:,}": found for size, figures in sizes.items() if (found := _by_stage(figures))}
    if columns:
        title = "Seconds of each stage of a load, for 100,000 notices"
        told = "; ".join(f"{name} notices {number(sum(parts.values()))} s" for name, parts in columns.items())
        yield "stages", stacks(title, "notices; stages that run beside each other count both", "s", columns), f"{title}: {told}"
    timed = [size for size, figures in sizes.items() if _spans(figures)]
    if timed:
        held, title = _spans(sizes[timed[-1]]), f"Stages of the load of {timed[-1]:,} notices, in time"
        told = "; ".join(f"{name} from {number(start)} to {number(end)} min" for name, (start, end) in held.items())
        yield "timeline", spans(title, "minutes", held), f"{title}: {told}"


def _series(sizes: Sizes, drawn: Sequence[tuple[str, str]]) -> tuple[dict[str, list[tuple[float, float]]], dict[str, str]]:
    """The lines that are drawn, by name; and of those that are a peer's, which of ours they stand beside."""
    series: dict[str, list[tuple[float, float]]] = {}
    peers: dict[str, str] = {}
    for stage, what in drawn:
        found = [(float(size), figures[stage, what]) for size, figures in sizes.items() if (stage, what) in figures]
        ours = what.removesuffix(", p95") if stage not in ("pages", "search") else f"{stage}, {what.removesuffix(', p95')}"
        mine = [(size, one.value) for size, one in found if one.value]
        beside = [(size, one.peer_value) for size, one in found if one.peer_value and one.peer != "limit"]
        if mine:
            series[ours] = mine
        if mine and beside:
            theirs = f"{found[-1][1].peer}, {ours.rpartition(', ')[2]}" if ours.endswith(("client", "clients")) else found[-1][1].peer
            theirs = f"{theirs}, {ours.split()[-1]}" if theirs in series else theirs
            series[theirs] = beside
            peers[theirs] = ours
    return series, peers


def _by_stage(figures: Figures) -> dict[str, float]:
    notices = figures.get(("load", "notices"))
    found = {
        what.removesuffix(": seconds"): one.value
        for (stage, what), one in figures.items()
        if stage == "load" and what.endswith(": seconds")
    }
    return {name: seconds / notices.value * 1e5 for name, seconds in found.items()} if notices else {}


def _spans(figures: Figures) -> dict[str, tuple[float, float]]:
    found = {}
    for (stage, what), one in figures.items():
        if stage == "load" and what.endswith(": started"):
            name = what.removesuffix(": started")
            found[name] = (one.value / 60, (one.value + figures[stage, f"{name}: seconds"].value) / 60)
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="the folder of results.jsonl")
    parser.add_argument("--to", type=Path, default=ROOT / "docs", help="where measurements.md goes (default: docs)")
    given = parser.parse_args(arguments)
    results = Results(given.out)
    taken = results.read()
    if not taken:
        print(f"no results in {given.out}", file=sys.stderr)
        return 1
    folder = given.to / "measurements"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    told = {}
    for name, svg, alt in pictures(by_size(taken)):
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        told[name] = alt
    (given.to / "measurements.md").write_text(text(taken, told), encoding="utf-8")
    if results.file.parent.resolve() != folder.resolve():
        shutil.copyfile(results.file, folder / results.file.name)  # what was measured outlives the folder it was measured in
    print(f"{given.to / 'measurements.md'}: {len(taken)} figures, {len(told)} plots")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
