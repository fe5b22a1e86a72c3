"""The made-up notices of ``../shared/data/make_corpus.py``: made once in a folder outside the repository, and picked from by chance."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bench.morph import ROOT
from pop_ld import iris
from pop_ld.search.words import words

SCRIPT = ROOT.parent / "shared" / "data" / "make_corpus.py"
Picked = tuple[str, dict[str, Any]]
"""(base, notice as POP codes and texts)"""


def make(notices: int, folder: Path) -> Path:
    """The corpus of that size in ``folder``; one that is there is used again. Raises SystemExit where the script is absent."""
    made = folder / f"corpus-{notices}"
    if (made / "made").exists():
        return made
    if not SCRIPT.is_file():
        raise SystemExit(f"no {SCRIPT}: give --corpus, a folder with <base>.jsonl of that size")
    subprocess.run([sys.executable, str(SCRIPT), str(notices), str(made)], check=True, stdout=subprocess.DEVNULL)
    (made / "made").touch()
    return made


def files(corpus: Path) -> list[Path]:
    """Its files, one a base."""
    return sorted(corpus.glob("*.jsonl"))


def head(file: Path, lines: int, folder: Path) -> Path:
    """A file of the first lines of another."""
    part = folder / file.name
    with file.open("rb") as whole, part.open("wb") as out:
        out.writelines(islice(whole, lines))
    return part


def pick(corpus: Path, count: int, seed: int = 1, bases: frozenset[str] = frozenset()) -> list[Picked]:
    """So many notices by chance, of ``bases`` or all: as much a base as it has bytes, without reading the files whole."""
    chance = random.Random(seed)
    found: dict[tuple[str, str], Picked] = {}
    sizes = {file: file.stat().st_size for file in files(corpus) if not bases or file.stem in bases}
    chosen = chance.choices(list(sizes), list(sizes.values()), k=3 * count)
    for file, places in ((file, chosen.count(file)) for file in sizes):
        with file.open("rb") as lines:
            for place in sorted(chance.sample(range(sizes[file]), min(places, sizes[file]))):
                lines.seek(place)
                lines.readline()
                if line := lines.readline():
                    notice = json.loads(line)
                    found[file.stem, notice["REF"]] = (file.stem, notice)
    picked = list(found.values())
    chance.shuffle(picked)
    return picked[:count]


def pages(picked: list[Picked]) -> list[str]:
    """The addresses of the documents of notices."""
    return [iris.local(iris.DEFAULT_SITE, iris.document(iris.DEFAULT_SITE, base, notice["REF"])) for base, notice in picked]


def questions(picked: list[Picked], seed: int = 7) -> list[str]:
    """Two words that stand together in a notice's title, caption or text: one question a notice, none twice."""
    chance = random.Random(seed)
    return list(dict.fromkeys(_pairs(picked, chance)))


def _pairs(picked: list[Picked], chance: random.Random) -> Iterator[str]:
    for _, notice in picked:
        texts = [str(notice[code]) for code in ("TITR", "TICO", "LEG", "EDIF", "APPL", "DENO", "AUTR", "AUTP", "COM") if code in notice]
        known = sorted({word for text in texts for word in words(text) if len(word) > 3 and word.isalpha()})
        if len(known) > 1:
            yield " ".join(chance.sample(known, 2))
