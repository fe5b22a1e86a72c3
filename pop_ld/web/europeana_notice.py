"""/europeana/notice: one notice as Europeana would rate it now, each rule explained to its producer, with the fields that would help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.europeana import PATTERNS, Assessment, advice, assess
from pop_ld.europeana.media import CAPS, LARGE, MEDIUM, SMALL, classify
from pop_ld.europeana.metadata import GROUPS, KINDS, TIERS
from pop_ld.formats.edm_aggregation import data_rights
from pop_ld.formats.graph import best_label
from pop_ld.formats.naming import notice_base
from pop_ld.formats.source import Source
from pop_ld.formats.words import say
from pop_ld.web.europeana import answer, media_type_of, tiers
from pop_ld.web.negotiation import language
from pop_ld.web.respond import html, packed
from pop_ld.web.state import serving

_LONGEST = 2_000
"""Characters of an IRI that are read."""
_KINDS = {"edm:Agent": "agent", "skos:Concept": "concept", "edm:Place": "place", "edm:TimeSpan": "time"}


def notice(request: Request) -> Response:
    """GET /europeana/notice[.json]?iri=: the IRI of a notice or of its document. Raises NotFound, NotAcceptable."""
    now = serving(request)
    media_type, lang = media_type_of(request, request.path_params.get("suffix", "")), language(request)
    iri = request.query_params.get("iri", "")[:_LONGEST]
    thing = iris.thing_of(now.site, iri)
    base = notice_base(now.site, thing)
    triples = now.reader.describe(thing) if base else []
    if not triples:
        raise NotFound(f"no notice has the IRI {iri[:100]!r}")
    source = now.source(thing, triples)
    found, stamp = tiers(request, now)
    ref = iris.unkey(thing.rsplit("/", 1)[-1])

    def make() -> bytes:
        known = found.get(base, ref)
        about = explained(source, assess(source), lang, known.patterns if known else None)
        if media_type != "text/html":
            return packed({"iri": thing, "base": base, "ref": ref, **about})
        page = iris.local(now.site, iris.thing_to_document(now.site, thing))
        title = best_label(source.labels([thing]).get(thing, ()), "fr") or ref
        context = {"slug": base, "ref": ref, "title": title, "here": page, "about": about, "tiers": TIERS, "iri": thing}
        context["pixels"] = about["content"]["pixels"]
        return html(request, "europeana_notice.html", lang, **context)

    return answer(request, f"{stamp} {lang}", "application/json" if media_type == "text/csv" else media_type, make)


def explained(source: Source, found: Assessment, lang: str, several: Sequence[str] | None) -> dict[str, Any]:
    """An assessment in words. ``several`` are the patterns that the whole release's pass found, None where there was none: P1 is of it."""
    base = source.base.slug if source.base else ""
    metadata = found.metadata
    patterns = [*(["P1"] if several and "P1" in several else []), *found.patterns]
    return {
        "delivered": not found.reason,
        "reason": _item("reason", found.reason, base, lang) if found.reason else None,
        "metadata": {
            "tier": metadata.tier,
            "classifiers": [_language(found, lang), _enabling(found, base, lang), _context(found, base, lang)],
        },
        "content": _content(source, found, base, lang),
        "patterns": [_item("pattern", key, base, lang) for key in patterns],
        "pattern_names": list(PATTERNS),
        "several_known": several is not None,
        "raises": [_item("raise", key, base, lang) for key in found.raises],
    }


def _item(what: str, key: str, base: str, lang: str) -> dict[str, Any]:
    """Something to do: its key, its words, the fields of the base that help."""
    return {"key": key, "text": say(lang, f"ui.europeana_{what}_{key}"), "fields": _fields(key, base, lang)}


def _fields(key: str, base: str, lang: str) -> list[dict[str, str]]:
    known = load_bases()[base].fields
    return [
        {"code": code, "label": known[code].label if lang == "fr" else known[code].label_en, "href": f"/dataset/{base}#{code}"}
        for code in advice.fields(key, base)
        if code in known
    ]


def _classifier(name: str, tier: str, found: Iterable[str], missing: Iterable[dict[str, Any]], lang: str, **values: Any) -> dict[str, Any]:
    none = name == "context" and not values["n"]
    said = say(lang, "ui.europeana_context_none") if none else say(lang, f"ui.europeana_{name}_said", **values)
    rule = say(lang, f"ui.europeana_{name}_rule")
    title = say(lang, f"ui.europeana_{name}")
    return {"name": name, "title": title, "tier": tier, "said": said, "rule": rule, "found": list(found), "missing": list(missing)}


def _language(found: Assessment, lang: str) -> dict[str, Any]:
    metadata = found.metadata
    spoken, all_ = len(metadata.qualified) - len(metadata.unspoken), len(metadata.qualified)
    missing = [{"key": curie, "text": say(lang, "ui.europeana_unspoken", name=curie), "fields": []} for curie in sorted(metadata.unspoken)]
    return _classifier("language", metadata.language, (), missing, lang, spoken=spoken, all=all_)


def _enabling(found: Assessment, base: str, lang: str) -> dict[str, Any]:
    metadata = found.metadata
    missing = [_item("raise", f"enabling_{group}", base, lang) for group in GROUPS if group not in metadata.groups]
    there = [
        f"{curie} ({', '.join(_group(group, lang) for group in sorted(groups))})" for curie, groups in sorted(metadata.elements.items())
    ]
    return _classifier("enabling", metadata.enabling, there, missing, lang, n=len(metadata.elements), groups=len(metadata.groups))


def _group(name: str, lang: str) -> str:
    return say(lang, f"ui.europeana_group_{name}")


def _context(found: Assessment, base: str, lang: str) -> dict[str, Any]:
    metadata = found.metadata
    wanted = [(kind, "complete" if kind in metadata.incomplete else "name") for kind in KINDS if kind not in metadata.complete]
    missing = [_item("raise", f"{verb}_{_KINDS[kind]}", base, lang) for kind, verb in wanted]
    there = [say(lang, f"ui.europeana_kind_{_KINDS[kind]}") for kind in KINDS if kind in metadata.complete]
    return _classifier("context", metadata.context, there, missing, lang, n=len(metadata.complete))


def _content(source: Source, found: Assessment, base: str, lang: str) -> dict[str, Any]:
    media = found.media
    other = {size: classify(found.record, size).tier for size in (0, SMALL, MEDIUM, LARGE)}
    keys = [key for key in found.raises if key.startswith("image")]
    return {
        "tier": media.tier,
        "before": media.before,
        "images": media.images,
        "left_out": found.unstated,
        "pixels": media.pixels,
        "reuse": media.reuse,
        "cap": CAPS.get(media.reuse),
        "rights": data_rights(source),
        "by_pixels": other,
        "missing": [_item("raise", key, base, lang) for key in keys],
    }
