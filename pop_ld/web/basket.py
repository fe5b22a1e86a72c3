"""/basket: notices that a reader keeps. The basket stays in the browser; with ``iri=`` the page gathers some, compares and cites them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.bases import load_bases
from pop_ld.formats.citation import cite, sentence
from pop_ld.formats.words import LANGUAGES
from pop_ld.search.address import MOST_NAMED, read
from pop_ld.search.contract import Hit
from pop_ld.search.question import Question
from pop_ld.web import linked
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached, html
from pop_ld.web.search_export import offers
from pop_ld.web.state import Serving, serving

MOST_COMPARED = 8
"""Notices of one table: more do not fit side by side."""
MOST_CITED = 20
"""Citations that the page holds itself; its files hold them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field in the notices that are compared, () where one lacks it; ``same`` where all say the same."""

    code: str
    label: str
    texts: Sequence[Sequence[str]]
    same: bool


def basket(request: Request) -> Response:
    """GET /basket[?iri=…&iri=…]: the basket of this browser; or the notices named, at most MOST_NAMED, whoever opens the address.

    ``compare`` names those of the table, the first MOST_COMPARED where it is absent. A notice that is unknown is said to be.
    """
    now, lang = serving(request), language(request)
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name == "iri"]
    named, _ = read(pairs)

    def make() -> bytes:
        return _page(request, now, lang, named.iris)

    return cached(request, make, "text/html", now.release.name, lang=lang, headers={"X-Robots-Tag": "noindex"})


def _page(request: Request, now: Serving, lang: str, iris: tuple[str, ...]) -> bytes:
    question = Question(iris=iris)
    hits = _named(now, question) if iris else []
    wanted = read([("iri", value) for value in request.query_params.getlist("compare")])[0].iris
    compared = ([hit for hit in hits if hit.iri in wanted] or hits)[:MOST_COMPARED]
    known = {hit.iri for hit in hits}
    keep = lang if request.query_params.get("lang", "") in LANGUAGES else ""
    return html(
        request,
        "basket.html",
        lang,
        named=bool(iris),
        kept=[linked.item(now.site, hit) for hit in hits],
        unknown=[iri for iri in iris if iri not in known],
        compared=[linked.item(now.site, hit) for hit in compared],
        rows=rows(compared, lang) if len(compared) > 1 else [],
        citations=[_citation(now, hit, lang) for hit in hits[:MOST_CITED]],
        offers=offers(question, len(hits), keep),
        permalink=now.site + "/basket?" + urlencode([("iri", iri) for iri in iris], errors="replace"),
        most=MOST_NAMED,
        most_compared=MOST_COMPARED,
    )


def _named(now: Serving, question: Question) -> list[Hit]:
    """The notices in the order in which they are named."""
    found = {hit.iri: hit for hit in now.search.find(question, limit=MOST_NAMED, full=True).hits}
    return [found[iri] for iri in question.iris if iri in found]


def rows(hits: Sequence[Hit], lang: str) -> list[Row]:
    """The fields of some notices side by side, in the order of their bases' pages; a field is called as the first base that has it does."""
    bases = load_bases()
    labels: dict[str, str] = {}
    for slug in dict.fromkeys(hit.base for hit in hits):
        for field in bases[slug].fields.values() if slug in bases else ():
            labels.setdefault(field.path, (field.label_en if lang == "en" else field.label) or field.path)
    for hit in hits:
        for code in hit.fields:
            labels.setdefault(code, code)
    made = []
    for code, label in labels.items():
        texts = [tuple(hit.fields.get(code, ())) for hit in hits]
        if any(texts):
            made.append(Row(code, label, texts, len(set(texts)) == 1))
    return made


def _citation(now: Serving, hit: Hit, lang: str) -> str:
    source = now.source(hit.iri)
    return sentence(cite(source, lang), lang)
