"""/sparql/complete and /sparql/labels: what the editor offers while one types, and what the IRIs of an answer are called."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.fields.folding import fold
from pop_ld.formats import descriptions, ontology
from pop_ld.formats.graph import best_label
from pop_ld.formats.words import followable, plain
from pop_ld.store import statistics
from pop_ld.web.errors import BadRequest
from pop_ld.web.gallery import known_prefixes
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached
from pop_ld.web.sparql_request import Pairs, parameters
from pop_ld.web.state import Serving, serving

KINDS = ("class", "property", "value")
MOST = 30
"""Suggestions of one answer."""
MOST_LABELS = 100
"""IRIs that one call may ask the labels of."""
LONGEST = 200
"""Characters of a text that are read, and of a label that are given."""
_LONGEST_IRI = 2000


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property: ``name`` with its prefix, or "" where no prefix fits; ``count`` is its instances or triples."""

    iri: str
    name: str
    label: str
    count: int
    folded: str
    words: str


# Suggestions ---------------------------------------------------------------------------------------------------------------


def complete(request: Request) -> Response:
    """GET /sparql/complete?kind=class|property|value&text=&lang=: at most MOST suggestions as JSON, best first. Raises BadRequest."""
    now, lang = serving(request), language(request)
    kind, text = request.query_params.get("kind", ""), request.query_params.get("text", "")[:LONGEST].strip()
    if kind not in KINDS:
        raise BadRequest(f"kind wants one of {', '.join(KINDS)}")

    def make() -> bytes:
        found = _things(now, text) if kind == "value" else _terms(now, kind, text, lang)
        return _json({"kind": kind, "text": text, "release": now.release.name, "suggestions": found})

    return cached(request, make, "application/json", now.release.name, lang=lang)


def _terms(now: Serving, kind: str, text: str, lang: str) -> list[dict[str, Any]]:
    wanted = fold(text.lstrip("<"))
    ranked = [(_rank(term, wanted), -term.count, term.name or term.iri, term) for term in vocabulary(now, kind, lang)]
    ranked = sorted((line for line in ranked if line[0] < _NO), key=lambda line: line[:3])[:MOST]
    return [{"iri": t.iri, "name": t.name, "label": t.label, "count": t.count} for *_, t in ranked]


_NO = 9


def _rank(term: Term, wanted: str) -> int:
    """How well a term answers: by the beginning of its name, then of a word of its label, then anywhere."""
    local = term.folded.partition(":")[2]
    if not wanted or term.folded.startswith(wanted) or term.iri.casefold().startswith(wanted):
        return 0
    if local.startswith(wanted):
        return 1
    prefix, colon, rest = wanted.partition(":")
    if colon and term.folded.startswith(f"{prefix}:"):  # pop:auteur finds pop:AUTR by its label
        by_label = len(rest) > 2 and f" {rest}" in term.words
        return 2 if by_label else 4 if rest in term.folded else _NO
    if f" {wanted}" in term.words:
        return 3
    return 5 if wanted in term.words or wanted in term.folded else _NO


def vocabulary(now: Serving, kind: str, lang: str) -> Sequence[Term]:
    """The classes or properties of the release with their counts; those of the ontology, uncounted, where it has no statistics."""
    return _vocabulary(str(now.release.path), now.site, kind, lang)


@lru_cache(maxsize=16)
def _vocabulary(folder: str, site: str, kind: str, lang: str) -> Sequence[Term]:
    known = {iris.ONTOLOGY + term.name: term for term in ontology.terms(lang) if term.kind == kind}
    counts = _counts(Path(folder), kind)
    if not counts:
        counts = {iri: 0 for name, term in known.items() for iri in (name, *term.broader)}
    spaces = sorted(known_prefixes(site).items(), key=lambda pair: -len(pair[1]))
    found = []
    for iri, count in counts.items():
        name, label = short(iri, spaces), known[iri].label if iri in known else ""
        words = fold(label or iris.last_part(iri).replace("_", " "))
        found.append(Term(iri, name, label, count, fold(name), f" {words}"))
    return tuple(found)


def _counts(folder: Path, kind: str) -> Mapping[str, int]:
    counted = statistics.load(folder)
    if counted is None:
        return {}
    if kind == "class":
        return counted.classes
    answered = {iris.ONTOLOGY + name: 0 for name in descriptions.TEXT_SEARCH}  # by the search index: no triple has them
    return {iri: of.triples for iri, of in counted.properties.items()} | answered


def short(iri: str, spaces: Sequence[tuple[str, str]]) -> str:
    """``pop:AUTR``; "" where no prefix fits or the rest cannot be written in SPARQL without escapes (SPARQL 1.1 §4.1.1)."""
    for prefix, space in spaces:
        rest = iri.removeprefix(space)
        if rest and rest != iri and all(c.isalnum() or c in "_-" for c in rest) and rest[0] != "-":
            return f"{prefix}:{rest}"
    return ""


def _things(now: Serving, text: str) -> list[dict[str, Any]]:
    """Notices that have the words, from the search index of the release; without a word, none."""
    if len(text) < 2:
        return []
    hits = now.search.search(text, limit=MOST).hits
    return [{"iri": h.iri, "name": "", "label": plain(h.title)[:LONGEST], "note": f"{h.base} · {h.ref}", "count": 0} for h in hits]


# Labels --------------------------------------------------------------------------------------------------------------------


async def labels(request: Request) -> Response:
    """GET or POST /sparql/labels, ``iri`` given once for each, at most MOST_LABELS: {IRI: label} of those that have one.

    Raises BadRequest for more, QueryTooLong and UnsupportedMedia for bodies that /sparql would not take either.
    """
    return await run_in_threadpool(_labels, request, await parameters(request))


def _labels(request: Request, pairs: Pairs) -> Response:
    now, lang = serving(request), language(request)
    asked = list(dict.fromkeys(value for name, value in pairs if name == "iri"))
    if len(asked) > MOST_LABELS:
        raise BadRequest(f"at most {MOST_LABELS} IRIs have their labels told at once")
    if request.method == "POST":
        body = _json({"labels": labelled(now, asked, lang)})
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
    return cached(request, lambda: _json({"labels": labelled(now, asked, lang)}), "application/json", now.release.name, lang=lang)


def labelled(now: Serving, asked: Sequence[str], lang: str) -> dict[str, str]:
    """IRI -> label in ``lang``, else the best there is: of the release's things and of the ontology's terms."""
    short_ones = [iri for iri in asked if len(iri) <= _LONGEST_IRI and followable(iri)]
    own = _own_terms(lang)
    found = {iri: best_label(labels, lang) for iri, labels in now.reader.labels(iri for iri in short_ones if iri not in own).items()}
    return {iri: plain(text)[:LONGEST] for iri in short_ones if (text := own.get(iri) or found.get(iri, ""))}


@lru_cache(maxsize=2)
def _own_terms(lang: str) -> Mapping[str, str]:
    return {iris.ONTOLOGY + term.name: term.label for term in ontology.terms(lang) if term.label}


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
