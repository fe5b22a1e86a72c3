"""A thing in schema.org: the JSON-LD that its page embeds for search engines, and the same as triples for the profile ``schema``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pyoxigraph import Literal, Triple

from pop_ld import iris
from pop_ld.formats.crosswalk import data_provider, images
from pop_ld.formats.crosswalk import rules as dublin_core
from pop_ld.formats.crosswalk import values as found_by
from pop_ld.formats.page import title_of
from pop_ld.formats.schema_draft import Draft, Tree, expanded, finished, iso_dates
from pop_ld.formats.schema_parts import agent, picture, place, publisher, term, work
from pop_ld.formats.schema_types import PLACES, types_of
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable, plain

CONTEXT = "https://schema.org"
"""Names the vocabulary as search engines want it; nobody has to fetch it."""

DESCRIPTION = 1000
"""Most characters of a description: search engines cut it sooner."""

PICTURES = 10
"""Most images of one description."""

_LINES = re.compile(r"\s*[#£]\s*|\s+")
"""What stands for a line break in a producer's text (FACTS b), and line breaks."""

_AGENTS = frozenset({"Person", "Organization", "Thing"})


def embedded(source: Source, lang: str) -> Tree:
    """The JSON-LD of the thing's page, names in ``lang`` where they are known in it."""
    return {"@context": CONTEXT, **_tree(source, lang)}


def triples(source: Source) -> list[Triple]:
    """The triples of the JSON-LD that the French page embeds."""
    return list(dict.fromkeys(expanded(_tree(source, "fr"))))


def _tree(source: Source, lang: str) -> Tree:
    draft, types = Draft(source, lang), types_of(source)
    made: Tree = {"@type": list(types), "@id": source.thing, **_common(draft)}
    if PLACES & set(types):
        made |= place(draft, museum="Museum" in types)
    elif "DefinedTerm" in types:
        made |= term(draft)
    elif _AGENTS & set(types):
        made |= agent(draft, types[0])
    else:
        made |= work(draft, types)
    return finished(made, source.document)


def _common(draft: Draft) -> Tree:
    """What schema.org says of any Thing."""
    source = draft.source
    title = plain(title_of(source.thing, source.graph, draft.lang)).strip()
    names = {
        rule.term: [plain(v.value).strip() for v in found_by(source, rule)] for rule in _rules(source) if rule.term.endswith("alternative")
    }
    others = [text for texts in names.values() for text in texts if text != title]
    same = [*draft.iris(iris.FOAF + "page", iris.SKOS + "exactMatch", iris.OWL + "sameAs"), *source.same]
    links = [url for url in dict.fromkeys(same) if _web(url)]
    pictures = images(source, PICTURES)
    return {
        "name": title,
        "alternateName": list(dict.fromkeys(others)),
        "description": _description(source, title),
        "identifier": _identifiers(source),
        "url": source.document,
        "image": [picture(draft, image, title, first=n == 0) for n, image in enumerate(pictures)],
        "sameAs": links,
        "mainEntityOfPage": _page(draft),
    }


def _rules(source: Source) -> Sequence[Any]:
    return dublin_core(source.base.slug if source.base else "")


def _web(url: str) -> bool:
    return followable(url) and not url.startswith("mailto:")


def _description(source: Source, title: str) -> str:
    """The first text that mappings/dc.csv takes for a description and that is no repeated title, cut between words."""
    wanted = (rule for rule in _rules(source) if rule.element == iris.DC + "description")
    found = (plain(value.value).strip() for rule in wanted for value in found_by(source, rule) if isinstance(value, Literal))
    text = next((_LINES.sub(" ", text) for text in found if text != title), "")
    return text if len(text) <= DESCRIPTION else text[:DESCRIPTION].rsplit(" ", 1)[0] + "…"


def _identifiers(source: Source) -> list[Tree]:
    """The REF and the numbers of the object; ``propertyID`` names which (REF, INSEE of a commune, else the part of the notice)."""
    graph, thing = source.graph, source.thing
    found = [("REF" if source.base else "INSEE", text) for text in graph.texts(thing, iris.DCTERMS + "identifier")]
    for part in graph.iris(thing, iris.CRM + "P1_is_identified_by"):
        if iris.CRM + "E42_Identifier" in graph.iris(part, iris.RDF + "type"):
            kind = part.rpartition("#")[2].partition("-")[0]
            found += [(kind, plain(text)) for text in graph.texts(part, iris.CRM + "P190_has_symbolic_content")]
    return [{"@type": "PropertyValue", "propertyID": kind, "value": text} for kind, text in dict.fromkeys(found) if text.strip()]


def _page(draft: Draft) -> Tree:
    """The document about the thing: when, by whom, under which rights, in which dataset."""
    source, document = draft.source, draft.source.document
    rights = [iri for iri in source.graph.iris(document, iris.EDM + "rights") if _web(iri)]
    dates = {key: iso_dates(source.graph.texts(document, iris.DCTERMS + of))[:1] for key, of in _DATES.items()}
    made: Tree = {"@type": "WebPage", "@id": document, **dates, "usageInfo": rights, "isAccessibleForFree": True}
    if source.base:
        dataset = iris.dataset(source.site, source.base.slug)
        made["isPartOf"] = {"@type": "Dataset", "@id": dataset, "name": source.base.name[draft.lang]}
        made["publisher"] = {"@type": "Organization", "name": data_provider(source).value}
        made["copyrightNotice"] = [plain(text) for text in source.graph.texts(document, iris.DCTERMS + "rights")]
    return made | {"sdPublisher": publisher(draft)}


_DATES = {"datePublished": "issued", "dateModified": "modified"}
