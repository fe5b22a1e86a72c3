"""People: AUTR, AUTP and their like: a name, and in parentheses a role, dates, doubt, or a relation to the work (FACTS b)."""

from __future__ import annotations

import re
from functools import lru_cache

from pop_ld import iris
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.periods import fold
from pop_ld.fields.text import split_all

_PAREN = re.compile(r"\s*\(([^()]*)\)\s*")
_AFTER = re.compile(r"^(?:d[' ]apres|copie|copie d[' ]apres|imite de|imitation|inspire(?:e)? par|interprete par|maniere de|genre de)\b")
_WORKSHOP = re.compile(r"^(?:ateliers?|ecole|entourage|cercle|suite|suiveur|eleve|proche)(?:s)?(?: de| du| d'| des)?$")
_PREFIX = re.compile(
    r"^(?P<kind>(?:copie )?d['’]apr[eè]s|atelier (?:d[eu]s?|d['’])|(?:école|entourage|cercle) d[eu]|attribuée? à)"
    r"\s*(?P<name>[A-ZÉÈÀÂÎÔÛÇ].*)$",
    re.IGNORECASE,
)
_DOUBT = re.compile(r"^(?:\?|attribue(?:e)?(?: a)?|attribution|incertain|presume(?:e)?)$")
_ALIAS = re.compile(r"^(?:dite?|ditef|nee?|veuve|epouse|patronyme|pseudonyme|surnomme(?:e)?)\b")
_DATES = re.compile(r"^[^a-z]*\d{2,4}[^a-z]*$|^(?:actif|active|vers|mort|ne)\b.*\d")


@lru_cache(maxsize=100_000)
def person(text: str) -> tuple[tuple[str, str], ...]:
    """Items of one person: text, name, one of agent / after / workshop, and role, dates, doubt, alias where written.

    Nothing is merged or reordered: the name stays as its base writes it ("NOM Prénom", "Nom, Prénom", "Nom Prénom"),
    and two spellings are two agents.
    """
    found: Item = {"text": text}
    relation = "agent"
    name = text
    roles: list[str] = []
    for inside in _PAREN.findall(text):
        for word in (w.strip() for w in inside.split(",")):
            relation = _note(word, relation, roles, found)
    name = " ".join(_PAREN.sub(" ", text).replace("(", " ").replace(")", " ").split()).strip(" ,;")
    if prefixed := _PREFIX.match(name):
        name = prefixed["name"].strip()
        relation = _relation(fold(prefixed["kind"].replace("’", "'"))) or relation
    if not name:
        return tuple(found.items())
    found["name"] = name
    found[relation] = iris.name_key(name)
    if roles:
        found["role"] = ", ".join(roles)
        found["role_key"] = iris.name_key(found["role"])
    return tuple(found.items())


def _relation(folded: str) -> str:
    if _AFTER.match(folded):
        return "after"
    return "workshop" if _WORKSHOP.match(folded) else ""


def _note(word: str, relation: str, roles: list[str], found: Item) -> str:
    """Files one word of a parenthesis; gives back the relation to the work, changed or not."""
    folded = fold(word.replace("’", "'"))
    if not folded:
        return relation
    if kind := _relation(folded):
        return kind
    if _DOUBT.match(folded):
        found["doubt"] = word
    elif _DATES.match(folded):
        found["dates"] = word
    elif _ALIAS.match(folded):
        found["alias"] = word
    else:
        roles.append(word)
    return relation


def people(values: tuple[str, ...], separators: str) -> Parsed:
    """List of persons; a text without a name is kept as text and reported."""
    found: list[Item] = []
    remarks: list[Remark] = []
    for part in dict.fromkeys(split_all(values, separators)):
        item = dict(person(part))
        if "name" not in item:
            remarks.append(("person-not-understood", part, ""))
        found.append(item)
    return items(found, remarks)
