"""People: AUTR, AUTP and their like: a name, and in parentheses a role, dates, doubt, or a relation to the work (FACTS b).

Three orders of names are in use: "NOM Prénom" and its other names after commas (Joconde, MNR: :func:`people_of_names`), "Nom, Prénom" and
"Nom Prénom" (the other bases: :func:`people`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from pop_ld import iris
from pop_ld.fields.folding import fold
from pop_ld.fields.life import life
from pop_ld.fields.names import given_part, is_anonymous, is_group, leads_with_capitals, same_key, split_name, tokens, words
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import JOIN, split, split_all

Notes: TypeAlias = dict[str, list[str]]
"""Kind of a word (after, workshop, doubt, dates, alias, role, also) -> the words as written."""

_PAREN = re.compile(r"\s*\(([^()]*)\)\s*")
_PREFIX = re.compile(
    r"(?P<kind>(?:copie )?d['’]apr[eè]s|(?:atelier|[eé]cole|entourage|cercle|suiveur) (?:d[eu]s?|d['’])"
    r"|attribu[ée]{1,2} [àa])\s*(?P<name>\S.*)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?P<name>.*[^\s,])[\s,]+(?P<word>dite?|atelier|d['’]après|attribuée?(?: à)?|(?:entourage|école)(?: de)?|suiveur)")
_KNOWN_AS = re.compile(r"(?P<name>.*?[^\s,]),? (?P<word>dite?s?(?: aussi)?) ?:? (?P<also>[^\W\d_].*)")
_TAKEN = re.compile(r" (?:d[eu]s?|d'|a|par)$")
_ALIAS = re.compile(r"(?:dite?s?|ditef|nee?|veuve|epouse|patronyme|pseudonyme|surnommee?)\b")
_DATES = re.compile(
    r"[^a-z]*\d{2,4}[^a-z]*|(?:actif|active|avant|apres|vers|ca\.?|morte?|decedee?|nee?)\b.*\d.*|\d{2}\S*\s*-\s*(?:avant|apres|vers)\b.*|.*\bsiecle"
)


def person(text: str) -> tuple[tuple[str, str], ...]:
    """Items of one person, in the order "Nom, Prénom" or "Nom Prénom": :func:`_person` says which."""
    return _person((text,), False)


def person_of_names(text: str) -> tuple[tuple[str, str], ...]:
    """Items of one person with other names after commas: "CESAR (dit), BALDACCINI César (patronyme)" (Joconde, MNR)."""
    return _person((text,), True)


def people(values: tuple[str, ...], separators: str) -> Parsed:
    """List of persons of a field where a comma stands between name and forename; a text without a name is kept and reported."""
    return _people(values, separators, False)


def people_of_names(values: tuple[str, ...], separators: str) -> Parsed:
    """List of persons of a field where a comma stands between names of the same person (Joconde, MNR)."""
    return _people(values, separators, True)


def _people(values: tuple[str, ...], separators: str, several: bool) -> Parsed:
    found: list[Item] = []
    remarks: list[Remark] = []
    alternative = ""
    for group in dict.fromkeys(_groups(split_all(values, separators))):
        item = dict(_person(group, several))
        if alternative and "name" in item:
            item.setdefault("doubt", alternative)
        alternative = group[-1] if fold(group[-1]) in words("or") else ""
        if "name" not in item:
            remarks.append(("person-not-understood", item["text"], ""))
        found.append(item)
    return items(found, remarks)


def _groups(parts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The parts of a field, one group a person: a role or a remark that a separator cut off its person rejoins it.

    Joconde's specification writes "Thiébault Jean-Baptiste (1809-?) ; graveur" and "Poussin Nicolas (1594-1665) ; d'après"; POP's
    importers split other texts inside ("LAURAS ; révérend père (maître de l'oeuvre)", "anonyme (céramiste ; artisan)").
    """
    group: list[str] = []
    for part in _whole(parts):
        if group and _continues(part):
            group.append(part)
            continue
        if group:
            yield tuple(group)
        group = [part]
    if group:
        yield tuple(group)


def _whole(parts: Iterable[str]) -> Iterator[str]:
    """The parts with a parenthesis that was cut in two mended: "anonyme (céramiste", "artisan)"."""
    left = ""
    for part in parts:
        opens = part.count("(") - part.count(")")
        if left and opens == -1 and "(" not in part:
            part, left, opens = f"{left}, {part}", "", 0
        if left:
            yield left
        left = part if opens == 1 else ""
        if not left:
            yield part
    if left:
        yield left


def _continues(part: str) -> bool:
    """Whether a part says something of the person before it and names nobody."""
    head = part.partition("(")[0].strip()
    return _names_nobody(head) if head else part.endswith(")")


def _names_nobody(text: str) -> bool:
    """A role, title or relation in lower case: "graveur", "révérend père", "d'après", "ou"."""
    if not text.islower() or is_anonymous(text):
        return False
    folded = fold(text.replace("’", "'"))
    kind = _kind(folded)
    first = folded.split()[0]
    return folded in words("or") or kind in ("after", "workshop", "doubt") or first in words("role") or first in words("title")


@lru_cache(maxsize=100_000)
def _person(group: tuple[str, ...], several: bool) -> tuple[tuple[str, str], ...]:
    """Items of one person: text, name, exactly one of agent / after / workshop, and what else is written.

    ``role`` with ``role_key``, ``dates``, ``doubt``, ``alias`` ("dit", "née") as written; ``also`` and ``also_2``, other names of the
    same person; ``family``, ``given`` where their order is certain; ``same``, a key for comparing them (:func:`names.same_key`);
    ``birth``, ``death``; ``anonymous`` = "1". The name stays as its base writes it and two spellings are two agents; :func:`_rank` says
    which of several names it is.
    """
    found: Item = {"text": JOIN.join(group)}
    forms, notes = _forms(group[0], several)
    for extra in group[1:]:
        _note_all(extra, notes)
    if not forms:
        return tuple(found.items())
    name = forms[0]
    others = [other for other in dict.fromkeys([*forms[1:], *notes.get("also", ())]) if other != name]
    if "workshop" in notes and any(word in words("workshop") for word in tokens(name)[:1]):
        notes.setdefault("role", []).extend(notes.pop("workshop"))
    relation = "after" if "after" in notes else "workshop" if "workshop" in notes else "agent"
    found["name"] = name
    found[relation] = iris.name_key(name)
    for kind in ("role", "dates", "doubt", "alias"):
        if kind in notes:
            found[kind] = ", ".join(dict.fromkeys(notes[kind]))
    if "role" in found:
        found["role_key"] = iris.name_key(found["role"])
    if others:
        found["also"] = others[0]
    if others[1:]:
        found["also_2"] = JOIN.join(others[1:])
    if is_anonymous(name):
        found["anonymous"] = "1"
    elif relation != "workshop" and not any(map(is_group, notes.get("role", ()))):
        _identify(found, [name, *others], notes.get("dates", []))
    return tuple(found.items())


def _identify(found: Item, names: list[str], dates: list[str]) -> None:
    """Adds family, given, same, birth and death."""
    splits = [split_name(one) for one in names]
    family, rest = splits[0]
    if given := given_part(rest):
        found["family"], found["given"] = family, given
    if same := next((key for one in splits if one[0] and (key := same_key(*one))), ""):
        found["same"] = same
    for text in dates:
        found.update(life(text))


def _forms(text: str, several: bool) -> tuple[list[str], Notes]:
    """The names of one person, the one to call them by first, and what the text says besides."""
    parts = split(text, ",") if "," in text else [text]
    if len(parts) > 1:
        notes: Notes = {}
        marked = [_form(part, notes) for part in parts]
        if all(leads_with_capitals(name) for name, _ in marked) and (several or any(marks for _, marks in marked)):
            return [name for name, _ in sorted(marked, key=_rank)], notes
    notes = {}
    name, _ = _form(text, notes)
    return ([name] if name else []), notes


def _rank(marked: tuple[str, list[str]]) -> int:
    """Which name to call a person by, whatever order they are written in: lowest first.

    A known-as name with a forename ("PICASSO Pablo (dit)"), then a name without a mark: "LE ROMAIN (dit)" is several persons.
    """
    name, marks = marked
    forename = bool(split_name(name)[1])
    if any(fold(mark).startswith("dit") for mark in marks):
        return 0 if forename else 4
    return (3 if forename else 4) if marks else 1 if forename else 2


def _form(text: str, notes: Notes) -> tuple[str, list[str]]:
    """(a name without its parentheses, its marks of another name: "dit", "née"); files what the parentheses say in ``notes``."""
    before = len(notes.get("alias", ()))
    name = text
    if "(" in text or ")" in text:
        text = text + ")" if text.count("(") > text.count(")") else text
        for inside in _PAREN.findall(text):
            _note_all(inside, notes)
        name = _PAREN.sub(" ", text).replace("(", " ").replace(")", " ")
    name = " ".join(name.split()).strip(" ,;")
    while name.rpartition(" ")[2].islower() and (tail := _TAIL.fullmatch(name)):
        name = tail["name"]
        _note(tail["word"], notes)
    marks = notes.get("alias", [])[before:]
    if " dit" in name and (known := _KNOWN_AS.fullmatch(name)) and known["also"][0].isupper():
        name = known["name"]
        notes.setdefault("alias", []).append(known["word"])
        notes.setdefault("also", []).append(known["also"])
    if " : " in name and name.rpartition(" : ")[2].islower():
        name, _, said = name.partition(" : ")
        _note_all(said, notes)
    return _after_prefix(name, notes), marks


def _after_prefix(name: str, notes: Notes) -> str:
    """The name after "atelier de", "d'après" …, which is filed; "" for a text that is no name.

    "ATELIER DE LYON" in capitals is a maker's own name in Joconde's list of authors, not a relation.
    """
    prefixed = _PREFIX.fullmatch(name)
    if prefixed and prefixed["name"][0].isupper() and not (prefixed["kind"].isupper() and _kind(fold(prefixed["kind"])) == "workshop"):
        _note(prefixed["kind"], notes)
        return prefixed["name"].strip()
    return name if any(map(str.isalnum, name)) and not _names_nobody(name) else ""


def _note_all(text: str, notes: Notes) -> None:
    for word in re.split(r"[,;()]", text):
        _note(word.strip(), notes)


def _note(word: str, notes: Notes) -> None:
    folded = fold(word.replace("’", "'"))
    if folded:
        notes.setdefault(_kind(folded), []).append(word)


@lru_cache(maxsize=20_000)
def _kind(folded: str) -> str:
    """What a folded word of a parenthesis says: after, workshop, doubt, dates, alias, or else a role."""
    bare = _TAKEN.sub("", folded)
    for kind in ("after", "workshop", "doubt"):
        if folded in words(kind) or bare in words(kind):
            return kind
    if folded in words("or"):
        return "doubt"
    if _DATES.fullmatch(folded):
        return "dates"
    return "alias" if _ALIAS.match(folded) else "role"
