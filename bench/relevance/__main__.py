"""How relevant the answers of search are: nDCG@10 and success@1 of judged questions. python -m bench.relevance DATA [--engine URL]

DATA is a data folder with a release of the real notices. A question that finds nothing is asked again as the search corrects it,
as a reader would with one click; ``--strict`` leaves that out. ``--engine`` compares the first ten answers with those of another engine.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from statistics import mean

from bench.relevance.judging import DEEP, Judged, notice, read
from pop_ld import search, store
from pop_ld.config import Settings
from pop_ld.search.contract import SearchReader
from pop_ld.search.lexicon import FOLDER, Lexicon, open_lexicon
from pop_ld.search.question import Question

KNOWN = ("number", "known")
BARS = {"success@1 of known items": 0.9, "nDCG@10": 0.8}
WORST = 12


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.relevance", description=__doc__)
    arguments.add_argument("data", help="data folder with a release")
    arguments.add_argument("--engine", default="", metavar="URL", help="address of a cluster that holds the same release, to compare with")
    arguments.add_argument("--kind", default="elasticsearch", choices=("elasticsearch", "opensearch"), help="what it is")
    arguments.add_argument("--index", default="", help="name of the index there, where it is not what publication calls it")
    arguments.add_argument("--strict", action="store_true", help="no correction of questions that find nothing")
    given = arguments.parse_args()
    folder = _release(Path(given.data))
    index = search.open_search(folder / "search")
    judged = read()
    count = judge(judged, index)
    asked = Asker(index, Lexicon() if given.strict else open_lexicon(folder / FOLDER))
    print(f"{len(judged)} judged questions over {count} notices")
    report(judged, {one.ask: asked.answers(one.ask) for one in judged})
    if given.engine:
        other = _other(folder, given.engine, given.kind, given.index)
        print(f"in {given.engine}:")
        report(judged, {one.ask: Asker(other, asked.lexicon).answers(one.ask) for one in judged})
        agree(judged, index, other)


def _release(data: Path) -> Path:
    return store.current(data).path if (data / "current").exists() else data


def _other(folder: Path, url: str, engine: str, name: str) -> SearchReader:
    """A release in a cluster; ``name`` is that of its index there, "" for what publication calls it."""
    from pop_ld.search.remote_index import index_name

    settings = replace(Settings(), search_url=url, search_engine=engine)
    return search.open_search(folder / "search", settings, name or index_name(settings, folder.name))


def judge(judged: list[Judged], index: SearchReader) -> int:
    """Grades every notice of the index for every question."""
    count = 0
    for hit in index.scan(Question(), full=True):
        read_notice = notice(hit.base, hit.ref, hit.title, hit.fields)
        count += 1
        for one in judged:
            one.judge(hit.iri, read_notice)
    return count


class Asker:
    """Asks as the page does."""

    def __init__(self, index: SearchReader, lexicon: Lexicon) -> None:
        self.index, self.lexicon = index, lexicon

    def answers(self, ask: str) -> list[str]:
        found = _first(self.index, ask)
        if not found and (better := self.lexicon.correct(ask)):
            found = _first(self.index, better)
        return found


def _first(index: SearchReader, ask: str) -> list[str]:
    return [hit.iri for hit in index.find(Question(ask), limit=DEEP).hits]


def report(judged: list[Judged], answers: dict[str, list[str]]) -> None:
    """Figures by kind and by half, what is below the bars, and the worst questions."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.kind].append(one)
        groups["held out" if one.held_out else "tuned on"].append(one)
        groups["all"].append(one)
        if one.kind in KNOWN:
            groups["known items"].append(one)
    print(f"{'':<14}{'questions':>10}{'nDCG@10':>10}{'success@1':>11}")
    figures = {}
    for name, ones in groups.items():
        gain, first = mean(one.gain(answers[one.ask]) for one in ones), mean(one.first(answers[one.ask]) for one in ones)
        figures[name] = gain, first
        print(f"{name:<14}{len(ones):>10}{gain:>10.3f}{first:>11.3f}")
    for name, figure in (("success@1 of known items", figures["known items"][1]), ("nDCG@10", figures["all"][0])):
        print(f"{name} {figure:.3f}: {'holds' if figure >= BARS[name] else 'MISSES'} the bar of {BARS[name]}")
    print("worst:")
    for one in sorted(judged, key=lambda one: one.gain(answers[one.ask]))[:WORST]:
        grades = [one.grades.get(iri, 0) for iri in answers[one.ask]]
        best = sorted(one.grades.values(), reverse=True)[:DEEP]
        print(f"  {one.gain(answers[one.ask]):.2f} {one.kind}: {one.ask}  got {grades} of {best}{' (held out)' if one.held_out else ''}")


def agree(judged: list[Judged], one: SearchReader, other: SearchReader) -> None:
    """How much the first ten answers of two engines are the same."""
    shares, differing = [], []
    for question in judged:
        first, second = _first(one, question.ask), _first(other, question.ask)
        share = len({*first} & {*second}) / max(len(first), len(second)) if first or second else 1.0
        shares.append(share)
        if first != second:
            differing.append((share, question.ask))
    print(
        f"top-{DEEP} agreement {mean(shares):.4f}; the same answers in the same order for {len(judged) - len(differing)} of {len(judged)}"
    )
    for share, ask in sorted(differing)[:WORST]:
        print(f"  {share:.2f} {ask}")


if __name__ == "__main__":
    main()
