"""A search in, its feeds out: Atom (RFC 4287) and JSON Feed 1.1; who follows one learns which of its notices change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pop_ld.formats import atom
from pop_ld.formats.words import say

JSON_FEED = "application/feed+json"
_VERSION = "https://jsonfeed.org/version/1.1"
_SPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """One notice: ``iri`` names it, ``url`` is its page, ``changed`` a time (RFC 3339), ``image`` "" where there is none to show."""

    iri: str
    url: str
    title: str
    summary: str
    image: str
    changed: str


@dataclass(frozen=True, slots=True)
class Feed:
    """``page`` is the search for people, ``atom`` and ``json`` the addresses of the feed, all absolute; entries newest first."""

    title: str
    page: str
    atom: str
    json: str
    updated: str
    lang: str
    entries: Sequence[Entry]


def as_atom(feed: Feed) -> bytes:
    """The feed in Atom."""
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<feed xmlns="{_SPACE}" xml:lang="{feed.lang}">',
        f"<id>{_text(feed.atom)}</id>",
        f"<title>{_text(feed.title)}</title>",
        f"<updated>{_text(feed.updated)}</updated>",
        f"<author><name>{_text(say(feed.lang, 'ui.site_ministry'))}</name></author>",
        f'<link rel="self" type="{atom.MEDIA_TYPE}" href={_attribute(feed.atom)}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(feed.page)}/>',
    ]
    return "\n".join([*head, *map(_entry, feed.entries), "</feed>", ""]).encode("utf-8", "replace")


def _entry(entry: Entry) -> str:
    parts = [
        f"<id>{_text(entry.iri)}</id>",
        f"<title>{_text(entry.title)}</title>",
        f"<updated>{_text(entry.changed)}</updated>",
        f'<link rel="alternate" type="text/html" href={_attribute(entry.url)}/>',
        f"<summary>{_text(entry.summary)}</summary>",
    ]
    return "<entry>" + "".join(parts) + "</entry>"


def as_json_feed(feed: Feed) -> bytes:
    """The feed in JSON Feed 1.1."""
    items = [
        {
            "id": entry.iri,
            "url": entry.url,
            "title": entry.title,
            "content_text": entry.summary or entry.title,
            "date_modified": entry.changed,
            **({"image": entry.image} if entry.image else {}),
        }
        for entry in feed.entries
    ]
    made = {
        "version": _VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.json,
        "language": feed.lang,
        "authors": [{"name": say(feed.lang, "ui.site_ministry")}],
        "items": items,
    }
    return json.dumps(made, ensure_ascii=False).encode("utf-8", "replace")


def _text(text: str) -> str:
    return escape(_xml(text))


def _attribute(text: str) -> str:
    return quoteattr(_xml(text))


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 §2.2 has no way to write."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"))
