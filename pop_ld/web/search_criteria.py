"""The criteria of an advanced search in words: fields by their labels, operators as POP says them, faults of a text of criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from pop_ld.bases import Base, load_bases
from pop_ld.formats.html import base_name
from pop_ld.formats.words import say
from pop_ld.search.address import Fault
from pop_ld.search.fields import FieldAsked, fields_of
from pop_ld.search.question import BARE, Criterion, Group, Question
from pop_ld.search.where import DEEPEST_GROUP, LONGEST_WHERE, MOST_CRITERIA

COMMON = 3
"""Bases that a field is to be in so that it is offered for all of them; for some, all of those that two have are."""
LONGEST_VALUE = 120
"""Characters of a value that a sentence repeats."""
_SIGNS = {"!": "_strict", ">=": "ge", "<=": "le", ">": "gt", "<": "lt"}


def operator_key(operator: str) -> str:
    """``contains!`` -> ``contains_strict``, ``>=`` -> ``ge``: what interface texts and styles call an operator."""
    return _SIGNS.get(operator) or operator.replace("!", "_strict")


def sentence(lang: str, question: Question) -> str:
    """The criteria of a question as one sentence: ``Auteur contient « Corot » et (Titre existe ou Domaine égal à « peinture »)``."""
    slugs = tuple(slug for slug in load_bases() if slug in question.chosen("base"))
    return _said(lang, question.criteria, slugs) if question.criteria else ""


def _said(lang: str, group: Group, slugs: Sequence[str]) -> str:
    joined = say(lang, f"ui.where_{group.joined}")
    return f" {joined} ".join(
        f"({_said(lang, part, slugs)})" if isinstance(part, Group) else criterion_said(lang, part, slugs) for part in group.parts
    )


def criterion_said(lang: str, criterion: Criterion, slugs: Sequence[str] = ()) -> str:
    """One criterion in words."""
    field = label(criterion.code, (criterion.base,) if criterion.base else tuple(slugs), lang)
    if criterion.base:
        field = f"{field} ({base_name(criterion.base, lang, short=True)})"
    operator = say(lang, f"ui.op_{operator_key(criterion.operator)}")
    if criterion.operator in BARE:
        return f"{field} {operator}"
    value = criterion.value if len(criterion.value) <= LONGEST_VALUE else criterion.value[:LONGEST_VALUE] + "…"
    return f"{field} {operator} {say(lang, 'ui.where_quoted', value=value)}"


def fault_said(lang: str, fault: Fault) -> str:
    """What is wrong with a text of criteria, and where."""
    limits = {"most": MOST_CRITERIA, "deepest": DEEPEST_GROUP, "longest": LONGEST_WHERE}
    return say(lang, f"ui.where_{fault.why}", at=fault.at, found=fault.found, **limits)


# Fields ----------------------------------------------------------------------------------------------------------------


def chosen_bases(slugs: Iterable[str]) -> list[Base]:
    """The bases of some slugs; all of them where none is one."""
    bases = load_bases()
    return [bases[slug] for slug in slugs if slug in bases] or list(bases.values())


@lru_cache(maxsize=2_000)
def label(code: str, slugs: tuple[str, ...], lang: str) -> str:
    """What a field is called: most often among the bases that have it, the shortest of those; its code where none has."""
    names = Counter(_label(base, code, lang) for base in chosen_bases(slugs) if code in _fields(base.slug))
    return min(names, key=lambda name: (-names[name], len(name), name)) if names else code


@cache
def _fields(slug: str) -> Mapping[str, FieldAsked]:
    """The fields of a base that can be asked, by code, in the order of its page."""
    return {field.code: field for field in fields_of(load_bases()[slug])}


def _label(base: Base, code: str, lang: str) -> str:
    field = _fields(base.slug)[code]
    return field.label if lang == "fr" else field.label_en


@lru_cache(maxsize=500)
def offered(slugs: tuple[str, ...], lang: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The fields to choose from as (section, ((code, label), …)): those of one base by its page's sections, or what several share."""
    bases = chosen_bases(slugs)
    if len(bases) == 1:
        return _by_section(bases[0], lang)
    counts = Counter(code for base in bases for code in _fields(base.slug))
    least = COMMON if len(bases) > COMMON else 2
    common = [(code, label(code, slugs, lang)) for code, count in counts.items() if count >= least]
    return (("", tuple(sorted(common, key=lambda one: (one[0] != "REF", _folded(one[1]), one[0])))),)


def _by_section(base: Base, lang: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    sections: dict[str, list[tuple[str, str]]] = {section: [] for section in base.sections}
    others: list[tuple[str, str]] = []
    for code in _fields(base.slug):
        sections.get(base.fields[code].section, others).append((code, _label(base, code, lang)))
    named = [(names.get(lang, section), tuple(sections[section])) for section, names in base.sections.items() if sections[section]]
    return (*named, *([(say(lang, "ui.advanced_other_fields"), tuple(others))] if others else []))


def _folded(text: str) -> str:
    return text.casefold().translate(str.maketrans("éèêâàîïôûç", "eeeaaiiouc"))
