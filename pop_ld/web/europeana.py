"""/europeana: how Europeana would rate the release before it is delivered, by base and producer, and which notices are concerned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.europeana import PATTERNS, RAISES, REASONS, Tiers, measuring, open_tiers
from pop_ld.europeana.media import assumed_pixels
from pop_ld.europeana.metadata import TIERS
from pop_ld.web.listing_rows import csv_rows
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html, packed
from pop_ld.web.state import Serving, serving, site_of

SIZE = 100
"""Producers and notices on one page."""
MOST = 1_000
"""Notices that one JSON answer has; a CSV has all."""
CONTENT = tuple(range(5))
TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv"}
KEYS = {"pattern": PATTERNS, "raise": RAISES, "reason": REASONS, "metadata": TIERS, "media": tuple(map(str, CONTENT))}
"""What a list may be asked for, and the values of each."""


@lru_cache(maxsize=4)
def _opened(file: Path, stamp: int) -> Tiers:
    return open_tiers(file)


def tiers(request: Request, now: Serving) -> tuple[Tiers, str]:
    """The tiers of the release that serves, none where nobody has measured it yet; and what an ETag needs to tell two files apart."""
    file = measuring.file_of(Path(site_of(request).settings.data), now.release.name)
    try:
        stamp = file.stat().st_mtime_ns
    except OSError:
        stamp = 0
    return _opened(file, stamp), f"{now.release.name} {stamp}"


def media_type_of(request: Request, suffix: str) -> str:
    """By the suffix, else by the Accept header. Raises NotFound for another suffix, NotAcceptable."""
    if suffix:
        if suffix not in TYPES:
            raise NotFound(f"there is no file .{suffix[:20]} of this page")
        return TYPES[suffix]
    return choose(accept(request), list(TYPES.values()))


def answer(request: Request, stamp: str, media_type: str, make: Callable[[], bytes]) -> Response:
    """An answer with an ETag that changes with the file of tiers; the page cache, which knows only of releases, does not keep it."""
    made = cached(request, make, media_type, stamp, lang=language(request) if media_type == "text/html" else "")
    request.scope["state"]["keep"] = False
    return made


def overview(request: Request) -> Response:
    """GET /europeana[.json|.csv]: every base with its tiers, what is left out and what would raise them. Raises NotFound, NotAcceptable."""
    now = serving(request)
    found, stamp = tiers(request, now)
    media_type, lang = media_type_of(request, request.path_params.get("suffix", "")), language(request)

    def make() -> bytes:
        bases = summaries(found, now.release.manifest["bases"])
        if media_type == "application/json":
            return packed({"release": now.release.name, "measured": found.exists, "bases": bases})
        if media_type == "text/csv":
            return _long(bases)
        context = {"bases": bases, "total": total(bases), "kinds": KEYS, "measured": found.exists, "pixels": assumed_pixels("")}
        return html(request, "europeana.html", lang, **context, **_example(now))

    return answer(request, stamp, media_type, make)


def of_base(request: Request) -> Response:
    """GET /europeana/<base>[.json|.csv]?producer=&page=: the same of a base and its producers, or of one.

    Raises NotFound, NotAcceptable.
    """
    now = serving(request)
    slug, _, suffix = request.path_params["name"].partition(".")
    found, stamp = tiers(request, now)
    media_type, lang = media_type_of(request, suffix), language(request)
    if slug not in load_bases() or slug not in now.release.manifest["bases"]:
        raise NotFound(f"no base called {slug[:60]!r} is in this release")
    producer = request.query_params.get("producer")
    about = summaries(found, [slug], producer).get(slug)
    if about is None and found.exists:
        raise NotFound("this producer has no notice in this base")
    producers = found.producers(slug) if producer is None else []
    number = min(max(_number(request.query_params.get("page", "")), 1), max(1, -(-len(producers) // SIZE)))

    def make() -> bytes:
        names = ("producer", "notices", "delivered", "metadata_b_or_more", "media_2_or_more")
        if media_type == "application/json":
            rows = [dict(zip(names, row, strict=True)) for row in producers]
            return packed({"base": slug, "producer": producer, "measured": found.exists, **(about or {}), "producers": rows})
        if media_type == "text/csv":
            return "".join(csv_rows([names, *([str(cell) for cell in row] for row in producers)])).encode("utf-8", "replace")
        if about is None:
            unmeasured = {"bases": {}, "total": total({}), "kinds": KEYS, "measured": False, "pixels": assumed_pixels(slug)}
            return html(request, "europeana.html", lang, **unmeasured, **_example(now))
        shown = producers[(number - 1) * SIZE : number * SIZE]
        pages = {"page": number, "pages": max(1, -(-len(producers) // SIZE)), "producers": shown, "count": len(producers)}
        context = {"slug": slug, "producer": producer, "about": about, "kinds": KEYS, "crossed": _crossed(found, slug, producer)}
        name = producer and _keeper(now, producer)
        return html(request, "europeana_base.html", lang, tiers=TIERS, content=CONTENT, keeper=name or "", **context, **pages)

    return answer(request, stamp, media_type, make)


def summaries(found: Tiers, bases: Iterable[str], producer: str | None = None) -> dict[str, dict[str, Any]]:
    """Base -> its notices, those delivered, and how many have each metadata tier, content tier, pattern, reason, thing that would help."""
    made: dict[str, dict[str, Any]] = {}
    rows: dict[str, list[tuple[str, int, str, int]]] = defaultdict(list)
    kinds: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    wanted = list(bases)
    only = wanted[0] if len(wanted) == 1 else ""
    for row in found.matrix(only, producer):
        rows[row[0]].append(row[1:])
    for kind in found.kinds(only, producer):
        kinds[kind[0]].append(kind[1:])
    for base in wanted:
        if not rows[base]:
            continue
        metadata, media = Counter(dict.fromkeys(TIERS, 0)), Counter(dict.fromkeys(map(str, CONTENT), 0))
        delivered = 0
        for tier, content, reason, count in rows[base]:
            metadata[tier] += count
            media[str(content)] += count
            delivered += 0 if reason else count
        made[base] = {"notices": metadata.total(), "delivered": delivered, "metadata": dict(metadata), "media": dict(media)}
        for what in ("reason", "raise", "pattern"):
            made[base][what] = {key: count for of, key, count in kinds[base] if of == what}
    return made


def total(bases: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The sums over the bases; what is concerned most comes first."""
    sums: dict[str, Counter[str]] = {name: Counter() for name in ("metadata", "media", "reason", "raise", "pattern")}
    for about in bases.values():
        for name, counts in sums.items():
            counts.update(about[name])
    plain = {name: sum(about[name] for about in bases.values()) for name in ("notices", "delivered")}
    return {**plain, **{name: dict(counts.most_common()) for name, counts in sums.items()}}


def _crossed(found: Tiers, base: str, producer: str | None) -> dict[str, dict[int, int]]:
    """Metadata tier -> content tier -> notices."""
    made: dict[str, dict[int, int]] = {tier: dict.fromkeys(CONTENT, 0) for tier in TIERS}
    for _, metadata, media, _, count in found.matrix(base, producer):
        made[metadata][media] += count
    return made


def _long(bases: dict[str, dict[str, Any]]) -> bytes:
    """One count a line: base, what is counted, its key, notices."""
    rows: list[tuple[str, ...]] = [("base", "what", "key", "notices")]
    for base, about in bases.items():
        rows += [(base, name, "", str(about[name])) for name in ("notices", "delivered")]
        rows += [
            (base, what, key, str(n)) for what in ("metadata", "media", "reason", "raise", "pattern") for key, n in about[what].items()
        ]
    return "".join(csv_rows(rows)).encode()


def _keeper(now: Serving, producer: str) -> str:
    """The page of a producer that is a museum of this release, "" for any other."""
    iri = iris.notice(now.site, "museo", producer)
    return iris.local(now.site, iri) if now.reader.contains(iri) else ""


def _example(now: Serving) -> dict[str, str]:
    """The address of a notice to try."""
    first = next(iter(now.release.manifest["examples"]), None)
    return {"example": "/europeana/notice?" + urlencode({"iri": first["iri"]}) if first else ""}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
