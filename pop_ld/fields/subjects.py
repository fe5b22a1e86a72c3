"""Terms with their precisions: Joconde DENO, TECH, GENE, INSC, REPR, SREP and ONOM (FACTS b; export specifications of 2024).

What stands in parentheses is an affix of the same thesaurus ("assiette (historiée)"), a count ("anneau (2)") or, in REPR, the terms of
a scene. Every term keeps ``label`` as written and ``lookup``, the words that the thesaurus knows.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pop_ld import iris
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import joined, split, split_all

_PAREN = re.compile(r"\(([^()]*)\)")
_COUNT = re.compile(r"^(?:x\s*)?(\d{1,5})(?:\s*(?:ex\.?|exemplaires?|pièces?|éléments?))?$", re.IGNORECASE)
_REPR = re.compile(r"[(),;:#£\n]")
_NAME = re.compile(r"^[^\W\d_]")


@lru_cache(maxsize=50_000)
def term(text: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Items of one term: itself {label, lookup, concept, count?, remark?, doubt?}, then one {label, lookup, concept, of} for each affix.

    "atlas (20, élément)" is an atlas, twenty, and the affix "élément" ``of`` it.
    """
    affixes = [word.strip() for inside in _PAREN.findall(text) for word in re.split("[,;]", inside) if word.strip()]
    lookup = " ".join(_PAREN.sub(" ", text).replace("(", " ").replace(")", " ").split()).strip(" ,;:")
    if not lookup and len(affixes) == 1:
        affixes, lookup = [], affixes[0]
    lookup = lookup or text
    main: Item = {"label": text, "lookup": lookup, "concept": iris.name_key(lookup)}
    others: list[tuple[tuple[str, str], ...]] = []
    remarks: list[str] = []
    for word in affixes:
        if number := _COUNT.match(word):
            main["count"] = number[1]
        elif not word.strip("? "):
            main["doubt"] = "?"
        elif word != lookup:
            remarks.append(word)
            others.append((("label", word), ("lookup", word), ("concept", iris.name_key(word)), ("of", lookup)))
    if remarks:
        main["remark"] = ", ".join(remarks)
    return tuple(main.items()), *others


def terms(values: tuple[str, ...], separators: str) -> Parsed:
    """DENO, GENE, INSC, UTIL: the items of each :func:`term`, repeats dropped.

    A number alone counts the term before it ("service à thé ; ensemble ; tasse ; 6 ; soucoupe ; 6"), so does one after a colon.
    """
    found: list[Item] = []
    for part in split_all(values, separators):
        before, colon, number = part.partition(":")
        if _COUNT.match(part) and found:
            counted_term = next(i for i in range(len(found) - 1, -1, -1) if "of" not in found[i])
            found[counted_term] = {**found[counted_term], "count": part}
        elif colon and (counted := _COUNT.match(number.strip())) and before.strip():
            main, *affixes = map(dict, term(before.strip()))
            found += [{**main, "label": part, "count": counted[1]}, *affixes]
        else:
            found += map(dict, term(part))
    return items(_unique(found))


def techniques(values: tuple[str, ...], separators: str) -> Parsed:
    """TECH: the items of each :func:`term` with ``group`` ("1", "2" …) where ``#`` parts materials with their techniques.

    "ivoire ; gravé# laiton ; argenté" are two groups: gravé goes with ivoire, argenté with laiton.
    """
    lines = [line for line in joined(values).split("#") if line.strip()]
    found: list[Item] = []
    for rank, line in enumerate(lines, 1):
        group = {"group": str(rank)} if len(lines) > 1 else {}
        found += [{**dict(item), **group} for part in split(line, separators) for item in term(part)]
    return items(_unique(found))


def _unique(found: list[Item]) -> list[Item]:
    return [dict(item) for item in dict.fromkeys(tuple(item.items()) for item in found)]


def subjects(values: tuple[str, ...], separators: str) -> Parsed:
    """REPR: [{label, concept}], flat: POP flattens "scène (femme, conversation, putti, arcade)" at import (M46507), older notices nest it.

    Both give the same terms. Doubts ("?") are no terms; the hierarchy stays in the raw text.
    """
    found: dict[str, Item] = {}
    for value in values:
        for label in map(str.strip, _REPR.split(value)):
            if label.strip("?. ") and label not in found:
                found[label] = {"label": label, "concept": iris.name_key(label)}
    return items(list(found.values()))


def sources(values: tuple[str, ...], separators: str) -> Parsed:
    """SREP: [{label, lookup, concept, place?}], one for each "genre ; author ; title": what is in parentheses is the place in the source.

    "fable ; La Fontaine Jean de : Le serpent et la lime (V - 16)": a colon parts author and title as a semicolon does.
    """
    found: list[Item] = []
    for part in split_all(values, separators):
        for piece in split(part.replace(" : ", ";"), ";"):
            place = ", ".join(inside.strip() for inside in _PAREN.findall(piece) if inside.strip())
            lookup = " ".join(_PAREN.sub(" ", piece).split()).strip(" ,;:()") or piece
            item = {"label": piece, "lookup": lookup, "concept": iris.name_key(lookup)}
            found.append({**item, "place": place} if place and lookup != piece else item)
    return items(_unique(found))


def names(values: tuple[str, ...], separators: str) -> Parsed:
    """ONOM: [{text, name, name_key, role?}]: names written on the object; a comma parts names where each piece begins like one."""
    found: list[Item] = []
    remarks: list[Remark] = []
    for part in split_all(values, separators):
        pieces = split(part, ",")
        for piece in pieces if all(p[0].isupper() and not any(map(str.isdigit, p)) for p in pieces) else [part]:
            role = ", ".join(inside.strip() for inside in _PAREN.findall(piece) if inside.strip())
            name = " ".join(_PAREN.sub(" ", piece).split()).strip(" ,;()")
            if not _NAME.match(name):
                found.append({"text": piece})
                remarks.append(("name-not-understood", piece, ""))
                continue
            found.append({"text": piece, "name": name, "name_key": iris.name_key(name), **({"role": role} if role else {})})
    return items(found, remarks)
