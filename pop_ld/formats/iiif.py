"""A notice's triples in, its IIIF Presentation 3 manifest out (https://iiif.io/api/presentation/3.0/): one canvas for each image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from pop_ld import iris, resources
from pop_ld.errors import NotFound
from pop_ld.formats import BY_SUFFIX, HTML
from pop_ld.formats.graph import best_label
from pop_ld.formats.images import Image, address, images, media_type
from pop_ld.formats.page import title_of
from pop_ld.formats.profiles import BY_NAME
from pop_ld.formats.source import Source
from pop_ld.formats.words import LANGUAGES, one_line, plain, rights, say

Node: TypeAlias = dict[str, Any]

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
SIDE = 1000
"""Width and height of every canvas: IIIF wants them and POP does not know its images' sizes (docs/how-to/linked-art-and-iiif.md)."""

_RIGHTS = re.compile(r"^http://(?:creativecommons\.org/(?:licenses|publicdomain)|rightsstatements\.org/vocab)/[\w./-]+$")
"""The values that ``rights`` may have (Presentation 3.0 §3.2): the ``http`` forms alone."""

_FACTS = (
    ("type", iris.ONTOLOGY + "DENO"),
    ("type", iris.DCTERMS + "type"),
    ("type", iris.CRM + "P2_has_type"),
    ("creator", iris.DCTERMS + "creator"),
    ("date", iris.DCTERMS + "temporal"),
    ("date", iris.DCTERMS + "created"),
    ("medium", iris.DCTERMS + "medium"),
    ("place", iris.DCTERMS + "spatial"),
    ("keeper", iris.CRM + "P50_has_current_keeper"),
    ("subject", iris.DCTERMS + "subject"),
)
"""Lines of metadata, each from the first of its properties that the thing has."""
_SUMMED = ("type", "creator", "date", "place")
_LISTED = 30
"""Most values of one line of metadata."""


def document(source: Source) -> Node:
    """The manifest. Raises NotFound for a thing without an image: a manifest has one canvas at least."""
    found = images(source.thing, source.graph)
    if not found:
        raise NotFound(f"{source.thing} has no image, and so no IIIF manifest")
    title, facts = plain(title_of(source.thing, source.graph, "fr")), _facts(source)
    manifest = f"{source.document}.manifest.json"
    made: Node = {"@context": CONTEXT, "id": manifest, "type": "Manifest", "label": {"fr": [_label(title)]}}
    summary = " · ".join(facts[name][0] for name in _SUMMED if name in facts)
    if summary:
        made["summary"] = {"fr": [_value(summary)]}
    made["metadata"] = _metadata(source, facts)
    made["requiredStatement"] = _attribution(source, found)
    same = {_allowed(image.rights) for image in found}
    if len(same) == 1 and "" not in same:
        made["rights"] = same.pop()
    made |= _around(source, title)
    made["thumbnail"] = [_content(found[0].url)]
    made["items"] = [_canvas(source, image, rank, len(found), title) for rank, image in enumerate(found, 1)]
    return made


def offered(source: Source) -> bool:
    """Whether the thing has a manifest: a notice with an image."""
    return source.base is not None and bool(images(source.thing, source.graph))


def _allowed(rights: str) -> str:
    """A statement or licence in the form that IIIF allows, "" where it has none."""
    http = rights.replace("https://", "http://", 1)
    return http if _RIGHTS.match(http) else ""


def _facts(source: Source) -> dict[str, list[str]]:
    """Key facts in French: name of a line of the interface texts -> its values."""
    found: dict[str, list[Literal | NamedNode]] = {}
    for name, predicate in _FACTS:
        if not found.get(name):
            found[name] = source.graph.values(source.thing, predicate)[:_LISTED]
    labels = source.labels(value.value for values in found.values() for value in values if isinstance(value, NamedNode))

    def text(value: Literal | NamedNode) -> str:
        if isinstance(value, Literal):
            return one_line(value.value)
        return one_line(best_label(labels.get(value.value, ()), "fr") or iris.last_part(value.value))

    return {name: [text(value) for value in values] for name, values in found.items() if values}


def _metadata(source: Source, facts: dict[str, list[str]]) -> list[Node]:
    lines = [_pair("ui.iiif_identifier", source.graph.texts(source.thing, iris.DCTERMS + "identifier"))]
    if source.base:
        lines.append({"label": _both("ui.iiif_base"), "value": {lang: [source.base.name[lang]] for lang in LANGUAGES}})
    lines += [_pair(f"ui.fact_{name}", facts[name]) for name in dict.fromkeys(name for name, _ in _FACTS) if name in facts]
    return [line for line in lines if any(line["value"].values())]


def _pair(key: str, values: Sequence[str]) -> Node:
    return {"label": _both(key), "value": {"fr": [_value(text) for text in dict.fromkeys(values)]}}


def _both(key: str, **values: Any) -> dict[str, list[str]]:
    return {lang: [say(lang, key, **values)] for lang in LANGUAGES}


@cache
def _credit_codes(base: str) -> tuple[str, ...]:
    """Fields that credit the images of a base, or state their rights (mappings/rights-fields.csv)."""
    return tuple(line["field"] for line in resources.table("rights-fields.csv") if line["base"] == base and line["what"] == "image")


def _attribution(source: Source, found: Iterable[Image]) -> Node:
    """What every viewer must show: the producer's credit as written, then each statement of rights in words."""
    base = source.base.slug if source.base else ""
    names = [iris.ONTOLOGY + name for code in _credit_codes(base) for name in (code, f"{base}-{code}")]
    names += [iris.DCTERMS + "rights"]
    credits = [one_line(text) for name in names for text in source.graph.texts(source.thing, name)]
    said = list(dict.fromkeys(image.rights for image in found if image.rights))
    value = {}
    for lang in LANGUAGES:
        texts = dict.fromkeys([*credits, *(rights(iri, lang) for iri in said)]) or {say(lang, "ui.iiif_provider"): None}
        value[lang] = [_value(text) for text in texts]
    return {"label": _both("ui.iiif_attribution"), "value": value}


def _around(source: Source, title: str) -> Node:
    """Who provides it, its pages, and the other formats of its document."""
    page = {"type": "Text", "format": HTML.media_type}
    homes = [{"id": source.document, **page, "label": _both("ui.iiif_page"), "language": list(LANGUAGES)}]
    for page_url in source.graph.iris(source.thing, iris.FOAF + "page"):
        if url := address(page_url):
            homes.append({"id": url, **page, "label": _both("ui.iiif_pop"), "language": ["fr"]})
    home = {"id": f"{source.site}/", **page, "label": _both("ui.iiif_home"), "language": list(LANGUAGES)}
    provider = {"id": f"{source.site}/", "type": "Agent", "label": _both("ui.iiif_provider"), "homepage": [home]}
    named = {"type": "Dataset", "label": {"fr": [_label(title)]}}
    also = [{"id": f"{source.document}.{name}", **named, "format": BY_SUFFIX[name].media_type} for name in ("ttl", "jsonld")]
    art = BY_NAME["linked-art"]
    also.append({"id": f"{also[1]['id']}?_profile={art.name}", **named, "format": also[1]["format"], "profile": art.iri})
    return {"provider": [provider], "homepage": homes, "seeAlso": also}


def _canvas(source: Source, image: Image, rank: int, total: int, title: str) -> Node:
    """Its IRIs have a query and no fragment (§3.1): they lead to the manifest, and ``#xywh=`` can still follow."""
    manifest = f"{source.document}.manifest.json"
    canvas = f"{manifest}?canvas={rank}"
    body = _content(image.url)
    painted = {"id": f"{manifest}?annotation={rank}", "type": "Annotation", "motivation": "painting", "body": body, "target": canvas}
    made: Node = {"id": canvas, "type": "Canvas", "height": SIDE, "width": SIDE}
    made["label"] = {"fr": [_label(title)]} if total == 1 else _both("ui.iiif_image", n=rank, total=total)
    if allowed := _allowed(image.rights):
        made["rights"] = allowed
    if image.rights:
        words = {lang: [rights(image.rights, lang)] for lang in LANGUAGES}
        made["requiredStatement"] = {"label": _both("ui.iiif_attribution"), "value": words}
    made["items"] = [{"id": f"{manifest}?page={rank}", "type": "AnnotationPage", "items": [painted]}]
    return made


def _content(url: str) -> Node:
    """An image as it is on its server, without sizes that nobody measured."""
    found = media_type(url)
    return {"id": url, "type": "Image", **({"format": found} if found else {})}


def _value(text: str) -> str:
    """A value that viewers show as it is: one that looks like HTML (§4.4.1: from ``<`` to ``>``) is escaped inside a ``span``."""
    text = plain(text)
    return f"<span>{escape(text)}</span>" if text.strip().startswith("<") and text.strip().endswith(">") else text


def _label(text: str) -> str:
    """A label, where HTML is not allowed: what looks like it begins with a zero-width space, so that no viewer takes it for HTML."""
    return f"\u200b{text}" if text.strip().startswith("<") and text.strip().endswith(">") else text
