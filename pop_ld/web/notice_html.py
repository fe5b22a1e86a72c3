"""The page of a notice, from its triples, what points at it, and what the release knows of its quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from pop_ld import iris
from pop_ld.config import Settings, image_origins
from pop_ld.formats import schema_org
from pop_ld.formats.citation import Citation, cite, producer, sentence
from pop_ld.formats.extras import EXTRAS
from pop_ld.formats.html import base_name
from pop_ld.formats.naming import Naming
from pop_ld.formats.page import Page, named_things, notice_page
from pop_ld.formats.pictures import Picture, photographs, photographs_of
from pop_ld.formats.profiles import Profile
from pop_ld.formats.reuse import may
from pop_ld.formats.source import Source
from pop_ld.formats.words import one_line, say
from pop_ld.formats.writing import Representation
from pop_ld.web import linked
from pop_ld.web.align_links import elsewhere
from pop_ld.web.maps import frame
from pop_ld.web.notice_quality import remarks
from pop_ld.web.respond import html
from pop_ld.web.state import Serving, site_of

LABELLED = 400
"""Most things of one page whose labels are looked up."""
PER_GROUP = 8
"""Most notices of each group of those that point at this one."""
_PHOTOGRAPHS = "LBASE"
"""The field by which a photograph points at what it shows: a page that shows the photographs does not list them again."""


def notice_html(request: Request, now: Serving, source: Source, lang: str, offers: Sequence[tuple[Representation, str]]) -> bytes:
    """The page of a notice in one language, every part of it a bounded look-up; ``offers`` are its other representations."""
    assert source.base is not None
    settings = site_of(request).settings
    wanted = named_things(now.site, source.thing, source.graph, source.base)[:LABELLED]
    naming = Naming(now.site, lang, source.labels(wanted))
    origins = image_origins(settings)
    page = notice_page(source.thing, source.graph, source.base, naming, origins)
    others = photographs_of(source.graph, source.thing, now.site)
    shown = photographs(now.site, others, now.reader, lang, origins)
    told = (_PHOTOGRAPHS,) if shown else ()
    about = cite(source, lang)
    keep = request.query_params.get("lang", "") == lang
    return html(
        request,
        "notice.html",
        lang,
        page=page,
        photographs=shown,
        photographs_total=len(others),
        photographs_all=linked.address(now.site, source.thing, relation=_PHOTOGRAPHS, lang=lang if keep else ""),
        groups=[g for g in linked.groups(now, source.thing, lang, PER_GROUP, keep_lang=keep) if g.key not in told],
        here=iris.local(now.site, source.document),
        canonical=source.document,
        representations=_by_profile(offers),
        extras=[extra for extra in EXTRAS if extra.offered(source)],
        data=schema_org.embedded(source, lang),
        description=_description(page, lang),
        elsewhere=elsewhere(now, source.thing, lang),
        citation=sentence(about, lang),
        producer=producer(source, lang),
        may=lambda what, statement: may(what, statement, lang),
        map_data=_map_data(page, settings, lang),
        report=_report(settings, page, about, lang),
        remarks=remarks(now.release, page.base, page.ref, lang),
        files=_files(source.manifest, page.base),
        words=_words(page.images or shown, lang),
    )


def _by_profile(offers: Sequence[tuple[Representation, str]]) -> Sequence[tuple[Profile, Sequence[Representation], Mapping[str, str]]]:
    """(profile, its representations, address of each by the name of its format), the default profile first."""
    found: dict[str, list[tuple[Representation, str]]] = {}
    for offer, address in offers:
        found.setdefault(offer.profile.name, []).append((offer, address))
    return [(some[0][0].profile, [offer for offer, _ in some], {o.format.name: address for o, address in some}) for some in found.values()]


def _description(page: Page, lang: str) -> str:
    """One or two sentences for search engines and previews."""
    about = ", ".join(page.subtitle)
    about = f"{about[:1].upper()}{about[1:]}." if about else ""
    return one_line(say(lang, "ui.description_of", title=one_line(page.title), about=about, ref=page.ref, base=base_name(page.base, lang)))[
        :300
    ]


def _map_data(page: Page, settings: Settings, lang: str) -> dict[str, Any]:
    """What static/map.js draws: points and outlines as [latitude, longitude], tiles where an operator chose some; {} without a place."""
    if not page.shapes.points and not page.shapes.outlines:
        return {}
    return {
        "markers": [{"at": at, "text": one_line(page.title)} for at in page.shapes.points],
        "outlines": page.shapes.outlines,
        **frame(settings, lang),
    }


def _report(settings: Settings, page: Page, about: Citation, lang: str) -> str:
    """A mailto address (RFC 6068) whose message says which notice of which release it is about."""
    values = {
        "ref": page.ref,
        "base": base_name(page.base, lang, short=True),
        "title": about.title,
        "iri": page.iri,
        "release": about.release,
    }
    subject = one_line(say(lang, "ui.report_subject", **values))
    body = say(lang, "ui.report_body", **values).replace("\n", "\r\n")
    return f"mailto:{quote(settings.contact, safe='@+.-')}?subject={_quoted(subject)}&body={_quoted(body)}"


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _files(manifest: Mapping[str, Any], base: str) -> Sequence[str]:
    """The name of the file that the base came from, where there was but one in this release."""
    found = {
        str(source.get("path", "")).replace("\\", "/").rpartition("/")[2]
        for source in manifest.get("sources", ())
        if source.get("base") == base
    }
    return sorted(found) if len(found) == 1 else ()


def _words(images: Sequence[Picture], lang: str) -> dict[str, str]:
    """The interface texts of static/viewer.js; {} on a page that needs none."""
    names = ("zoom_in", "zoom_out", "whole", "next", "previous", "close", "help")
    return (
        {
            **{name: say(lang, f"ui.viewer_{name}") for name in names},
            "failed": say(lang, "ui.image_failed"),
            "missing": say(lang, "ui.image_missing"),
        }
        if images
        else {}
    )
