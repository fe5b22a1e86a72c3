"""Places told by their relation to the object, and discoveries: Joconde LIEUX and DECV (FACTS b; export specifications of 2024).

The words that tell a relation, a person's part, a date or a method of collection are in mappings/place-words.csv.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial

from pop_ld import iris
from pop_ld.fields.folding import fold, rows
from pop_ld.fields.moments import moment, moment_item
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import JOIN, joined, split

Row = dict[str, str]
"""A line of place-words.csv: kind, word, label, key."""

_LEVELS = re.compile(r"\s*[,:;]\s*")
_SEPARATORS = ";#\n"
_LEADING = re.compile(r"^([^:]+):\s*(.+)$")


_rows = partial(rows, "place-words.csv")


@cache
def _ending(kind: str) -> re.Pattern[str]:
    """Finds one of the words of a kind at the end of a text, after a comma, a colon, a space, or alone."""
    words = sorted(_rows(kind), key=len, reverse=True)
    return re.compile(r"(?:^|[\s,:(])(" + "|".join(map(re.escape, words)) + r")[\s).]*$")


@lru_cache(maxsize=20_000)
def _tail(text: str, kind: str) -> tuple[str, Row] | None:
    """(what stands before, the line) of a text that ends with a word of the kind: "1982, date de découverte"."""
    folded = fold(text.replace("’", "'").replace("\x92", "'"))
    found = _ending(kind).search(folded)
    if not found:
        return None
    count = len(found[1].split())
    before = " ".join(text.split()[:-count]).strip(" ,:;(") if len(text.split()) > count else ""
    return before, _rows(kind)[found[1]]


def _groups(part: str) -> tuple[str, list[str]]:
    """("France, Autun", ["?", "lieu de création"]): the text outside parentheses, and what each outer pair holds.

    A closing parenthesis without an opening one is dropped, an unclosed one runs to the end.
    """
    outside: list[str] = []
    inside: list[str] = []
    depth = start = 0
    for i, c in enumerate(part):
        if c == "(":
            if depth == 0:
                outside.append(part[start:i])
                start = i + 1
            depth += 1
        elif c == ")":
            if depth == 1:
                inside.append(part[start:i])
            elif depth == 0:
                outside.append(part[start:i])
            if depth <= 1:
                start = i + 1
            depth = max(depth - 1, 0)
    (inside if depth else outside).append(part[start:])
    return " ".join(" ".join(outside).split()), [group.strip() for group in inside if group.strip()]


def _levels(text: str) -> tuple[str, ...]:
    """The levels of a place from the largest, without doubts: "Santenay, ?" -> ("Santenay",)."""
    return tuple(level for level in _LEVELS.split(text.strip(" ,;:.")) if level.strip("? "))


@lru_cache(maxsize=50_000)
def _place(levels: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(place, place_key, place_name): the whole path names the place, since communes share names."""
    label = ", ".join(dict.fromkeys(levels))
    return ("place", label), ("place_key", iris.name_key(label)), ("place_name", levels[-1])


def places(values: tuple[str, ...], separators: str) -> Parsed:
    """LIEUX: [{text, place, place_key, place_name, kind?, kind_key?, doubt?, detail?, one of made / used / found / origin / where}].

    One item for each place and each of its relations: "France, Bas-Rhin, Wissembourg (lieu d'exécution) (lieu de création)" gives two.
    A place ends with its parenthesis, so the levels may be separated by commas, colons or semicolons ("France ; Drôme ; Valence (lieu
    de création)"), and an array may hold them one by one. ``made``, ``used`` … repeat ``place_key`` under the name of the relation.
    """
    found: list[Item] = []
    pending: list[str] = []
    texts: list[str] = []
    remarks: list[Remark] = []
    for line in joined(values).split("#"):
        for part in split(line, _SEPARATORS):
            outside, groups = _groups(part)
            if outside and (tail := _tail(outside, "relation")):
                outside, groups = tail[0], [tail[1]["word"], *groups]
            levels = _levels(outside)
            if pending and levels and levels[0] == pending[0]:
                _add(pending, texts, [], found, remarks)
            if groups and not levels and not pending and found:
                _add(_levels_of(found[-1]), [part], groups, found, remarks)
                continue
            pending += levels
            texts.append(part)
            if groups:
                _add(pending, texts, groups, found, remarks)
        _add(pending, texts, [], found, remarks)
    return items(found, remarks)


def _levels_of(item: Item) -> list[str]:
    return item["place"].split(", ") if "place" in item else []


def _add(pending: list[str], texts: list[str], groups: list[str], found: list[Item], remarks: list[Remark]) -> None:
    """Closes the place under way: an item for each relation that its parentheses tell, one without a relation where they tell none."""
    if not texts:
        return
    item: Item = {"text": JOIN.join(texts)}
    relations: list[Row] = []
    details: list[str] = []
    for word in (word.strip() for group in groups for word in group.split(",")):
        if tail := _tail(word, "relation"):
            relations.append(tail[1])
            word = tail[0]
        if word.strip("? "):
            details.append(word)
        elif word:
            item["doubt"] = "?"
    if pending:
        item.update(_place(tuple(pending)))
    elif details:
        item.update(_place(_levels(", ".join(details))) if _levels(", ".join(details)) else ())
        details = []
    else:
        remarks.append(("place-not-understood", item["text"], ""))
    if details:
        item["detail"] = ", ".join(details)
    found += [_related(item, row) for row in relations] or [_related(item, None)]
    pending.clear()
    texts.clear()


def _related(item: Item, row: Row | None) -> Item:
    kind = {"kind": row["label"], "kind_key": iris.name_key(row["label"])} if row else {}
    return {**item, **kind, row["key"] if row else "where": item["place_key"]} if "place_key" in item else {**item, **kind}


def discovery(values: tuple[str, ...], separators: str) -> Parsed:
    """DECV: [{text, place?, place_key?, place_name?, detail?, kind?, kind_key?, one of found / origin / where?, method?, method_key?,
    site?, site_key?, date?, year?, begin?, end?, span?, span_label?, finder?, finder_key?, part?}, {finder, finder_key, part} …].

    The first item is the discovery, the others its further finders. New form "France, Saône-et-Loire, Autun (lieu de découverte) ;
    (19e siècle, date de découverte) ; (GAUTHIER, découvreur)"; older "France ; Drôme ; Valence (Lieu de découverte) ; découverte
    fortuite". A word in lower case that is no known method is the kind of site ("nécropole").
    """
    found: Item = {"text": joined(values)}
    finders: list[Item] = []
    levels: list[str] = []
    for part in split(found["text"], _SEPARATORS):
        outside, groups = _groups(part)
        bare = _bare(outside, found, finders)
        if bare:
            levels += bare
        for group in groups:
            _group(group, found, finders)
    detail = found.get("detail", "")
    if not levels and detail and _levels(detail):
        levels = list(_levels(found.pop("detail")))
    if levels:
        found.update(_place(tuple(levels)))
        found[found.get("relation", "where")] = found["place_key"]
    found.pop("relation", None)
    remarks = [] if finders or len(found) > 1 else [("discovery-not-understood", found["text"], "")]
    return items([{**found, **(finders[0] if finders else {})}, *finders[1:]], remarks)


def _bare(outside: str, found: Item, finders: list[Item]) -> tuple[str, ...]:
    """Files what stands outside parentheses; gives back the levels of a place."""
    if not outside.strip(" .,;:"):
        return ()
    named = _LEADING.match(outside)
    if named and fold(named[1]).strip() in _rows("person"):
        _finder(named[2], _rows("person")[fold(named[1]).strip()], finders)
        return ()
    if any(_tail(outside, kind) for kind in ("date", "person")):
        _group(outside, found, finders)
        return ()
    if tail := _tail(outside, "relation"):
        _relation(tail[1], found)
        return _levels(tail[0])
    if row := _rows("method").get(fold(outside)):
        found.update(method=row["label"], method_key=row["key"])
        return ()
    if outside[0].islower() and fold(outside).partition(" ")[0] not in _rows("near"):
        site = f"{found['site']}, {outside}" if "site" in found else outside
        found.update(site=site, site_key=iris.name_key(site))
        return ()
    return _levels(outside)


def _group(group: str, found: Item, finders: list[Item]) -> None:
    """Files what a pair of parentheses holds: a date, a finder, or a relation of the place with its details."""
    if tail := _tail(group, "date"):
        span, rest = moment(tail[0])
        if tail[0]:
            found["date"] = tail[0]
        if span and not rest:
            found.update(moment_item(span))
    elif tail := _tail(group, "person"):
        for name in split(tail[0], ";"):
            _finder((_tail(name, "person") or (name,))[0], tail[1], finders)
    elif tail := _tail(group, "relation"):
        _relation(tail[1], found)
        _detail(tail[0], found)
    else:
        _detail(group, found)


def _relation(row: Row, found: Item) -> None:
    found.update(kind=row["label"], kind_key=iris.name_key(row["label"]), relation=row["key"])


def _detail(detail: str, found: Item) -> None:
    if detail.strip("? "):
        found["detail"] = f"{found['detail']}, {detail}" if "detail" in found else detail


def _finder(name: str, row: Row, finders: list[Item]) -> None:
    name = name.strip(" ,;:()")
    if name:
        finders.append({"finder": name, "finder_key": iris.name_key(name), "part": row["label"]})
