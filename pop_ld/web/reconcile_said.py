"""What the reconciliation service says, as JSON of either version: manifests, candidates, suggestions, values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pop_ld import __version__, iris
from pop_ld.bases import load_bases
from pop_ld.formats.words import say
from pop_ld.reconciliation.extending import OF_ALL, OF_NOTICES, OF_THINGS, Asked, Row, Value, proposed
from pop_ld.reconciliation.scoring import Candidate
from pop_ld.reconciliation.tables import NOTICE, known, of_type, properties, types, weights
from pop_ld.web.reconcile_asked import EXACT, MOST_QUERIES

Said = dict[str, Any]
PREVIEW = {"width": 430, "height": 300}
"""Pixels of a preview."""
OLD, NEW = "0.2", "1.0-draft"


# Manifests -----------------------------------------------------------------------------------------------------------------------


def manifest(root: str, site: str, lang: str) -> Said:
    """The manifest of version 0.2 (§3.1); ``root`` is the scheme and host that the client asked."""
    service = f"{root}/reconcile"
    suggest = {
        kind: {
            "service_url": root,
            "service_path": f"/reconcile/suggest/{kind}",
            "flyout_service_url": root,
            "flyout_service_path": f"/reconcile/flyout/{kind}?id=${{id}}",
        }
        for kind in ("entity", "type", "property")
    }
    settings = [{**one, "label": one["label"], "help_text": one["help"]} for one in _settings(lang)]
    return {
        **_shared(root, lang, OLD),
        "identifierSpace": f"{site}/id/",
        "schemaSpace": iris.ONTOLOGY,
        "view": {"url": service + "/view?id={{id}}"},
        "feature_view": {"url": service + "#{{id}}"},
        "preview": {"url": service + f"/preview?lang={lang}&id={{{{id}}}}", **PREVIEW},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/reconcile/properties"},
            "property_settings": [{key: one[key] for key in ("type", "default", "label", "name", "help_text")} for one in settings],
        },
    }


def new_manifest(root: str, lang: str) -> Said:
    """The manifest of version 1.0-draft (§3.1)."""
    settings = [
        {"type": one["type"], "default": one["default"], "id": one["name"], "name": one["label"], "helpText": one["help"]}
        for one in _settings(lang)
    ]
    return {
        **_shared(root, lang, NEW),
        "lang": lang,
        "dir": "ltr",
        "view": {"url": f"{root}/reconcile/view?id={{id}}"},
        "featureView": {"url": root + "/reconcile#{id}"},
        "preview": PREVIEW,
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {"proposeProperties": True, "propertySettings": settings},
        "standardizedScore": True,
    }


def _shared(root: str, lang: str, version: str) -> Said:
    return {
        "versions": [version],
        "name": say(lang, "ui.reconcile_service"),
        "documentation": f"{root}/reconcile?lang={lang}",
        "logo": f"{root}/static/icon.svg",
        "serviceVersion": __version__,
        "defaultTypes": [type_said(name, lang) for name in types()],
        "batchSize": MOST_QUERIES,
    }


def _settings(lang: str) -> list[Said]:
    return [
        {
            "name": name,
            "type": kind,
            "default": default,
            "label": say(lang, f"ui.reconcile_{name}"),
            "help": say(lang, f"ui.reconcile_{name}_help"),
        }
        for name, kind, default in (("limit", "number", 0), ("count", "checkbox", False))
    ]


# Types and properties ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100)
def type_name(name: str, lang: str) -> str:
    """A type in words."""
    base = load_bases().get(name)
    return base.name.get(lang, name) if base else say(lang, f"ui.reconcile_type_{name}")


def type_said(name: str, lang: str) -> Said:
    """A type with its name, and for a base that its notices are notices."""
    found: Said = {"id": name, "name": type_name(name, lang)}
    if name in load_bases():
        found["broader"] = [{"id": NOTICE, "name": type_name(NOTICE, lang)}]
    return found


def types_said(prefix: str, lang: str) -> list[Said]:
    """The types whose id or name has what is typed."""
    found = [type_said(name, lang) for name in types() if _typed(prefix, name, type_name(name, lang))]
    for one in found:
        base = load_bases().get(one["id"])
        one["description"] = base.description.get(lang, "") if base else say(lang, f"ui.reconcile_type_{one['id']}_text")
    return found


def _typed(prefix: str, *texts: str) -> bool:
    return any(prefix.casefold() in text.casefold() for text in texts)


@lru_cache(maxsize=5_000)
def property_name(name: str, lang: str) -> str:
    """A property in words: general, of every thing, or a field by its POP code, as most bases call it."""
    if name in properties() or name == "field":
        return known(name).label[lang]
    if name in OF_ALL + OF_NOTICES + OF_THINGS:
        return say(lang, f"ui.reconcile_property_{name}")
    fields = [base.searched[name] for base in load_bases().values() if name in base.searched]
    labels = Counter(field.label if lang == "fr" else field.label_en or field.label for field in fields)
    return labels.most_common(1)[0][0] if labels else name


def properties_said(prefix: str, type_id: str, lang: str, *, qualified: bool = False) -> list[Said]:
    """Properties that a query may give of a type, or of any: general ones, then fields by code, whose id or name has the prefix."""
    wanted = [type_id] if type_id in types() else list(types())
    ids = dict.fromkeys(prop.id for name in wanted for prop in of_type(name))
    bases = [load_bases()[name] for name in wanted if name in load_bases()]
    fields = {code: base for base in reversed(bases) for code in base.searched}
    found: list[Said] = [
        {"id": name, "name": property_name(name, lang), "description": say(lang, "ui.reconcile_general")}
        for name in ids
        if _typed(prefix, name, property_name(name, lang))
    ]
    for code, base in sorted(fields.items()):
        label = base.searched[code].label if lang == "fr" else base.searched[code].label_en or base.searched[code].label
        if code not in ids and _typed(prefix, code, label):
            found.append({"id": code, "name": f"{label} ({code})", "description": base.name.get(lang, base.slug)})
    if qualified:
        for one in found:
            one["matchQualifiers"] = [{"id": EXACT, "name": say(lang, "ui.reconcile_exact")}]
    return found


def proposals(type_id: str, limit: int, lang: str) -> Said:
    """Properties that a type may be extended by; ``limit`` 0 is all of them."""
    found = [{"id": name, "name": property_name(name, lang)} for name in proposed(type_id)]
    return {"properties": found[:limit] if limit else found, "type": type_id, **({"limit": limit} if limit else {})}


# Candidates ----------------------------------------------------------------------------------------------------------------------


def feature_name(name: str, lang: str) -> str:
    """A feature in words."""
    return say(lang, f"ui.reconcile_feature_{name}") if name in weights() else property_name(name, lang)


def candidate(one: Candidate, lang: str, described: str = "", *, image: bool = False) -> Said:
    """A candidate; what there was nothing to compare with is no feature of it."""
    return {
        "id": one.id,
        "name": one.name or one.id,
        "description": one.description or described,
        "score": one.score,
        "match": one.match,
        "type": [{"id": one.kind, "name": type_name(one.kind, lang)}],
        "features": [
            {"id": name, "name": feature_name(name, lang), "value": round(value, 3)}
            for name, value in one.features.items()
            if value is not None
        ],
        **({"image": one.image} if image and one.image else {}),
    }


# Values --------------------------------------------------------------------------------------------------------------------------


def meta(asked: Iterable[Asked], lang: str) -> list[Said]:
    """The columns of an extension."""
    return [{"id": one.id, "name": property_name(one.id, lang)} for one in asked]


def extended(rows: Sequence[Row], asked: Sequence[Asked], lang: str) -> Said:
    """The rows of an extension in version 0.2."""
    told = {name: {pid: list(map(_value, given)) for pid, given in found.items()} for name, found in rows}
    return {"meta": meta(asked, lang), "rows": told}


def new_extended(rows: Sequence[Row], asked: Sequence[Asked], lang: str) -> Said:
    """The same in version 1.0-draft."""
    told = [{"id": name, "properties": _listed(found)} for name, found in rows]
    return {"meta": meta(asked, lang), "rows": told}


def _listed(found: Mapping[str, Sequence[Value]]) -> list[Said]:
    return [{"id": pid, "values": list(map(_value, given))} for pid, given in found.items()]


def _value(one: Value) -> Said:
    if one.id:
        return {"id": one.id, "name": str(one.value)}
    if isinstance(one.value, str):
        return {"str": one.value}
    return {"int": one.value} if isinstance(one.value, int) else {"float": one.value}
