"""The OpenSearch description of the site's search (OpenSearch 1.1 Draft 6), so that browsers and portals can search here."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from pop_ld.formats import atom
from pop_ld.formats.words import say

MEDIA_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS = "application/x-suggestions+json"
_SPACE = "http://a9.com/-/spec/opensearch/1.1/"
_LONGEST_NAME = 16
"""Characters of a ShortName."""


def description(site: str, lang: str) -> bytes:
    """The document, with the site's page, Atom feed, JSON and suggestions as its addresses."""
    tail = f"&lang={lang}"
    urls = [
        ("text/html", "results", f"{site}/search?q={{searchTerms}}&page={{startPage?}}{tail}"),
        (atom.MEDIA_TYPE, "results", f"{site}/search.atom?q={{searchTerms}}{tail}"),
        ("application/json", "results", f"{site}/search.json?q={{searchTerms}}&page={{startPage?}}{tail}"),
        (SUGGESTIONS, "suggestions", f"{site}/search/suggest?q={{searchTerms}}&as=opensearch{tail}"),
        (MEDIA_TYPE, "self", f"{site}/opensearch.xml?lang={lang}"),
    ]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<OpenSearchDescription xmlns="{_SPACE}">',
        f"<ShortName>{escape(say(lang, 'ui.search_short_name')[:_LONGEST_NAME])}</ShortName>",
        f"<LongName>{escape(say(lang, 'ui.search_opensearch'))}</LongName>",
        f"<Description>{escape(say(lang, 'ui.tagline'))}</Description>",
        *(f"<Url type={quoteattr(kind)} rel={quoteattr(rel)} template={quoteattr(template)}/>" for kind, rel, template in urls),
        f'<Image type="image/svg+xml" width="16" height="16">{escape(site)}/static/icon.svg</Image>',
        f"<Language>{lang}</Language>",
        "<InputEncoding>UTF-8</InputEncoding>",
        "<OutputEncoding>UTF-8</OutputEncoding>",
        "</OpenSearchDescription>",
        "",
    ]
    return "\n".join(lines).encode("utf-8")
