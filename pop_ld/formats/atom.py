"""Releases in, an Atom feed out (RFC 4287): who follows it learns of each publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pop_ld import iris
from pop_ld.formats.words import say

MEDIA_TYPE = "application/atom+xml"
_SPACE = "http://www.w3.org/2005/Atom"
MOST = 50


def feed(site: str, lines: Sequence[Mapping[str, Any]], lang: str) -> bytes:
    """``lines`` are releases, newest first, each with ``name``, ``created``, ``notices`` (None where it is not known any more)."""
    updated = lines[0]["created"] if lines else ""
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<feed xmlns="{_SPACE}" xml:lang="{lang}">',
        f"<id>{escape(site)}/releases</id>",
        f"<title>{escape(say(lang, 'ui.site_feed'))}</title>",
        f"<updated>{escape(updated)}</updated>",
        f"<author><name>{escape(say(lang, 'ui.site_ministry'))}</name></author>",
        f'<link rel="self" type="{MEDIA_TYPE}" href={quoteattr(f"{site}/releases.atom")}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(f"{site}/releases")}/>',
    ]
    return "\n".join([*head, *(_entry(site, line, lang) for line in lines[:MOST]), "</feed>", ""]).encode("utf-8")


def _entry(site: str, line: Mapping[str, Any], lang: str) -> str:
    iri, count = iris.release(site, line["name"]), line["notices"]
    summary = say(lang, "ui.notices", n=count) if count is not None else say(lang, "ui.release_dump_only")
    parts = [
        f"<id>{escape(iri)}</id>",
        f"<title>{escape(say(lang, 'ui.release', name=line['name']))}</title>",
        f"<updated>{escape(line['created'] or '')}</updated>",
        f'<link rel="alternate" type="text/html" href={quoteattr(iri)}/>',
        f"<summary>{escape(summary)}</summary>",
    ]
    return "<entry>" + "".join(parts) + "</entry>"
