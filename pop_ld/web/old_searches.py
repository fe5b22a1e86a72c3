"""Addresses of searches on POP lead to the same search here; what cannot be translated is told on the page where one lands.

``/search/list?mainSearch="calice"&domn=["orfèvrerie"]``, ``/advanced-search/list/joconde?qb=[{…}]`` and the ``q[0][key]=…`` of before.
Names are data: mappings/old-searches.csv.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pop_ld.bases import Base, load_bases
from pop_ld.search import words as french
from pop_ld.search.address import query_string
from pop_ld.search.question import BARE, Criterion, Group, Question
from pop_ld.search.where import MOST_CRITERIA, canonical, criteria_of, write_where
from pop_ld.web.old_search_names import base_named, codes_of, is_json, join_of, names, of_old, rules_of, texts, values_of
from pop_ld.web.state import Serving, serving

VIEWS = {"list": "", "map": "map", "mosaic": "mosaic"}
"""View of POP -> ours."""
_OF_VIEW = {"map": "located", "mosaic": "image"}
"""View -> the facet whose "oui" POP forces in it."""
MOST_VALUES = 30
MOST_LOOKED_UP = 8
"""Values of a facet that are looked up in the index, one by one."""
LONGEST = 60_000
"""Characters of a query that are read."""
LONGEST_ADDED = 16_000
"""Characters that criteria may have in an address."""
LONGEST_TOLD = 120
"""Characters of each thing that could not be translated, on the page."""
MOST_TOLD = 10
_TOLD_FACETS = ("image", "located")
"""Facets whose values are the same on POP, whatever the index holds."""
_OLD = re.compile(r"q\[(\d{1,3})\]\[(combinator|key|operator|value)\]\Z")
_MANY = re.compile(r"\[\d*\]\Z")
_SAME = ("equals", "equals!", "contains", "contains!")
_NEGATIVE = ("lacks", "differs", "lacks!", "differs!", "absent")


def addresses() -> list[tuple[str, Callable[[Request], Any], list[str]]]:
    """The addresses that POP's searches had."""
    paths = [f"/search/{view}" for view in VIEWS]
    paths += ["/advanced-search", "/advanced-search/{view}", "/advanced-search/{view}/{base}", "/advancedsearch/{view}"]
    return [(path, moved, ["GET", "HEAD"]) for path in paths]


def moved(request: Request) -> Response:
    """302 to the same search: which facet has a value depends on the release, so the answer may be another one tomorrow."""
    now = serving(request)
    parts = [part for part in request.url.path.split("/") if part]
    view = VIEWS.get(parts[1] if len(parts) > 1 else "", "")
    slug = parts[2] if len(parts) > 2 and parts[0] == "advanced-search" else ""
    pairs = request.query_params.multi_items() if len(request.url.query) <= LONGEST else []
    asked = Asked(now, slug)
    if len(request.url.query) > LONGEST:
        asked.drop("…", "")
    asked.read(pairs)
    question = asked.question()
    lang = request.query_params.get("lang", "")
    if parts[0] != "search" and question.choosing("base", ()) == Question() and not asked.dropped:
        query = query_string(question, lang=lang)
        target = "/search/advanced"
    else:
        if view in _OF_VIEW and not question.chosen(_OF_VIEW[view]):
            question = question.choosing(_OF_VIEW[view], ["oui"])
        query = query_string(question, view=view, lang=lang, dropped="\n".join(asked.dropped[:MOST_TOLD]))
        target = "/search"
    headers = {"Cache-Control": "public, no-cache", "X-Robots-Tag": "noindex"}
    return RedirectResponse(f"{target}?{query}" if query else target, 302, headers)


def dropped(text: str) -> list[str]:
    """What an address says was not translated, for the page; any text is bounded."""
    return [line[: LONGEST_TOLD + 1] for line in text.split("\n") if line.strip()][:MOST_TOLD]


@dataclass
class Asked:
    """One search of POP while it is read; ``dropped`` tells what of it has no equivalent."""

    now: Serving
    slug: str
    words: str = ""
    filters: dict[str, list[str]] = field(default_factory=dict)
    criteria: list[Criterion | Group] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.slug:
            self._bases([self.slug])

    def drop(self, name: str, value: str) -> None:
        """Something that has no equivalent, told once."""
        told = " ".join(f"{name} : {value}".split() if value else [name])
        told = told if len(told) <= LONGEST_TOLD else told[:LONGEST_TOLD] + "…"
        if told not in self.dropped:
            self.dropped.append(told)

    def read(self, pairs: Iterable[tuple[str, str]]) -> None:
        """All parameters of an address; the bases come first, since they say which fields there are."""
        given: dict[str, list[str]] = {}
        old: dict[int, dict[str, str]] = {}
        for name, value in pairs:
            if found := _OLD.match(name):
                old.setdefault(int(found[1]), {})[found[2]] = value
            else:
                given.setdefault(_MANY.sub("", name), []).extend(values_of(value) if name != "qb" else [value])
        for name in sorted(given, key=lambda name: name != "base"):
            self._parameter(name, given[name])
        if old:
            self._rules([of_old(old[number]) for number in sorted(old)])

    def _parameter(self, name: str, values: list[str]) -> None:
        kind, facets, codes = names().parameters.get(name, ("", (), ()))
        values = [value for value in dict.fromkeys(values) if value.strip()]
        if name == "qb":
            self._rules(rules_of(values[0]) if values else [])
            if values and not is_json(values[0]):
                self.drop("qb", values[0])
        elif name == "base":
            self._bases(values)
        elif kind == "words":
            self.words = " ".join(values)
        elif kind == "values" and values:
            for value in values[MOST_VALUES:]:
                self.drop(name, value)
            self._choose(name, facets, codes, values[:MOST_VALUES])
        elif values and kind != "machine" and name != "lang":
            self.drop(name, ", ".join(values))

    def _bases(self, names: Iterable[str]) -> None:
        for name in names:
            slug = base_named(name)
            if not slug:
                self.drop("base", name)
            elif slug not in self.filters.setdefault("base", []):
                self.filters["base"].append(slug)

    def _choose(self, name: str, facets: Sequence[str], codes: Sequence[str], values: Sequence[str]) -> None:
        """Values of one of POP's facets: of ours, where one facet has them all; else criteria on the fields that POP looked at."""
        for facet in facets if len(values) <= MOST_LOOKED_UP else ():
            known = list(values) if facet in _TOLD_FACETS else [self._known(facet, value) for value in values]
            if all(known) and facet not in self.filters:
                self.filters[facet] = known
                return
        fields = self._fields(codes)
        if not fields:
            self.drop(name, ", ".join(values))
        else:
            self._add([Criterion(code, "equals", value) for value in values for code in fields], name)

    def _known(self, facet: str, value: str) -> str:
        """The value of a facet that differs at most in case and accents, as the index writes it; "" for none."""
        wanted = french.words(value)
        near = self.now.search.values(Question(), facet, like=value, limit=50).values if wanted else []
        return next((text for text, _ in near if text == value), "") or next((text for text, _ in near if french.words(text) == wanted), "")

    def _fields(self, codes: Iterable[str]) -> list[str]:
        """Those of some codes that the bases asked have, under their names of now."""
        bases = self._asked_bases()
        found = []
        for code in codes:
            for name in (code, names().codes.get(code, "")):
                if name and any(name in base.searched for base in bases):
                    found.append(name)
                    break
        return list(dict.fromkeys(found))

    def _asked_bases(self) -> list[Base]:
        bases = load_bases()
        return [bases[slug] for slug in self.filters.get("base", ())] or list(bases.values())

    def _add(self, criteria: Sequence[Criterion | Group], name: str, joined: str = "or") -> None:
        """Criteria of one parameter, unless the whole would be longer than an address may be."""
        added = Group(joined, tuple(criteria))
        whole = Group("and", (*self.criteria, added))
        if len(criteria_of(whole)) > MOST_CRITERIA or len(quote_plus(write_where(whole), errors="replace")) > LONGEST_ADDED:
            self.drop(name, write_where(added))
        else:
            self.criteria.append(added)

    # The rules of an advanced search

    def _rules(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Rules in POP's logic: those that follow each other on the same field are a group, and everything is read from left to right."""
        groups: list[tuple[str, str, Criterion | Group]] = []
        last = None
        for rule in rules:
            made = self._rule(rule, alone=all(join_of(other) == "and" for other in rules[1:]))
            if made is None:
                continue
            key = json.dumps(rule.get("field"), sort_keys=True, default=str)
            if groups and key == last:
                _, first, before = groups[-1]
                groups[-1] = (key, first, Group(join_of(rule), (before, made)))
            else:
                groups.append((key, join_of(rule), made))
            last = key
        if not groups:
            return
        whole = groups[0][2]
        for _, joined, group in groups[1:]:
            whole = Group(joined, (whole, group))
        self._add([whole], "qb", "and")

    def _rule(self, rule: Mapping[str, Any], alone: bool) -> Criterion | Group | None:
        """One rule; None where it asks nothing, where a facet says it, or where it cannot be said, which is then told."""
        codes = codes_of(rule)
        operator = names().operators.get(str(rule.get("operator") or ""), "")
        value = " ".join(texts(rule.get("value")))
        if not codes or (not value.strip() and operator not in BARE):
            return None  # a line of the form that was not filled in: POP asks nothing of it either
        facet = names().facet_of(codes[0])
        if (
            alone and facet and len(codes) == 1 and operator in _SAME and facet not in self.filters
        ):  # what we derive beats what few files say
            known = value if facet in _TOLD_FACETS else base_named(value) if facet == "base" else self._known(facet, value)
            if known:
                self.filters[facet] = [known]
                return None
        if fields := self._fields(codes) if operator else []:
            joined = "and" if operator in _NEGATIVE else "or"
            return Group(joined, tuple(Criterion(code, operator, "" if operator in BARE else value) for code in fields))
        self.drop(" + ".join(codes), f"{rule.get('operator') or ''} {value}".strip())
        return None

    def question(self) -> Question:
        """What was asked, as it is asked here."""
        question = Question(self.words.strip(), criteria=canonical(Group("and", tuple(self.criteria))))
        for facet, chosen in self.filters.items():
            question = question.choosing(facet, chosen)
        return question
