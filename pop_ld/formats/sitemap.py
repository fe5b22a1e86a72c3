"""Addresses with their dates in, the XML of sitemaps.org 0.9 out; and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, unescape

MEDIA_TYPE = "application/xml"
MOST = 50_000
"""Addresses that one file may hold (sitemaps.org, "Sitemap index files")."""

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_LINE = re.compile(r"<url><loc>([^<]*)</loc>(?:<lastmod>([^<]*)</lastmod>)?</url>")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?", re.ASCII)


def urlset(addresses: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """A file of pages, streamed: (address, when it changed), at most MOST; a date that is none is left out."""
    return _file("urlset", "url", addresses)


def addresses(content: bytes) -> list[tuple[str, str]]:
    """The lines of a file that :func:`urlset` wrote, "" for a date that it left out."""
    return [(unescape(address), when) for address, when in _LINE.findall(content.decode("utf-8"))]


def index(files: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """The file that names the others: (address, when it changed)."""
    return _file("sitemapindex", "sitemap", files)


def _file(outer: str, inner: str, lines: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} xmlns="{_SPACE}">\n'.encode()
    for address, when in lines:
        changed = f"<lastmod>{when}</lastmod>" if _DATE.fullmatch(when) else ""
        yield f"<{inner}><loc>{escape(address)}</loc>{changed}</{inner}>\n".encode()
    yield f"</{outer}>\n".encode()
