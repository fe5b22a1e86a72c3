"""Notices of an answer in, pieces of one file out: each format of an export as a beginning, blocks of notices and an end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.batches import in_batches
from pop_ld.formats import citation
from pop_ld.formats.json_ld import context, json_tree
from pop_ld.formats.source import Source
from pop_ld.search.contract import Hit
from pop_ld.search.question import Question
from pop_ld.web import export_links
from pop_ld.web.listing_rows import csv_rows, feature
from pop_ld.web.search_clusters import having_point
from pop_ld.web.state import Serving

COLUMNS = ("iri", "url", "base", "ref", "title", "summary", "dates", "place", "image", "latitude", "longitude")
"""Columns of a CSV; further ones are POP codes."""
MOST_FIELDS = 400
"""Codes that an address may add to them."""
MOST_CITED = 10_000
"""Notices that are cited in one file: a citation takes ten times as long as a line of CSV, and no bibliography is longer."""
JOINED = " ; "
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PROFILE = "pop"


@dataclass(frozen=True, slots=True)
class Told:
    """What an export is made with; ``fields`` are the POP codes of further columns, ``guarded`` keeps formulas out of spreadsheets.

    ``options`` are the other parameters, ``bases`` those of the answer, ``address`` that of the file, as a program would ask again.
    """

    now: Serving
    lang: str
    fields: tuple[str, ...] = ()
    guarded: bool = True
    options: Mapping[str, str] = field(default_factory=dict)
    bases: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One format. ``block`` makes the bytes of some notices, told whether they are the first; ``size`` is how many a block has.

    ``full`` needs the fields of the notices; ``most`` is the largest answer that it takes, 0 for any; ``asked`` narrows the question.
    ``for_aligners`` is offered apart; ``one_base`` takes the notices of one base alone.
    """

    media_type: str
    head: Callable[[Told], bytes]
    block: Callable[[Told, Sequence[Hit], bool], bytes]
    tail: bytes = b""
    size: int = 100
    full: bool = False
    most: int = 0
    asked: Callable[[Question], Question] = lambda question: question
    in_language: bool = False
    for_aligners: bool = False
    one_base: bool = False


def pieces(form: Form, told: Told, hits: Iterator[Hit]) -> Iterator[bytes]:
    """The whole file, a block at a time; nothing of it is kept."""
    before, first = form.head(told), True
    for block in in_batches(hits, form.size):
        yield before + form.block(told, block, first)
        before, first = b"", False
    yield before + form.tail


# CSV -----------------------------------------------------------------------------------------------------------------------


def known_fields(text: str, bases: Iterable[str]) -> tuple[str, ...]:
    """The codes of ``fields=AUTR,TITR``; ``*`` stands for every public field of some bases. What is no public field counts as absent."""
    public = _public()
    codes: list[str] = []
    for name in text.split(",")[:MOST_FIELDS]:
        codes += [code for slug in bases for code in public.get(slug, ())] if name.strip() == "*" else [name.strip()]
    known = {code for found in public.values() for code in found}
    return tuple(code for code in dict.fromkeys(codes) if code in known)


@cache
def _public() -> Mapping[str, tuple[str, ...]]:
    return {slug: tuple(field.path for field in base.fields.values() if field.public) for slug, base in load_bases().items()}


@cache
def _dating(slug: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that date the thing of a notice and those that place it."""
    base = load_bases().get(slug)
    if base is None:
        return (), ()
    dates = [code for kinds in base.timespans.values() for name in ("periods", "years", "dates") for code in kinds.get(name, ())]
    return tuple(dict.fromkeys(dates)), tuple(base.commune[name] for name in ("name", "department") if name in base.commune)


def _line(told: Told, hit: Hit) -> list[str]:
    latitude, _, longitude = hit.point.partition(" ")
    dates, places = (_said(hit, codes, ", ") for codes in _dating(hit.base))
    own = (hit.iri, iris.thing_to_document(told.now.site, hit.iri), hit.base, hit.ref, hit.title, hit.summary, dates, places, hit.image)
    row = [*own, latitude, longitude, *(JOINED.join(hit.fields.get(code, ())) for code in told.fields)]
    return list(map(guard, row)) if told.guarded else row


def _said(hit: Hit, codes: Sequence[str], between: str) -> str:
    return between.join(dict.fromkeys(text for code in codes for text in hit.fields.get(code, ())))


def guard(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what would begin one (OWASP, CSV injection); numbers stay."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _csv_head(told: Told) -> bytes:
    """The mark of UTF-8 first, by which spreadsheets know it."""
    return ("\ufeff" + "".join(csv_rows([(*COLUMNS, *told.fields)]))).encode("utf-8")


def _csv(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    return "".join(csv_rows(_line(told, hit) for hit in hits)).encode("utf-8", "replace")


# JSON ----------------------------------------------------------------------------------------------------------------------


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _joined(nodes: Iterable[Any], first: bool) -> bytes:
    text = ",\n".join(map(_json, nodes))
    return ("" if first or not text else ",\n").encode() + text.encode("utf-8", "replace")


def _geojson(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    return _joined((_feature(told.now.site, hit) for hit in hits), first)


def _feature(site: str, hit: Hit) -> dict[str, Any]:
    """Its ``url`` is whole: a file has no host to which a path would belong."""
    made = feature(site, hit)
    more = {"summary": hit.summary, "image": hit.image}
    made["properties"] |= {"url": iris.thing_to_document(site, hit.iri), **{name: text for name, text in more.items() if text}}
    return made


def _jsonld_head(told: Told) -> bytes:
    """The context itself: a file that was saved has no host at which to look its path up."""
    known = context(_PROFILE)
    return f'{{"@context":{_json(dict(known.terms) if known else {})},"@graph":[\n'.encode()


def _jsonld(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    """Every notice as its own JSON-LD says it; a node that our context cannot say without a doubt has none (JSON-LD 1.1 §4.1.2: null)."""
    nodes: list[Any] = []
    for hit in hits:
        tree = json_tree(hit.iri, told.now.reader.describe(hit.iri), context(_PROFILE), blank=_blank(hit.iri))
        own = tree.pop("@context", None)
        nodes += [node if own else {"@context": None, **node} for node in tree.get("@graph", [tree] if tree else [])]
    return _joined(nodes, first)


def _blank(iri: str) -> str:
    return f"b{blake2b(iri.encode('utf-8', 'replace'), digest_size=8).hexdigest()}x"


# Texts ---------------------------------------------------------------------------------------------------------------------


def _iris(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    return "".join(f"{hit.iri}\n" for hit in hits).encode("utf-8", "replace")


def _source(told: Told, hit: Hit) -> Source:
    return told.now.source(hit.iri)


def _bibtex(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    return b"".join(citation.bibtex(_source(told, hit), told.lang) + b"\n" for hit in hits)


def _ris(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    return b"".join(citation.ris(_source(told, hit), told.lang) for hit in hits)


def _sentences(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    said = (citation.sentence(citation.cite(_source(told, hit), told.lang), told.lang) for hit in hits)
    return "".join(f"{text}\n\n" for text in said).encode("utf-8", "replace")


def _nothing(told: Told) -> bytes:
    return b""


FORMS: Mapping[str, Form] = {
    "csv": Form("text/csv", _csv_head, _csv, full=True),
    "jsonld": Form("application/ld+json", _jsonld_head, _jsonld, b"\n]}\n", size=4),
    "geojson": Form(
        "application/geo+json", lambda told: b'{"type":"FeatureCollection","features":[\n', _geojson, b"\n]}\n", asked=having_point
    ),
    "iris": Form("text/plain", _nothing, _iris, size=500),
    "bib": Form("application/x-bibtex", _nothing, _bibtex, size=5, most=MOST_CITED, in_language=True),
    "ris": Form("application/x-research-info-systems", _nothing, _ris, size=5, most=MOST_CITED, in_language=True),
    "txt": Form("text/plain", _nothing, _sentences, size=5, most=MOST_CITED, in_language=True),
    "qs": Form("text/plain", _nothing, export_links.qs, size=5, for_aligners=True),
    "qs.csv": Form("text/csv", export_links.qs_csv_head, export_links.qs_csv, size=5, for_aligners=True, one_base=True),
    "openrefine.csv": Form("text/csv", export_links.openrefine_head, export_links.openrefine_csv, full=True, for_aligners=True),
    "mixnmatch.jsonl": Form("application/jsonl", export_links.mixnmatch_head, export_links.mixnmatch_jsonl, full=True, for_aligners=True),
    "sssom.tsv": Form("text/tab-separated-values", export_links.sssom_head, export_links.sssom_tsv, size=200, for_aligners=True),
    "qids.csv": Form("text/csv", export_links.qids_head, export_links.qids_csv, size=200, for_aligners=True),
}
"""Suffix of ``/search.…`` -> its format; the sizes of blocks are those that take some 5 ms."""
