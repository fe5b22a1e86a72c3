"""Thesauri: the share of Joconde's values that resolve to a concept, field by field, and what a look-up costs.

usage: python -m bench.thesauri [SHARED]     SHARED: the folder of real files and vocabularies (default ../shared)
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pop_ld import readers, thesauri
from pop_ld.bases import load_bases
from pop_ld.fields import text
from pop_ld.notices import Notice
from pop_ld.thesauri.installed import index_file, load
from pop_ld.thesauri.resolve import Resolver

FIELDS = ("DENO", "DOMN", "ECOL", "EPOQ", "GENE", "LIEUX", "PERI", "PERU", "PEOC", "TECH", "AUTR", "STAT", "LOCA", "DEPO")
UNNAMED = {"UTIL": "T86", "INSC": "T520", "DECV": "T115", "REPR": "T523", "SREP": "T507"}
"""Fields whose thesaurus fields.csv does not name, with its number in the Ministry's list."""
PIECES = re.compile(r"[(),;:#]")
"""How POP itself takes values apart before it asks its thesauri (FACTS b)."""


def values(data: Path) -> dict[str, Counter[str]]:
    """The values of each field as written, split at ``;`` and ``#`` outside parentheses, with their counts."""
    bases = load_bases()
    found: dict[str, Counter[str]] = {code: Counter() for code in (*FIELDS, *UNNAMED)}
    for file in sorted((data / "joconde").glob("*.csv")):
        for source in readers.open_sources(file, base=bases["joconde"], encoding=None, bases=bases):
            for notice in source:
                if isinstance(notice, Notice):
                    for code in found.keys() & notice.fields.keys():
                        found[code].update(text.split_all(notice.fields[code], ";#"))
    return found


def pieces(whole: Counter[str]) -> Counter[str]:
    """The same values taken apart as POP does."""
    found: Counter[str] = Counter()
    for value, count in whole.items():
        for piece in filter(None, map(str.strip, PIECES.split(value))):
            found[piece] += count
    return found


def share(installed: thesauri.Thesauri, thesaurus: str, counts: Counter[str]) -> str:
    """``values  as written %  resolved %  |  distinct  resolved %``."""
    hits = {label: hit for label in counts if (hit := installed.resolve(thesaurus, label))}
    resolved = sum(counts[label] for label in hits)
    exact = sum(counts[label] for label, hit in hits.items() if hit.pref == label)
    total, distinct = counts.total() or 1, len(counts) or 1
    return f"{counts.total():>7,} {exact / total:>7.1%} {resolved / total:>7.1%} {distinct:>7,} {len(hits) / distinct:>7.1%}"


def cost(data: Path, thesaurus: str, labels: list[str]) -> None:
    """Prints the time to open a thesaurus, and a look-up's, the first time and again."""
    start = time.perf_counter()
    resolver = Resolver(load(index_file(data, thesauri.scheme_name(thesaurus)))[1], thesaurus)
    opened = time.perf_counter()
    for label in labels:
        resolver.resolve(label)
    first = time.perf_counter()
    for label in labels:
        resolver.resolve(label)
    again = time.perf_counter()
    for label in labels[:50]:
        resolver.candidates(label)
    near = time.perf_counter()
    print(
        f"{thesauri.scheme_name(thesaurus)}: opened in {1e3 * (opened - start):.0f} ms; "
        f"a look-up {1e6 * (first - opened) / len(labels):.1f} µs, again {1e6 * (again - first) / len(labels):.2f} µs; "
        f"candidates {1e3 * (near - again) / len(labels[:50]):.1f} ms"
    )


def main() -> None:
    """Prints the table, then the costs."""
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared"
    file = shared / "vocab" / "fr" / "joconde-thesauri-2020.ttl"
    if not file.is_file():
        raise SystemExit(f"no thesauri in {file}: name the folder that holds vocab/ and data/")
    fields, found = load_bases()["joconde"].fields, values(shared / "data")
    ministry = fields["DENO"].thesaurus.rsplit("/", 1)[0]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        start = time.perf_counter()
        made = thesauri.add([file], data)
        print(f"{sum(s.concepts for s in made):,} concepts of {len(made)} thesauri added in {time.perf_counter() - start:.2f} s\n")
        installed = thesauri.open_thesauri(data)
        head = f"{'values':>7} {'as is':>7} {'found':>7} {'distinct':>7}{'found':>7}"
        print(f"{'':<12} {'whole values':<40}  pieces, as POP takes them apart\n{'':<12} {head}  {head}")
        for code in (*FIELDS, *UNNAMED):
            thesaurus = fields[code].thesaurus or f"{ministry}/{UNNAMED[code]}"
            row = f"{code:<6}{thesaurus.rsplit('/', 1)[-1]:<6}"
            if not found[code]:
                print(row, f"{0:>7}   no value")
            elif installed.holds(thesaurus):
                print(row, share(installed, thesaurus, found[code]), "", share(installed, thesaurus, pieces(found[code])))
            else:
                print(row, f"{found[code].total():>7,}   not in the file")
        print()
        cost(data, fields["DENO"].thesaurus, list(found["DENO"]))
        cost(data, fields["LIEUX"].thesaurus, list(found["LIEUX"]))


if __name__ == "__main__":
    main()
