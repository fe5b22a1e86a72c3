"""Ownership and custody: Joconde STAT, DACQ, DDPT, DEPO, LOCA and MANQUANT, MNR LOCA and AFFE (FACTS b; export specifications of 2024).

The words that tell a kind of property, a mode of acquisition, a deposit, a loss or an institution are in mappings/legal-status.csv.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial

from pop_ld import iris
from pop_ld.fields.folding import fold, rows
from pop_ld.fields.moments import moment, moment_item, words_of
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.spans import Span
from pop_ld.fields.text import JOIN, joined, split_all

Row = dict[str, str]
"""A line of legal-status.csv: kind, word, label, key, aat (digits), owner (a name, or a template of ``{place}``)."""

_DOUBT = re.compile(r"\s*\(\s*\?\s*\)|\s*\?$")
_TOWN = re.compile(r"^(?:ville|commune) (?:de |d['’])(.+)$", re.IGNORECASE)
_STATUS = ("property", "acquisition", "protection", "condition")
_DEPOSIT = ("deposit",)
_MISSING = ("missing",)
_UNKNOWN_DATE = re.compile(r"\b(?:inconnue?|indeterminee?|non (?:connue?|renseignee?|precisee?)|sans date|s\.d\.?|ancien fonds)\b|^\W*$")


_rows = partial(rows, "legal-status.csv")


@cache
def _named(kind: str) -> re.Pattern[str]:
    """Finds the words that begin, or stand in, the name of a museum or of another institution."""
    start = r"\b" if kind == "museum" else "^"
    return re.compile(start + "(?:" + "|".join(map(re.escape, _rows(kind))) + r")(?![\w-])")


@lru_cache(maxsize=20_000)
def _found(part: str, kinds: tuple[str, ...]) -> Row | None:
    """The line of the longest word that begins the part: "achat avec participation dont 136 …" is an "achat"."""
    words = fold(_DOUBT.sub("", part)).replace("’", "'").split()
    for count in range(len(words), 0, -1):
        start = " ".join(words[:count])
        for kind in kinds:
            if row := _rows(kind).get(start):
                return row
    return None


@lru_cache(maxsize=20_000)
def _is(kind: str, part: str) -> bool:
    return bool(_named(kind).search(fold(part)))


def status(values: tuple[str, ...], separators: str) -> Parsed:
    """STAT: property ; mode of acquisition ; owner or place ; museum. The words tell what is what, then the position.

    [{text, property?, property_key?, mode?, mode_label?, mode_key?, mode_aat?, doubt?, protection?, condition?, place?, museum?,
    museum_key?, museum_label?, owner?, owner_key?, other?}, {mode, mode_label, mode_key, mode_aat?} …]: the first item holds the
    statement, the others its further modes of acquisition. ``mode`` is as written ("don manuel" may be POP's own wholesale change of
    "don": FACTS j15), ``mode_key`` the general kind. ``owner`` only where it is certain: the State, the commune or department named,
    or an institution that is named as such.
    """
    found: Item = {"text": joined(values)}
    modes: list[Item] = []
    rest: list[str] = []
    for part in split_all(values, separators):
        for piece in _pieces(part):
            row = _found(piece, _STATUS)
            if row is None:
                if not _property(piece, found):
                    rest.append(piece)
            elif row["kind"] == "acquisition":
                modes.append(_mode(piece, row, found))
            elif row["kind"] == "property":
                found.setdefault("property", row["label"])
                found.setdefault("property_key", row["key"])
            else:
                found.setdefault(row["kind"], piece)
    _places(rest, found)
    _owner(rest, found)
    understood = modes or "property" in found
    remarks: list[Remark] = [] if understood else [("status-not-understood", found["text"], "")]
    first = modes[0] if modes else {}
    return items([{**found, **first}, *modes[1:]], remarks)


def _pieces(part: str) -> list[str]:
    """ "achat en vente publique, achat avec participation du FRAM" as two, where each is a known word."""
    if "," in part:
        pieces = [piece for piece in map(str.strip, part.split(",")) if piece]
        if all(_found(piece, _STATUS) for piece in pieces):
            return pieces
    return [part]


def _property(piece: str, found: Item) -> bool:
    """A kind of property that the table lacks is kept as written, without key."""
    if not fold(piece).startswith("propriete "):
        return False
    found.setdefault("property", piece)
    return True


def _mode(piece: str, row: Row, found: Item) -> Item:
    mode = _DOUBT.sub("", piece)
    if mode != piece:
        found["doubt"] = "?"
    item = {"mode": mode, "mode_label": row["label"], "mode_key": row["key"]}
    return {**item, "mode_aat": row["aat"]} if row["aat"] else item


def _places(rest: list[str], found: Item) -> None:
    """The museum by its name, else by its place at the end; the place that comes before it; what is left stays as ``other``."""
    kinds = [next((kind for kind in ("service", "institution", "museum") if _is(kind, part)), "place") for part in rest]
    if "museum" not in kinds and len(rest) > 1 and kinds[-1] == "place":
        kinds[-1] = "museum"
    museum = kinds.index("museum") if "museum" in kinds else -1
    places = [i for i, kind in enumerate(kinds) if kind == "place"]
    place = museum - 1 if museum - 1 in places else places[0] if len(places) == 1 and kinds.count("museum") < 2 else -1
    if museum < 0 and found.get("property_key") == "etat":
        place = -1  # a word alone is the institution that holds a thing of the State ("FNAC"), not a town
    found.update(_keeper(rest[place] if place >= 0 else "", rest[museum] if museum >= 0 else ""))
    other = [part for i, part in enumerate(rest) if i not in (place, museum)]
    if other:
        found["other"] = JOIN.join(other)


def _keeper(place: str, museum: str) -> Item:
    """{place?, museum?, museum_key?, museum_label?}: a museum is told apart by its town ("musée des beaux-arts, Dijon")."""
    item: Item = {"place": place} if place else {}
    if museum:
        label = f"{museum}, {place}" if place else museum
        item.update(museum=museum, museum_label=label, museum_key=iris.name_key(label))
    return item


def _owner(rest: list[str], found: Item) -> None:
    row = _rows("property").get(fold(found.get("property", "")))
    named = [part for part in rest if _is("institution", part) and part != found.get("museum")]
    places = [part for part in rest if part != found.get("museum") and not _is("service", part)]
    if row is None:
        return
    owner = row["owner"]
    if "{" in owner or not owner:
        town = _TOWN.match(named[0]) if named else None
        owner = owner.format(place=town[1]) if town and owner else named[0] if named else owner.format(place=places[0]) if places else ""
    if owner:
        found.update(owner=owner, owner_key=iris.name_key(owner))


def acts(values: tuple[str, ...], separators: str) -> Parsed:
    """DACQ, DDPT: [{text, remark?, year?, begin?, end?, span?, span_label?}]: "1955 acquis ; 1954 entrée matérielle", "1922 : déposé".

    "1850 après ; 1900 avant" is one act between the two years. What has no date is kept; it is reported unless it says itself that the
    date is unknown.
    """
    found: list[Item] = []
    remarks: list[Remark] = []
    parts = split_all(values, separators)
    while parts:
        part = parts.pop(0)
        span, rest = moment(part)
        following = moment(parts[0])[0] if parts and span and span.end is None and span.begin is not None else None
        if span and following and following.begin is None and following.end is not None and not rest:
            found.append({"text": part + JOIN + parts.pop(0), **moment_item(Span(span.begin, following.end))})
            continue
        found.append(_act(part, span, rest))
        if span is None and not _UNKNOWN_DATE.search(fold(part)):
            remarks.append(("act-not-dated", part, ""))
    return items(found, remarks)


def _act(part: str, span: Span | None, rest: str) -> Item:
    if span is None:
        return {"text": part}
    remark = words_of(part, rest)
    return {"text": part, **({"remark": remark} if remark else {}), **moment_item(span)}


def deposits(values: tuple[str, ...], separators: str) -> Parsed:
    """DEPO: [{text, mode?, mode_label?, mode_key?, mode_aat?, place?, museum?, museum_label?, museum_key?, missing?, missing_key?}].

    One item for each deposit: "dépôt ; Suresnes ; musée d'histoire urbaine et sociale"; a further word of deposit begins another:
    "Attribution ; Versailles ; Musée du Château ; en dépôt ; Cholet ; Musée".
    """
    groups: list[list[str]] = []
    for part in split_all(values, separators):
        if not groups or (_found(part, _DEPOSIT) and not all(_found(before, _DEPOSIT) for before in groups[-1])):
            groups.append([])
        groups[-1].append(part)
    return items([_deposit(parts) for parts in groups])


def _deposit(parts: list[str]) -> Item:
    found: Item = {"text": JOIN.join(parts)}
    places: list[str] = []
    for part in parts:
        if row := _found(part, _DEPOSIT):
            found = {**_mode(part, row, found), **found}
        elif row := _found(part, _MISSING):
            found.update(missing=row["label"], missing_key=row["key"])
        else:
            places.append(part)
    return {**found, **_town_and_museum(places)}


def _town_and_museum(parts: list[str]) -> Item:
    """{place?, museum?, museum_label?, museum_key?} of "Bayonne ; musée Bonnat-Helleu ; musée des beaux-arts de Bayonne"."""
    if not parts:
        return {}
    if len(parts) == 1:
        town, comma, museum = parts[0].partition(",")
        if comma and _is("museum", museum) and not _is("museum", town):
            return _keeper(town.strip(), museum.strip())
        return _keeper("", parts[0]) if _is("museum", parts[0]) else _keeper(parts[0], "")
    if _is("museum", parts[0]) and not _is("museum", parts[1]):
        return _keeper(parts[1], parts[0]) if len(parts) == 2 and parts[1][0].isupper() else _keeper("", JOIN.join(parts))
    return _keeper(parts[0], JOIN.join(parts[1:]))


def location(values: tuple[str, ...], separators: str) -> Parsed:
    """LOCA, MNR AFFE: [{text, place?, museum?, museum_label?, museum_key?, department?, deposit?, missing?, missing_key?}], one item.

    "Autun ; musée Rolin"; "Paris ; musée du Louvre ; département des Antiquités égyptiennes"; "Le Havre ; musée de l'abbaye … ; dépôt
    du musée du Louvre" (``deposit``); "…;oeuvre disparue;manquant" (``missing``, the suffixes that POP moves to MANQUANT at import).
    """
    item: Item = {"text": joined(values)}
    places: list[str] = []
    for part in split_all(values, separators):
        row = _found(part, _MISSING)
        if row:
            item.update(missing=row["label"], missing_key=row["key"])
        elif places and _found(part, _DEPOSIT):
            item["deposit"] = part
        elif places and fold(part).startswith(("departement d", "departement de")):
            item["department"] = part
        else:
            places.append(part)
    return items([{**item, **_town_and_museum(places)}])


def missing(values: tuple[str, ...], separators: str) -> Parsed:
    """MANQUANT: [{label, concept, missing?, missing_key?, missing_aat?}]: "manquant", "volé"; a stolen thing is also missing."""
    found: list[Item] = []
    for part in dict.fromkeys(split_all(values, separators)):
        item = {"label": part, "concept": iris.name_key(part)}
        row = _found(part, _MISSING)
        if row:
            item.update(missing=row["label"], missing_key=row["key"], **({"missing_aat": row["aat"]} if row["aat"] else {}))
        found.append(item)
    return items(found)
