"""Births and deaths in Joconde's PAUT, "Bordeaux, 1807 ; Menton, 1876" (FACTS b; export specifications of 2024).

PAUT is free text with a usual form; only that form is read, everything else stays text. Its lines and those of AUTR are parallel only
where there is one author, so :func:`of_authors` joins them by the name that a line begins with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pop_ld import iris
from pop_ld.fields.folding import fold
from pop_ld.fields.moments import moment, moment_item
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.spans import Span
from pop_ld.fields.text import split

_NAMED = re.compile(r"^(?P<name>[^:;#]{2,80}?)\s*:\s+(?P<rest>.+)$", re.DOTALL)
_BORN = re.compile(r"^nee?\s+(?P<rest>.+)$")
_DEAD = re.compile(r"^(?:morte?|decedee?)\s+(?P<rest>.+)$")
_AT = re.compile(r"^(?:né|née|mort|morte|décédé|décédée)\s+à\s+(?P<place>[^,]+?)\s*(?:,|\ben\b|\ble\b)\s*(?P<date>.+)$", re.IGNORECASE)
_WHEN = re.compile(r"^\S+\s+(?:(?:en|le)\s+)?")
_NATIONALITY = re.compile(r"^nationalite\s*:\s*(.+)$")
_SENTENCE = re.compile(r"[.]\s+\S.*$", re.DOTALL)
_PLACE = re.compile(r"^(?:[A-ZÀ-ÖØ-Þ][^\d:;?()]{0,60}|L['’][^\d:;?()]{1,60})(?:\s*\([^()]{1,60}\))?$")
_NOT_A_PLACE = re.compile(
    r"^(?:eleve|exposition|expose|actif|active|salon|membre|prix|documente|cite|encore|peintre|sculpteur|graveur|architecte|fonde|vers"
    r"|dynastie|regne|periode|epoque|seconde|premiere|date|femme|homme)\b|\bou\b"
)
_NOT_A_PERSON = re.compile(
    r"^(?:les? )?(?:manufactures?|faienceries?|fonderies?|societes?|maisons?|etablissements?|ateliers?|imprimeries?|verreries?"
    r"|cristalleries?|usines?|fabriques?|editions?|freres|anonyme|inconnu|compagnie)\b|\bste\b|& cie"
)
_SMALL = re.compile(
    r"à|a|am|an|au|aux|bei|d|da|de|del|den|der|des|di|du|en|et|in|l|la|le|les|lès|of|près|saint|sous|sur|the|van|von", re.IGNORECASE
)
"""Words that names of places write in lower case: any other tells a sentence."""
_LONGEST_LIFE = 120

Event = tuple[str, str, Span | None]
"""(place or "", date as written, its bounds or None) of a birth or a death."""


def lives(values: tuple[str, ...], separators: str) -> Parsed:
    """[{text, name?, birth?, birth_place?, birth_place_key?, birth_year?, birth_begin?, birth_end?, birth_span?, birth_span_label?, the
    same with ``death``, nationality?, gender?}], one for each line; lines end with ``#``.

    ``birth`` and ``death`` are the dates as written; "?" is no value. A death before the birth is reported and neither is taken.
    """
    found: list[Item] = []
    remarks: list[Remark] = []
    for value in values:
        for line in map(str.strip, value.split("#")):
            if line:
                item, broken = _life(line)
                found.append(dict(item))
                if broken:
                    remarks.append(("life-not-understood", line, ""))
    return items(found, remarks)


@lru_cache(maxsize=50_000)
def _life(line: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    named = _NAMED.match(line)
    if named and _NOT_A_PERSON.search(fold(named["name"])):
        return (("text", line),), False
    if named and _is_name(split(named["rest"], ";")):
        item, broken = _events(named["rest"])
        return (("text", line), *((("name", named["name"].strip()),) if item else ()), *item.items()), broken
    item, broken = _events(line.replace(":", ",", 1) if named else line)
    return (("text", line), *item.items()), broken


def _is_name(parts: list[str]) -> bool:
    """Whether what stands before the colon is a name, from what follows: in "Besançon : 26/02/1802 ; ?, 1885" it is a place."""
    event = _event(parts[0]) if parts else None
    if event is None or event[0] or not event[1] or _said(parts[0]):
        return True
    return len(parts) > 1 and all(_event(part) and "," not in part for part in parts[:2])


def _said(part: str) -> bool:
    folded = fold(part)
    return folded.startswith("?") or bool(_BORN.match(folded) or _DEAD.match(folded))


def _events(text: str) -> tuple[Item, bool]:
    """Birth, death and what else is plainly said; whether they contradict each other."""
    parts = split(text, ";")
    item: Item = {}
    if len(parts) > 2 and _event(parts[0]) is None and _event(parts[1]) and _event(parts[2]):
        item["name"] = parts[0]
        parts = parts[1:]
    events: dict[str, Event] = {}
    for position, part in enumerate(parts):
        folded = fold(part)
        if _NATIONALITY.match(folded):
            item["nationality"] = part.partition(":")[2].strip()
        elif folded in ("femme", "feminin"):
            item["gender"] = "femme"
        elif position < 2 and (event := _event(part)):
            kind = "birth" if _BORN.match(folded) else "death" if _DEAD.match(folded) or position else "birth"
            events.setdefault(kind, event)
    if not parts or not _certain(parts[0], events):
        events = {}
    if _contradict(events):
        return {}, True
    for kind, event in events.items():
        item.update(_written(kind, event))
    if not events:
        item.pop("name", None)
    return item, False


def _certain(first: str, events: dict[str, Event]) -> bool:
    """Whether the form is the usual one: a year alone, or a place without a comma ("Pertuis 1880"), only where there are both events."""
    if len(events) == 2 or _said(first):
        return True
    return "," in first if "birth" in events else ":" not in first


def _event(part: str) -> Event | None:
    """ "Bordeaux, 1807", "?, 1789", "Arles-sur-Tech, ?", "né en 1869", "mort à Paris en 1875", "Pertuis 1880", "1861"; None else."""
    part = _SENTENCE.sub("", part.strip())
    if len(part) > 120:
        return None
    if at := _AT.match(part):
        return _dated(at["place"], at["date"])
    folded = fold(part)
    if said := _BORN.match(folded) or _DEAD.match(folded):
        span, rest = moment(said["rest"])
        return ("", _WHEN.sub("", part), span) if span and not rest else None
    if not any(c.isdigit() for c in part):
        place, comma, date = part.rpartition(",")
        return _dated(place, date) if comma and date.strip() == "?" else ("", "", None) if part == "?" else None
    for i, c in enumerate(part):
        if c == "," and (event := _dated(part[:i], part[i + 1 :])):
            return event
    digit = next((i for i, c in enumerate(part) if c.isdigit()), 0)
    return _dated(part[:digit], part[digit:]) if digit else _dated("?", part)


def _dated(place: str, date: str) -> Event | None:
    """The event where the date is one and the place looks like a place."""
    place, date = place.strip(), date.strip()
    unknown = not place.strip("?() ")
    if not unknown and not _is_place(place):
        return None
    town = "" if unknown else place
    if date in ("?", "(?)"):
        return town, "", None
    span, rest = moment(date)
    return (town, date, span) if span and not rest else None


def _is_place(text: str) -> bool:
    words = text.partition("(")[0].replace("'", " ").replace("’", " ").split()
    named = all(word[0].isupper() or _SMALL.fullmatch(word) for word in words)
    return bool(named and _PLACE.match(text) and not _NOT_A_PLACE.search(fold(text)))


def _contradict(events: dict[str, Event]) -> bool:
    """Whether the death is before the birth, or the life longer than any."""
    if len(events) < 2:
        return False
    born, dead = (events[kind][2] for kind in ("birth", "death"))
    if born is None or dead is None or born.exact is None or dead.exact is None:
        return False
    return not 0 <= dead.exact - born.exact <= _LONGEST_LIFE


def _written(kind: str, event: Event) -> Item:
    place, date, span = event
    item: Item = {}
    if place:
        item.update({f"{kind}_place": place, f"{kind}_place_key": iris.name_key(place)})
    if date:
        item[kind] = date
    if span:
        item.update({f"{kind}_{name}": value for name, value in moment_item(span).items()})
    return item


def of_authors(authors: Sequence[Item], found: Sequence[Item]) -> list[Item]:
    """The items of :func:`lives` with ``agent``, the key of the author that they speak of, where that is certain.

    One author and one dated line; or the line's name begins, or is, the name of exactly one author ("CHAPU" of "CHAPU Henri").
    ``authors`` are items of people.people: only those that made the work themselves (``agent``) are joined.
    """
    made = [author for author in authors if "agent" in author and "name" in author]
    dated = [item for item in found if "birth" in item or "death" in item]
    joined: list[Item] = []
    for item in found:
        alone = len(authors) == 1 and len(dated) == 1 and "name" not in item
        fits = made if alone else _called(item.get("name", ""), made)
        joined.append({**item, "agent": fits[0]["agent"]} if len(fits) == 1 and item in dated else item)
    return joined


def _called(name: str, authors: list[Item]) -> list[Item]:
    called = fold(name)
    return [a for a in authors if called and (fold(a["name"]) + " ").startswith(called + " ")]
