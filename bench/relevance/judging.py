"""The judged questions and their rules: which notices answer a question, and how well, decided by what producers wrote in their fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from pathlib import Path

import yaml

Notice = Mapping[str, Sequence[str]]
"""Field -> its values, folded, each between two spaces; ``title``, ``ref`` and ``base`` are fields too, ``*`` is all of them."""
Rule = Callable[[Notice], bool]

JUDGED = Path(__file__).with_name("judged.yml")
DEEP = 10
"""How many answers count."""
_CONDITION = re.compile(r"(?P<turned>not )?(?P<codes>[*\w|]+) (?P<verb>has|is|begins) (?P<texts>.+)\Z")
_OTHER = re.compile(r"[^a-z0-9]+")


@dataclass
class Judged:
    """A question with its rules by grade, the highest first, and the grades of the notices that fulfil one."""

    kind: str
    ask: str
    held_out: bool
    rules: list[tuple[int, Rule]]
    grades: dict[str, int] = field(default_factory=dict)

    def judge(self, iri: str, notice: Notice) -> None:
        for grade, rule in self.rules:
            if rule(notice):
                self.grades[iri] = grade
                return

    def gain(self, answers: Sequence[str]) -> float:
        """nDCG@10 of some answers, by the grade's power of 2 less 1; 1 where as good as any order of all notices could be."""
        best = sorted(self.grades.values(), reverse=True)[:DEEP]
        return _gain([self.grades.get(iri, 0) for iri in answers[:DEEP]]) / _gain(best) if best else 1.0

    def first(self, answers: Sequence[str]) -> bool:
        """Whether the first answer is one of the best that there are."""
        return bool(answers) and self.grades.get(answers[0], 0) == max(self.grades.values(), default=-1)


def _gain(grades: Iterable[int]) -> float:
    return sum(float(2**grade - 1) / log2(rank + 2) for rank, grade in enumerate(grades))


def read(file: Path = JUDGED) -> list[Judged]:
    """The judged questions; every second one of a kind is held out, and never looked at for the weights."""
    kinds = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Judged(kind, ask, bool(at % 2), [(grade, _rule(rules[grade])) for grade in sorted(rules, reverse=True)])
        for kind, asked in kinds.items()
        for at, (ask, rules) in enumerate(asked.items())
    ]


def notice(base: str, ref: str, title: str, fields: Mapping[str, Sequence[str]]) -> Notice:
    """A notice as rules read it."""
    read = {code: [folded(text) for text in texts] for code, texts in fields.items()}
    read |= {"title": [folded(title)], "ref": [folded(ref)], "base": [folded(base)]}
    return {**read, "*": [text for texts in read.values() for text in texts]}


def folded(text: str) -> str:
    """Small ASCII letters and digits, all else a space: not the search's own analysis, which is what is judged."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae")).casefold()
    return f" {_OTHER.sub(' ', ''.join(c for c in plain if not unicodedata.combining(c))).strip()} "


def _rule(text: str) -> Rule:
    conditions = [_condition(part.strip()) for part in text.split("&")]
    return lambda notice: all(holds(notice) for holds in conditions)


def _condition(text: str) -> Rule:
    found = _CONDITION.fullmatch(text)
    if not found:
        raise ValueError(f"no rule: {text}")
    codes, verb, turned = found["codes"].split("|"), found["verb"], bool(found["turned"])
    texts = [folded(part) for part in found["texts"].split("/")]
    fits: Callable[[str, str], bool] = {"has": lambda v, t: t in v, "is": lambda v, t: v == t, "begins": lambda v, t: v.startswith(t)}[verb]
    return lambda notice: turned != any(fits(value, text) for code in codes for value in notice.get(code, ()) for text in texts)
