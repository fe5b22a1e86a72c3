"""A notice's title in, what of it names one thing out: its kind, its proper words, and the words that make it another thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pop_ld import resources
from pop_ld.reconciliation import wording

_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 300
"""Characters of a title that are looked at."""


@dataclass(frozen=True, slots=True)
class Name:
    """``head`` says what kind of thing, ``proper`` which one: words with a capital, and figures; ``words`` are all that say something."""

    head: str
    proper: tuple[str, ...]
    words: tuple[str, ...]
    parts: frozenset[str]

    @property
    def key(self) -> str:
        """Equal for names that may be of one thing; "" where nothing tells it from others of its kind."""
        return " ".join((self.head, *self.proper)) if self.head and any(not word[0].isdigit() for word in self.proper) else ""


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(line["word"] for line in resources.table("duplicate-words.csv") if line["kind"] == kind)


def name_of(title: str, communes: Sequence[str]) -> Name:
    """The name of a thing; the commune that the Inventory adds to titles is left out."""
    text = _ASIDE.sub(" ", title[:_LONGEST])
    around = {word for commune in communes for word in wording.tokens(commune)}
    shouted = text.upper() == text
    found: list[tuple[str, bool]] = []
    for number, part in enumerate(text.split(",")):
        said = [(word, each) for each in _WORD.findall(part) for word in wording.tokens(each)]
        if number and said and all(word in around for word, _ in said):
            continue  # "Pont, Saint-Calais-du-Désert"
        found += [(word, shouted or each[:1].isupper() or each[:1].isdigit()) for word, each in said]
    telling = set(wording.significant(" ".join(word for word, _ in found))) - _words("state")
    kept = [(word, capital) for word, capital in found if word in telling or word.isdigit()]
    head = kept[0][0] if kept else ""
    proper = sorted({word for word, capital in kept[1:] if capital})
    parts = {word for word, _ in kept[1:]} & _words("part")
    return Name(head, tuple(proper), tuple(dict.fromkeys(word for word, _ in kept)), frozenset(parts | _asides(title)))


def _asides(title: str) -> set[str]:
    """The words in brackets that tell a thing from another ("(ancien fief de Hil)"), not those that tell where else it is noted."""
    asides = [set(wording.tokens(aside)) for aside in _ASIDE.findall(title[:_LONGEST])]
    telling = (set(wording.significant(" ".join(words))) for words in asides if not words & _words("elsewhere"))
    return set().union(*telling) - _words("state")
