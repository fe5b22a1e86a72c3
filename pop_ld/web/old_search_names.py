"""What an address of a search on POP may hold: the names of mappings/old-searches.csv, values in JSON, rules of an advanced search."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pop_ld import resources
from pop_ld.bases import fold_header, load_bases

_FIELD_TYPE = re.compile(r"\.(?:keyword|strict|sort)\Z")


@dataclass(frozen=True)
class Names:
    """What mappings/old-searches.csv says: parameter -> (kind, facets, codes), operator -> ours, code -> code of now."""

    parameters: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]]
    operators: Mapping[str, str]
    codes: Mapping[str, str]

    def facet_of(self, code: str) -> str:
        """The one facet that a parameter of this code alone feeds, "" for none."""
        return next((facets[0] for _, facets, codes in self.parameters.values() if codes == (code,) and len(facets) == 1), "")


@cache
def names() -> Names:
    """The table, read once."""
    lines = resources.table("old-searches.csv")
    return Names(
        {
            line["old"]: (line["kind"], tuple(line["new"].split()), tuple(line["codes"].split()))
            for line in lines
            if line["kind"] not in ("operator", "code")
        },
        {line["old"]: line["new"] for line in lines if line["kind"] == "operator"},
        {line["old"]: line["codes"] for line in lines if line["kind"] == "code"},
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_json(text: str) -> bool:
    """Whether a text is a list in JSON."""
    return isinstance(_json(text), list)


def values_of(text: str) -> list[str]:
    """``["a","b"]``, ``"a"`` or ``a`` -> texts."""
    found = _json(text) if text.startswith(("[", '"')) else text
    return texts(text if found is None else found)


def texts(found: Any) -> list[str]:
    """The texts and numbers of what was read of JSON."""
    if isinstance(found, list):
        return [one if isinstance(one, str) else str(one) for one in found if isinstance(one, (str, int, float))]
    return [str(found)] if isinstance(found, (str, int, float)) else []


def rules_of(text: str) -> list[Mapping[str, Any]]:
    """The rules of a ``qb``; [] for any other text."""
    found = _json(text)
    return [rule for rule in found if isinstance(rule, dict)] if isinstance(found, list) else []


def of_old(rule: Mapping[str, str]) -> Mapping[str, Any]:
    """A rule of the addresses before 2019: ``ET`` and ``OU``, a bare code."""
    joined = "OR" if rule.get("combinator") == "OU" else "AND"
    return {"field": rule.get("key", ""), "operator": rule.get("operator", ""), "value": rule.get("value", ""), "combinator": joined}


def codes_of(rule: Mapping[str, Any]) -> list[str]:
    """The POP codes that a rule looks at: one, or a group of them."""
    return [_FIELD_TYPE.sub("", code) for code in texts(rule.get("field"))]


def join_of(rule: Mapping[str, Any]) -> str:
    """How a rule is joined to those before it."""
    return "or" if rule.get("combinator") == "OR" else "and"


def base_named(text: str) -> str:
    """The slug of a base from its slug or any of its names; "" for none."""
    wanted = fold_header(text[:200])
    for slug, base in load_bases().items():
        if wanted and wanted in map(fold_header, (slug, *base.name.values(), *base.short.values(), *base.aliases)):
            return slug
    return ""
