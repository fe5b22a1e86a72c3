"""The links of a thing to things elsewhere, as its page lists them: where each leads, who says so, when, how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pop_ld import iris, summary
from pop_ld.alignment import Link
from pop_ld.formats.words import followable, plain
from pop_ld.web.state import Serving

MOST = 30
"""Links that a page lists; its other formats have them all."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """``href`` holds on any host; ``place`` names its site, "" for a notice of ours; ``kind`` is a key of the interface texts.

    ``sure`` is the confidence in percent, ``graph`` the address of the graph that holds the link.
    """

    href: str
    text: str
    place: str
    kind: str
    source: str
    date: str
    sure: int
    graph: str


def elsewhere(now: Serving, thing: str, lang: str) -> Sequence[Elsewhere]:
    """The surest links of a thing, each target once for each source."""
    links = [link for link in now.links.of(thing) if followable(link.target)][:MOST]
    ours = [link.target for link in links if iris.is_thing(now.site, link.target)]
    labels = now.reader.labels(ours) if ours else {}
    return [_told(now.site, link, str(labels[link.target][0].value) if labels.get(link.target) else "", lang) for link in links]


def _told(site: str, link: Link, label: str, lang: str) -> Elsewhere:
    own = iris.is_thing(site, link.target)
    return Elsewhere(
        href=iris.local(site, iris.thing_to_document(site, link.target)) if own else link.target,
        text=plain(label) or link.qid or iris.last_part(link.target)[:80],
        place="" if own else place_of(link.target),
        kind=iris.last_part(link.predicate).removesuffix("Match"),
        source=source_name(link.source, lang),
        date=link.date,
        sure=round(100 * link.confidence),
        graph=iris.local(site, iris.links_graph(site, link.source)),
    )


def place_of(target: str) -> str:
    """The site that an IRI is on: ``wikidata.org``."""
    try:
        return (urlsplit(target).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def source_name(source: str, lang: str) -> str:
    """A source in words where the interface texts know it, else by its name."""
    return str(summary.texts(lang)["ui"].get(f"align_source_{source}", source))
