"""Search document in, what an index keeps of it out: every token made here, so that engines only store and find them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

import orjson

from pop_ld.bases import load_bases
from pop_ld.search import links
from pop_ld.search import words as french
from pop_ld.search.areas import cell, tiles
from pop_ld.search.schema import FACET_FIELDS
from pop_ld.search.texts import Read, Text

LONGEST_VALUE = 4_000
"""Characters of a value of a facet, which engines hold whole: the longest that a term can be asked for."""
SPREAD = 1 / 256
"""How far the tie breaker may move a score: log2(2 + 1/256) is 0.3 % above 1, less than one word of difference."""
_LEAST = (("top", 9), ("high", 7), ("middle", 3))
_SHOWN = ("iri", "base", "ref", "title", "summary", "image", "point", "changed")
"""Parts of a document that a line of the results shows (contract.Hit)."""
_OTHER_TEXTS = ("names", "terms")
"""Parts of a document that is made without fields."""
_LAST = (1 << 63) - 1
_AFTER = "\U0010ffff"
_LETTERS = {" ": 0, **{str(n): n + 1 for n in range(10)}, **{chr(97 + n): n + 11 for n in range(26)}}


def entry(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of schema.py for one search document; an absent field is absent. Raises KeyError for a document without its keys."""
    read = Read()
    title = read[document["title"]]
    fields: Mapping[str, list[str]] = document.get("fields", {})
    levels = _levels(document["base"])
    everything = _everything(document, fields, levels, read)
    ref = french.number(document["ref"])
    return {
        "hit": _json([document.get(key, "") for key in _SHOWN]),
        "fields": _json(fields),
        "tie": crc32(document["iri"].encode("utf-8", "replace")) / 2**32 * SPREAD,
        "iri": document["iri"],
        "ref": ref,
        "number": list(filter(None, (ref, *map(french.number, document["numbers"])))),
        "title": " ".join((*(full := french.in_full(title.words)), french.whole(full))),
        "word": [text.joined for text in everything],
        "stem": _stems(everything),
        "stem_top": _stems([title]),
        **_boosted(document, fields, levels, read),
        **_criteria(fields, read),
        "compare": [f"{code}:{text}" for code, texts in document.get("compare", {}).items() for text in texts],
        **_counted(document),
        **_numbers(document, ref),
        **_orders(document, title.joined, ref, read),
        **links.fields(document),
    }


def _json(value: Any) -> bytes:
    """JSON of texts, whatever these are."""
    try:
        return orjson.dumps(value)
    except TypeError:  # half of a pair
        return json.dumps(value).encode("ascii")


def _stems(texts: list[Text]) -> str:
    """The stems of texts, and then of what their words say besides."""
    return " ".join([*[text.stems for text in texts if text.stems], *[text.say for text in texts if text.say]])


@cache
def _levels(slug: str) -> Mapping[str, str]:
    """Code -> "top", "high" or "middle" by the boost of fields.csv, "silent" where words do not look into the field."""
    base = load_bases().get(slug)
    boosts = {code: field.boost for code, field in base.searched.items()} if base else {}
    found = {code: next((name for name, least in _LEAST if boost >= least), "") for code, boost in boosts.items()}
    return {**found, **{code: "silent" for code, boost in boosts.items() if not boost}}


def _everything(document: Mapping[str, Any], fields: Mapping[str, list[str]], levels: Mapping[str, str], read: Read) -> list[Text]:
    """Every text that has a word to search, one a time: the fields, and what of the document no field says."""
    texts = [document["title"], document["ref"], *document["numbers"], *document["places"]]
    for code, written in fields.items():
        if levels.get(code) != "silent":
            texts += written
    for part in _OTHER_TEXTS:
        texts += document.get(part, ())
    if text := document.get("text"):
        texts.append(text)
    return [found for text in dict.fromkeys(texts) if (found := read[text]).joined]


def _boosted(document: Mapping[str, Any], fields: Mapping[str, list[str]], levels: Mapping[str, str], read: Read) -> dict[str, str]:
    """Words by how much their field counts: the title and what ``boosted`` of the document names, beside the fields by their boost."""
    texts: dict[str, list[str]] = {"top": [document["title"]], "high": [], "middle": list(document["places"])}
    for name, more in document.get("boosted", {}).items():
        texts[name] += more
    for code, written in fields.items():
        if (level := levels.get(code)) and level != "silent":
            texts[level] += written
    return {name: " ".join(filter(None, [read[text].joined for text in dict.fromkeys(found)])) for name, found in texts.items() if found}


def _criteria(fields: Mapping[str, list[str]], read: Read) -> dict[str, Any]:
    """What advanced search looks up, field by field.

    Few long texts cost an engine less than many short ones: those as written are one, for no phrase goes beyond what ends each; of
    folded ones each text has at most one value of a field, whose code no phrase leaves.
    """
    field: list[list[str]] = []
    strict: list[str] = []
    keys: list[str] = []
    for code, texts in fields.items():
        for place, text in enumerate(texts):
            value = read.value(code, text)
            strict.append(value.strict)
            keys.append(value.key)
            if value.field:
                if place >= len(field):
                    field += [[] for _ in range(len(field), place + 1)]
                field[place].append(value.field)
    return {"has": list(fields), "field": [" ".join(some) for some in field if some], "strict": " ".join(strict), "value": keys}


def _counted(document: Mapping[str, Any]) -> dict[str, list[str]]:
    facets: dict[str, list[str]] = {
        **document.get("facets", {}),
        "base": [document["base"]],
        "century": centuries(document.get("year", ""), document.get("end", "")),
        "image": ["oui" if document["image"] else "non"],
        "located": ["oui" if document.get("point") else "non"],
    }
    return {
        FACET_FIELDS[name]: values if len(values) == 1 and 0 < len(values[0]) <= LONGEST_VALUE else _different(values)
        for name, values in facets.items()
        if values and name in FACET_FIELDS
    }


def _different(values: list[str]) -> list[str]:
    return list(dict.fromkeys([value[:LONGEST_VALUE] for value in values if value]))


def centuries(begin: str, end: str) -> list[str]:
    """The centuries that a dating touches, ["-"] where it has none; a dating of more than ten counts for its first ten."""
    if not begin:
        return ["-"]
    first, last = int(links.century_of(int(begin))), int(links.century_of(int(end or begin)))
    return [str(n) for n in range(first, min(max(last, first), first + 10) + 1) if n]


def _numbers(document: Mapping[str, Any], ref: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if begin := document.get("year", ""):
        end = max(int(document.get("end") or begin), int(begin))
        found |= {"begin": int(begin), "end": end, "lasts": end - int(begin)}
    days = _days(document.get("changed", ""))
    if days is not None:
        found["changed"] = days
    if point := document.get("point", ""):
        lat, long = map(float, point.split())
        found |= {"lat": lat, "long": long, "cell": cell(lat, long), "tile": tiles(lat, long)}
    found["by_date_down"] = links.dated(begin, ref, down=True)
    age = (1 << 20) - (0 if days is None else days + 800_000)
    found["by_changed_down"] = (age << 40) + links.sorted_as(ref[-6:].rjust(6, "0"))
    return found


def _days(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None


def _orders(document: Mapping[str, Any], title: str, ref: str, read: Read) -> dict[str, Any]:
    base, whole = document["base"], f"{document['base']}\x01{ref}\x01{document['ref']}"
    place = read[document["places"][0]].joined if document["places"] else ""
    return {
        "order_ref": whole,
        "order_title": f"{title[:80]}\x01{whole}",
        "order_place": f"{place[:40] or _AFTER}\x01{title[:40]}\x01{whole}",
        "by_base": sorting((base[:3] + ref)[:12]),
        "by_title": sorting(title[:12]),
        "by_place": sorting(place[:12]) if place else _LAST,
    }


@lru_cache(maxsize=1 << 16)
def sorting(letters: str) -> int:
    """A number that sorts as twelve characters do, by their bytes."""
    number: int = 0
    for at in range(12):
        code = _LETTERS.get(letters[at], -1) if at < len(letters) else 0
        if code < 0:  # beyond ASCII letters: after all of them, whatever follows
            return int((number + 1) * 37 ** (12 - at) - 1)
        number = number * 37 + code
    return number
