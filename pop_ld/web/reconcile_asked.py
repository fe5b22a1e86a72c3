"""JSON of either version of the reconciliation API in, queries out; whatever is wrong is told with the query that it is in."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from math import isfinite
from typing import Any, NoReturn

from pop_ld.reconciliation.asked import LIMIT, LONGEST_VALUE, MOST, MOST_CONDITIONS, MOST_VALUES, Condition, Query
from pop_ld.reconciliation.extending import MOST_IDS, MOST_PROPERTIES, Asked
from pop_ld.reconciliation.tables import types
from pop_ld.web.errors import BadRequest, BatchTooLarge

MOST_QUERIES = 200
"""Queries of a batch: ``batchSize`` of the manifests."""
LARGEST = 2_000_000
"""Bytes of a batch."""
EXACT = "exact"
"""The one way to match (1.0-draft ``matchQualifier``) beside ours: the same text but for case, accents and signs."""
_STRICT = ("any", "should", "all")
_QUANTIFIERS = ("any", "all", "none")
_MATCHES = ("name", "id", "property")
_ID_PROPERTY = "id"


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text. Raises BadRequest."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"this is no JSON that can be read: {str(error)[:120]}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def batch(data: Any) -> dict[str, Query]:
    """The queries of version 0.2 by their keys. Raises BadRequest, BatchTooLarge."""
    if not isinstance(data, dict):
        raise BadRequest("queries wants an object: one key for each query")
    _few(data, MOST_QUERIES, "queries")
    return {key: _old(data[key], f"query {key[:40]!r}") for key in data}


def _old(data: Any, where: str) -> Query:
    _object(data, where, ("query", "type", "limit", "properties", "type_strict"))
    given = _list(data.get("properties", []), f"{where}: properties")
    if "query" not in data and not given:
        raise BadRequest(f"{where}: query or properties is missing")
    conditions = [Condition("name", (name,))] if (name := _string(data.get("query", ""), f"{where}: query")) else []
    for one in given[:MOST_CONDITIONS]:
        _object(one, f"{where}: properties")
        pid = _string(one.get("pid"), f"{where}: pid")
        if "v" not in one:
            raise BadRequest(f"{where}: v is missing")
        conditions.append(_condition("property", pid, _values(one["v"], where)))
    named = data.get("type", [])
    names = [_string(name, f"{where}: type") for name in (named if isinstance(named, list) else [named] if named else [])]
    strict = data.get("type_strict", "any")
    if strict not in _STRICT:
        raise BadRequest(f"{where}: type_strict is one of {', '.join(_STRICT)}")
    return Query(_said(conditions), _types(names, where), strict, _limit(data.get("limit"), where))


def new_batch(data: Any) -> list[Query]:
    """The queries of version 1.0-draft, in order. Raises BadRequest, BatchTooLarge."""
    _object(data, "the batch")
    queries = _list(data.get("queries"), "queries")
    _few(queries, MOST_QUERIES, "queries")
    return [_new(one, f"query {number}") for number, one in enumerate(queries)]


def _new(data: Any, where: str) -> Query:
    _object(data, where, ("type", "limit", "lang", "dir", "conditions"))
    given = _list(data.get("conditions"), f"{where}: conditions")
    if not given:
        raise BadRequest(f"{where}: conditions is empty")
    conditions = [_new_condition(one, where) for one in given[:MOST_CONDITIONS]]
    name = _string(data.get("type", ""), f"{where}: type")
    return Query(_said(conditions), _types([name] if name else [], where), "any", _limit(data.get("limit"), where))


def _new_condition(data: Any, where: str) -> Condition:
    _object(data, f"{where}: a condition")
    kind = data.get("matchType")
    if kind not in _MATCHES:
        raise BadRequest(f"{where}: matchType is one of {', '.join(_MATCHES)}")
    pid = _string(data.get("propertyId", ""), f"{where}: propertyId")
    if kind == "property" and not pid:
        raise BadRequest(f"{where}: propertyId is missing")
    if "propertyValue" not in data:
        raise BadRequest(f"{where}: propertyValue is missing")
    quantifier = data.get("matchQuantifier", "any")
    if quantifier not in _QUANTIFIERS:
        raise BadRequest(f"{where}: matchQuantifier is one of {', '.join(_QUANTIFIERS)}")
    required, qualifier = data.get("required", False), data.get("matchQualifier", "")
    if not isinstance(required, bool):
        raise BadRequest(f"{where}: required is true or false")
    if qualifier not in ("", EXACT):
        raise BadRequest(f"{where}: matchQualifier is {EXACT}, or left out")
    return _condition(kind, pid, _values(data["propertyValue"], where), required, quantifier, bool(qualifier))


def _condition(
    kind: str, pid: str, values: tuple[str, ...], required: bool = False, quantifier: str = "any", exact: bool = False
) -> Condition:
    """The property ``id`` is the identifier itself, as in :func:`pop_ld.reconciliation.notices.iri_of`."""
    if kind == "property" and pid != _ID_PROPERTY:
        return Condition(kind, values, pid, required, quantifier, exact)
    return Condition("id" if kind == "property" else kind, values, "", required, quantifier, exact)


def _said(conditions: list[Condition]) -> tuple[Condition, ...]:
    """The conditions that have a value."""
    return tuple(one for one in conditions if one.values)


def extension(data: Any) -> tuple[list[str], list[Asked]]:
    """(identifiers, properties) of a request for data extension, which is the same in both versions. Raises BadRequest, BatchTooLarge."""
    _object(data, "the request")
    ids = [_string(name, "ids") for name in _list(data.get("ids"), "ids")]
    asked = [_asked(one) for one in _list(data.get("properties"), "properties")]
    _few(ids, MOST_IDS, "ids")
    _few(asked, MOST_PROPERTIES, "properties")
    return list(dict.fromkeys(ids)), list({one.id: one for one in asked}.values())


def _asked(data: Any) -> Asked:
    _object(data, "properties")
    settings = data.get("settings") or {}
    _object(settings, "settings")
    limit = settings.get("limit") or 0
    if isinstance(limit, str) and limit.strip().isascii() and limit.strip().isdigit():
        limit = int(limit.strip()[:9])
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 <= limit < 1e9:
        raise BadRequest("settings: limit wants a number")
    count = settings.get("count", False)
    return Asked(_string(data.get("id"), "properties: id"), int(limit), count is True or count in ("on", "true"))


# Parts -------------------------------------------------------------------------------------------------------------------------


def _object(data: Any, where: str, keys: Collection[str] = ()) -> None:
    if not isinstance(data, dict):
        raise BadRequest(f"{where} wants an object")
    if keys and (others := data.keys() - set(keys)):
        raise BadRequest(f"{where}: {min(others)[:40]!r} is none of {', '.join(keys)}")


def _list(data: Any, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise BadRequest(f"{where} wants a list")
    return data


def _string(data: Any, where: str) -> str:
    if not isinstance(data, str):
        raise BadRequest(f"{where} wants a text")
    return _clean(data)


def _clean(text: str) -> str:
    """What counts of a text; half of a pair is a question mark."""
    return text[:LONGEST_VALUE].encode("utf-8", "replace").decode().replace("\0", " ").strip()


def _values(data: Any, where: str) -> tuple[str, ...]:
    """The values that are no empty text."""
    given = data if isinstance(data, list) else [data]
    return tuple(filter(None, (_value(one, where) for one in given[:MOST_VALUES])))


def _value(data: Any, where: str) -> str:
    """A text, a number, whether something is, or a thing that was reconciled already: its name where it is told."""
    if isinstance(data, str):
        return _clean(data)
    if isinstance(data, bool):
        return "oui" if data else "non"
    if isinstance(data, int) or (isinstance(data, float) and isfinite(data)):
        return str(int(data)) if abs(data) < 1e15 and data == int(data) else str(data)[:LONGEST_VALUE]
    if isinstance(data, Mapping) and isinstance(data.get("id"), str):
        name = data.get("name")
        return _clean(name if isinstance(name, str) and name.strip() else data["id"])
    raise BadRequest(f"{where}: a value is a text, a number, true or false, or an object with an id")


def _types(names: list[str], where: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(filter(None, names)))
    if unknown := [name for name in found if name not in types()]:
        raise BadRequest(f"{where}: type {unknown[0][:40]!r} is none of {', '.join(types())}")
    return found


def _limit(data: Any, where: str) -> int:
    if data is None:
        return LIMIT
    if isinstance(data, str) and data.isascii() and data.isdigit():
        data = int(data[:9])
    if isinstance(data, bool) or not isinstance(data, int | float) or not 0 < data < 1e12 or data != int(data):
        raise BadRequest(f"{where}: limit wants a positive whole number")
    return min(int(data), MOST)


def _few(given: Collection[Any], most: int, name: str) -> None:
    if len(given) > most:
        raise BatchTooLarge(f"{len(given)} {name} are too many for one request, which takes {most}")
