"""Record in, values of its facets out: spelled as a page shows them, one spelling for one thing as far as a notice alone can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pop_ld import resources
from pop_ld.bases import Base, Field
from pop_ld.notices import Record
from pop_ld.search import words as french

Written = Mapping[str, Sequence[str]]
_SHOUTED = 5
"""Letters of the longest word from which capitals alone are no abbreviation."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where values of a facet come from: what ``of`` makes of each item of the record or, without, of each text as written."""

    facet: str
    code: str
    of_items: bool
    of: Callable[[Any], str]


class Facets:
    """Compiled once for a base; a call gives {facet: values} of a notice, each value once, a facet without a value absent.

    ``region``, ``department`` and ``commune`` are those of the notice's places; where these say none, the fields that feed them do
    (in Joconde they are the museum's, as on POP). ``quality`` is not of a record: publication knows it.
    """

    def __init__(self, base: Base) -> None:
        sources = [_source(field) for field in base.searched.values() if field.facet]
        self._plain = [source for source in sources if source.facet not in _PLACES]
        self._places = [source for source in sources if source.facet in _PLACES]

    def __call__(self, record: Record, written: Written, producer: str) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {}
        for source in self._plain:
            if source.code in record or source.code in written:
                found.setdefault(source.facet, {}).update(dict.fromkeys(_values(source, record, written)))
        if "place" in record:
            _of_places(record["place"], found)
        if self._places:
            self._of_fields(written, found)
        if producer:
            found["producer"] = {producer: None}
        if rights := record.get("rights"):
            found["rights"] = {rights: None}
        return {facet: list(values) for facet, values in found.items() if values}

    def _of_fields(self, written: Written, found: dict[str, dict[str, None]]) -> None:
        """What the places do not say."""
        texts: dict[str, dict[str, None]] = {facet: {} for facet in _PLACES}
        for source in self._places:
            texts[source.facet].update(dict.fromkeys(map(source.of, written.get(source.code, ()))))
        codes = list(filter(None, map(_department_code, found.get("department") or texts["department"])))
        code = codes[0] if len(codes) == 1 else ""
        texts["commune"] = {commune(name, code): None for name in texts["commune"]}
        found.update({facet: values for facet, values in texts.items() if values and not found.get(facet)})


def _values(source: _Source, record: Record, written: Written) -> Iterator[str]:
    found = record.get(source.code, ()) if source.of_items else written.get(source.code, ())
    return filter(None, map(source.of, found))


def _of_places(places: Sequence[Mapping[str, str]], found: dict[str, dict[str, None]]) -> None:
    for facet, key in (("region", "region_label"), ("department", "department_label")):
        found[facet] = dict.fromkeys(place[key] for place in places if key in place)
    named = (place for place in places if place["label"] != place.get("insee"))
    found["commune"] = dict.fromkeys(commune(place["label"], place.get("department_code", "")) for place in named)


def commune(name: str, department: str) -> str:
    """``Sens (89)``: always with the department where it is known, for 1,500 names are those of several communes."""
    return f"{name} ({department})" if department else name


def capital(text: str) -> str:
    """With a capital first letter, as POP shows its values (FACTS b): ``sculpture`` and ``Sculpture`` are one."""
    return text[:1].upper() + text[1:]


def quiet(text: str) -> str:
    """The same for a concept that is shouted: ``MINE DE PLOMB`` is ``Mine de plomb``; ``PVC`` stays, and ``XIXE SIECLE``."""
    shouted = text.isupper() and "SIECLE" not in text and "SIÈCLE" not in text and max(map(len, text.split())) >= _SHOUTED
    return capital(text.lower() if shouted else text)


def _same(text: str) -> str:
    return text


def _name(item: Mapping[str, str]) -> str:
    """A person without role, dates and doubt: ``SAUVAGEOT Lucien``, as museums write, wherever surname and forename are told apart."""
    if "family" in item and "given" in item:
        return f"{item['family'].upper()} {item['given']}"
    name = item.get("name", "")
    return capital(name) if "anonymous" in item else name


def _label(item: Mapping[str, str]) -> str:
    """The concept's own label, else the one written, without the count or state beside it."""
    return quiet(item.get("pref") or item.get("lookup") or item.get("label", ""))


def _museum(item: Mapping[str, str]) -> str:
    return item.get("museum", "")


def _source(field: Field) -> _Source:
    parser = field.parser.partition(":")[0]
    if field.facet in _PLACES:
        return _Source(field.facet, field.path, False, _PLACES[field.facet])
    if parser in _OF_ITEMS:
        return _Source(field.facet, field.path, True, _OF_ITEMS[parser])
    return _Source(field.facet, field.path, False, _same if field.facet == "author" else capital)


_OF_ITEMS: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(("person", "people", "names"), _name),
    **dict.fromkeys(("concept", "missing", "period", "protection", "subjects", "techniques", "terms"), _label),
    "museum": _museum,
}


# Regions and departments of fields that are plain text ----------------------------------------------------------------------


@cache
def _regions() -> dict[str, str]:
    """Folded name -> name of today's region (mappings/regions.csv, departements.csv)."""
    found = {_folded(row["region"]): row["region"] for row in resources.table("departements.csv") if row["region"]}
    return found | {_folded(row["former"]): row["region"] for row in resources.table("regions.csv")}


@cache
def _departments() -> dict[str, tuple[str, str]]:
    """Folded code or name -> (code, name)."""
    found: dict[str, tuple[str, str]] = {}
    for row in resources.table("departements.csv"):
        for text in (row["code"], row["code"].lstrip("0"), row["name"], *filter(None, row["other_names"].split("|"))):
            found[_folded(text)] = (row["code"], row["name"])
    return found


def _folded(text: str) -> str:
    return " ".join(french.words(text))


@lru_cache(maxsize=1_000)
def _region(text: str) -> str:
    return _regions().get(_folded(text), text)


@lru_cache(maxsize=1_000)
def _department(text: str) -> str:
    return _departments().get(_folded(text), ("", text))[1]


@lru_cache(maxsize=1_000)
def _department_code(text: str) -> str:
    return _departments().get(_folded(text), ("", text))[0]


_PLACES: Mapping[str, Callable[[str], str]] = {"region": _region, "department": _department, "commune": _same}
