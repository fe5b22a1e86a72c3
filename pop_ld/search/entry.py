"""Search document in, what an index keeps of it out: every token made here, so that engines only store and find them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

from pop_ld.bases import load_bases
from pop_ld.search import links
from pop_ld.search import words as french
from pop_ld.search.areas import cell, tiles
from pop_ld.search.readings import said
from pop_ld.search.schema import FACET_FIELDS, TITLE_BEGINS, TITLE_ENDS
from pop_ld.search.written import LONGEST_TEXT

LONGEST_VALUE = 4_000
"""Characters of a value of a facet, which engines hold whole: the longest that a term can be asked for."""
LONGEST_KEY = 200
"""Characters of a value that its key keeps; what is longer goes on as a hash, so that it is still equal to itself alone."""
SPREAD = 1 / 256
"""How far the tie breaker may move a score: log2(2 + 1/256) is 0.3 % above 1, less than one word of difference."""
_LEAST = (("top", 9), ("high", 7), ("middle", 3))
_OTHER_TEXTS = ("names", "terms")
"""Parts of a document that is made without fields."""
_SIGNS_AND_WORDS = re.compile(r"""\w+|[^\w\s,.;:'’‘ʼ`"«»“”()\[\]/|_–—^$\ud800-\udfff-]""")
_ascii = json.JSONEncoder().encode
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LAST = (1 << 63) - 1
_AFTER = "\U0010ffff"
_LETTERS = {" ": 0, **{str(n): n + 1 for n in range(10)}, **{chr(97 + n): n + 11 for n in range(26)}}


class _Read(dict[str, list[str]]):
    """Text -> its folded words, each text of a document read once: title, fields and facets repeat each other."""

    def __missing__(self, text: str) -> list[str]:
        self[text] = found = french.words(text[:LONGEST_TEXT])
        return found


def entry(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of schema.py for one search document; an absent field is absent. Raises KeyError for a document without its keys."""
    read = _Read()
    title = read[document["title"]]
    fields: Mapping[str, list[str]] = document.get("fields", {})
    levels = _levels(document["base"])
    everything = _everything(document, fields, levels, read)
    ref = french.number(document["ref"])
    return {
        "hit": _ascii(_shown(document)).encode("ascii"),
        "fields": _compact(fields).encode("utf-8", "replace"),
        "tie": crc32(document["iri"].encode("utf-8", "replace")) / 2**32 * SPREAD,
        "iri": document["iri"],
        "ref": ref,
        "number": list(filter(None, (ref, *map(french.number, document["numbers"])))),
        "title": " ".join((*(full := french.in_full(title)), french.whole(full))),
        "word": [" ".join(found) for found in everything if found],
        "stem": " ".join(french.stems(said(everything))),
        "stem_top": " ".join(french.stems(said([title]))),
        **_boosted(document, fields, levels, read),
        **_criteria(fields, read),
        "compare": [f"{code}:{text}" for code, texts in document.get("compare", {}).items() for text in texts],
        **_counted(document),
        **_numbers(document, ref),
        **_orders(document, " ".join(title), ref, read),
        **links.fields(document),
    }


@cache
def _levels(slug: str) -> Mapping[str, str]:
    """Code -> "top", "high" or "middle" by the boost of fields.csv, "silent" where words do not look into the field."""
    base = load_bases().get(slug)
    boosts = {code: field.boost for code, field in base.searched.items()} if base else {}
    found = {code: next((name for name, least in _LEAST if boost >= least), "") for code, boost in boosts.items()}
    return {**found, **{code: "silent" for code, boost in boosts.items() if not boost}}


def _everything(document: Mapping[str, Any], fields: Mapping[str, list[str]], levels: Mapping[str, str], read: _Read) -> list[list[str]]:
    """Every text that is searched, one a time: the fields, and what of the document no field says."""
    texts = [document["title"], document["ref"], *document["numbers"], *document["places"]]
    for code, written in fields.items():
        if levels.get(code) != "silent":
            texts += written
    for part in _OTHER_TEXTS:
        texts += document.get(part, ())
    if text := document.get("text"):
        texts.append(text)
    return [read[text] for text in dict.fromkeys(texts)]


def _shown(document: Mapping[str, Any]) -> list[str]:
    return [document.get(key, "") for key in ("iri", "base", "ref", "title", "summary", "image", "point", "changed")]


def _boosted(document: Mapping[str, Any], fields: Mapping[str, list[str]], levels: Mapping[str, str], read: _Read) -> dict[str, str]:
    """Words by how much their field counts: the title and what ``boosted`` of the document names, beside the fields by their boost."""
    texts: dict[str, list[str]] = {"top": [document["title"]], "high": [], "middle": list(document["places"])}
    for name, more in document.get("boosted", {}).items():
        texts[name] += more
    for code, written in fields.items():
        if (level := levels.get(code)) and level != "silent":
            texts[level] += written
    return {name: " ".join([word for text in dict.fromkeys(found) for word in read[text]]) for name, found in texts.items() if found}


def _criteria(fields: Mapping[str, list[str]], read: _Read) -> dict[str, list[str]]:
    """What advanced search looks up, field by field."""
    found: dict[str, list[str]] = {"has": list(fields), "field": [], "strict": [], "value": []}
    field, strict, value = found["field"], found["strict"], found["value"]
    for code, texts in fields.items():
        start = f"{code}:"
        mark = " " + start
        for text in texts:
            if words := read[text]:
                field.append(start + mark.join(words))
            strict.append(start + mark.join((TITLE_BEGINS, *as_written(text), TITLE_ENDS)))
            value.append(value_key(code, " ".join(words)))
    return found


def as_written(text: str) -> list[str]:
    """The words of a text with their case and accents, and its signs: but for the commas and hyphens that only part words."""
    return _SIGNS_AND_WORDS.findall(text[:LONGEST_TEXT])


def value_key(code: str, text: str) -> str:
    """The key of one value of a field: its text, or its beginning and a hash of the rest."""
    if len(text) <= LONGEST_KEY:
        return f"{code}:{text}"
    return f"{code}:{text[:LONGEST_KEY]}\x01{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def _counted(document: Mapping[str, Any]) -> dict[str, list[str]]:
    facets: dict[str, list[str]] = {
        **document.get("facets", {}),
        "base": [document["base"]],
        "century": centuries(document.get("year", ""), document.get("end", "")),
        "image": ["oui" if document["image"] else "non"],
        "located": ["oui" if document.get("point") else "non"],
    }
    return {
        FACET_FIELDS[name]: list(dict.fromkeys([value[:LONGEST_VALUE] for value in values if value]))
        for name, values in facets.items()
        if values and name in FACET_FIELDS
    }


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


def _orders(document: Mapping[str, Any], title: str, ref: str, read: _Read) -> dict[str, Any]:
    base, whole = document["base"], f"{document['base']}\x01{ref}\x01{document['ref']}"
    place = " ".join(read[document["places"][0]]) if document["places"] else ""
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
