"""Search documents made up for the contract, and what a question says of each, in plain Python: slow, short, and no engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pop_ld.search import words as french
from pop_ld.search.entry import centuries
from pop_ld.search.question import Box, Criterion, Group, Question
from pop_ld.search.texts import as_written

Document = dict[str, Any]
SITE = "https://site.example/id"


def document(ref: str, title: str, base: str = "palissy", **more: Any) -> Document:
    """A search document with what every one has, and more."""
    empty: Document = {"summary": "", "image": "", "text": "", "names": [], "places": [], "terms": [], "numbers": [], "fields": {}}
    return {**empty, "iri": f"{SITE}/{base}/{ref}", "base": base, "ref": ref, "title": title, **more}


def holds(found: Document, question: Question, *, without: str = "") -> bool:
    """Whether a notice is in the answer; ``without`` leaves a facet's filter out. Words are plain ones that are all to be there."""
    asked = set(french.stems(french.words(question.words)))
    return (
        (not asked or asked <= set(french.stems([word for text in _texts(found) for word in french.words(text)])))
        and all(name == without or set(values) & set(facet_values(found, name)) for name, values in question.filters)
        and (question.criteria is None or _group(found, question.criteria))
        and _overlaps(found, *question.years)
        and (question.box is None or _within(found, question.box))
        and (not question.iris or found["iri"] in question.iris)
    )


def answer(documents: Iterable[Document], question: Question) -> set[str]:
    """The IRIs of the notices of an answer."""
    return {each["iri"] for each in documents if holds(each, question)}


def counts(documents: Iterable[Document], question: Question, facet: str) -> list[tuple[str, int]]:
    """Every value of a facet under the other filters, most first, then by text."""
    found = Counter(
        value for each in documents if holds(each, question, without=facet) for value in dict.fromkeys(facet_values(each, facet))
    )
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def facet_values(found: Document, facet: str) -> Sequence[str]:
    """The values of a facet that a notice has."""
    own = {
        "base": [found["base"]],
        "century": centuries(found.get("year", ""), found.get("end", "")),
        "image": ["oui" if found["image"] else "non"],
        "located": ["oui" if found.get("point") else "non"],
    }
    values: Sequence[str] = own.get(facet) or found.get("facets", {}).get(facet, ())
    return values


def key(found: Document, order: str) -> tuple[Any, ...]:
    """What of a notice an order goes by; equal keys go by base and REF where the order says so."""
    ref = (found["base"], french.number(found["ref"]), found["ref"])
    title, place = (" ".join(french.words(text)) for text in (found["title"], next(iter(found["places"]), "")))
    year, day = found.get("year", ""), found.get("changed", "")
    keys: dict[str, tuple[Any, ...]] = {
        "ref": ref,
        "title": (title[:80], ref),
        "place": (not place, place[:40], title[:40], ref),
        "date": (not year, int(year or 0)),
        "-date": (not year, -int(year or 0)),
        "-changed": (not day, [-ord(c) for c in day]),
    }
    return keys[order]


def _texts(found: Document) -> list[str]:
    lists = [text for name in ("numbers", "places", "names", "terms") for text in found[name]]
    return [found["title"], found["ref"], found["text"], *lists, *(text for texts in found["fields"].values() for text in texts)]


def _overlaps(found: Document, first: int | None, last: int | None) -> bool:
    if first is None and last is None:
        return True
    if not (year := found.get("year", "")):
        return False
    end = max(int(found.get("end") or year), int(year))
    return (first is None or end >= first) and (last is None or int(year) <= last)


def _within(found: Document, box: Box) -> bool:
    if not found.get("point"):
        return False
    lat, long = map(float, found["point"].split())
    inside = box.west <= long <= box.east if box.west <= box.east else long >= box.west or long <= box.east
    return inside and box.south <= lat <= box.north


def _group(found: Document, group: Group) -> bool:
    said = [_group(found, part) if isinstance(part, Group) else _criterion(found, part) for part in group.parts]
    return all(said) if group.joined == "and" else any(said)


def _criterion(found: Document, criterion: Criterion) -> bool:
    """``contains``, ``equals``, ``begins``, ``exists`` and their opposites, of words or as written."""
    if criterion.base not in ("", found["base"]):
        return False
    name, strict = criterion.operator.removesuffix("!"), criterion.operator.endswith("!")
    opposite = {"lacks": "contains", "differs": "equals", "absent": "exists"}.get(name)
    texts = found["fields"].get(criterion.code, ())
    said = any(_says(text, criterion.value, opposite or name, strict) for text in texts)
    return not said if opposite else said


def _says(text: str, value: str, name: str, strict: bool) -> bool:
    if name == "exists":
        return True
    if name == "contains":
        there, asked = (as_written(text), as_written(value)) if strict else (french.words(text), french.words(value))
        *before, last = asked
        runs = (there[start : start + len(asked)] for start in range(len(there) - len(asked) + 1))
        return any(run[:-1] == before and run[-1].startswith(last) for run in runs)
    text, value = (" ".join(each.split() if strict else french.words(each)) for each in (text, value))
    return text == value if name == "equals" else text.startswith(value)
