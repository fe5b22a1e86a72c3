"""A notice in, how to cite it out: a sentence, BibTeX, CSL-JSON (citationstyles.org 1.0.2), RIS.

What is cited is the notice as this release has it: its IRI and the release stand where a web page would give the day it was read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pop_ld import iris, resources, summary
from pop_ld.formats.graph import best_label
from pop_ld.formats.page import keepers, title_of
from pop_ld.formats.pieces import in_order
from pop_ld.formats.source import Source
from pop_ld.formats.words import one_line
from pop_ld.producers import producer_of

_TEX = re.compile(r"[\\{}$&#_%~^]")
_IN_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_YEAR = re.compile(r"\d{4}(?!\d)")
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9-]+")
_OTHER = "AUTRE"
_AUTHORS = ("AUTR", "ATTRIB", "AUTP", "AUT")
_DATES = ("SCLE", "PERI", "DATE", "MILL", "SCLD")
LONGEST = 1_000
"""Characters of a title that a citation keeps."""
MOST = 20
"""Authors that one citation names."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation says, each text on one line; ``dates`` in words, ``year`` the first of them in figures, "" where unknown."""

    kinds: dict[str, str]
    key: str
    authors: tuple[str, ...]
    title: str
    dates: str
    year: str
    keeper: str
    producer: str
    base: str
    ref: str
    iri: str
    publisher: str
    release: str
    note: str


def cite(source: Source, lang: str) -> Citation:
    """The citation of a notice, in French or English. ``source.base`` is set."""
    assert source.base is not None
    graph, thing = source.graph, source.thing
    words = summary.texts(lang)["ui"]
    created = [text for text in graph.texts(thing, iris.DCTERMS + "created") if _YEAR.match(text)]
    ref = graph.text(thing, iris.DCTERMS + "identifier") or iris.last_part(thing)
    base = source.base.name.get(lang, source.base.slug)
    release = str(source.manifest.get("name", ""))
    return Citation(
        kinds=_kinds().get(source.base.slug, {"csl": "entry", "ris": "ELEC", "bibtex": "misc"}),
        key=f"{source.base.slug}-{_NOT_IN_KEYS.sub('_', ref)}",
        authors=tuple(in_order(_names(source, graph.iris(thing, iris.DCTERMS + "creator"), lang), _written(source, _AUTHORS)))[:MOST],
        title=one_line(title_of(thing, graph, lang))[:LONGEST],
        dates=", ".join(in_order(_names(source, graph.iris(thing, iris.DCTERMS + "temporal"), lang), _written(source, _DATES))[:2])
        or ", ".join(text[:4] for text in created),
        year=created[0][:4] if created else "",
        keeper=", ".join(_names(source, [term.value for term in keepers(thing, graph)], lang)[:2]),
        producer=producer(source, lang),
        base=base,
        ref=one_line(ref),
        iri=thing,
        publisher=words["cite_publisher"],
        release=release,
        note=words["cite_note"].format(ref=one_line(ref), base=base, release=release),
    )


@cache
def _kinds() -> dict[str, dict[str, str]]:
    return {row["base"]: row for row in resources.table("citations.csv")}


def _names(source: Source, things: Iterable[str], lang: str) -> tuple[str, ...]:
    """The labels of some things, each once."""
    found = [iri for iri in things if "#" not in iri]
    labels = source.labels(found)
    return tuple(dict.fromkeys(one_line(best_label(labels.get(iri, ()), lang) or iris.last_part(iri))[:LONGEST] for iri in found))


def _written(source: Source, codes: Iterable[str]) -> str:
    """What the producer wrote in some fields: its order is that of authors and dates."""
    slug = source.base.slug if source.base else ""
    names = [name for code in codes for name in (code, f"{slug}-{code}", f"{code}-source", f"{slug}-{code}-source")]
    return " ; ".join(text for name in names for text in source.graph.texts(source.thing, iris.ONTOLOGY + name))


def producer(source: Source, lang: str) -> str:
    """The service that made the notice, in words: PRODUCTEUR, else what its REF tells, as the interface texts call it.

    "" where nothing tells, or where a museum did: a notice names its museum by a link (``page.keepers``).
    """
    graph, thing = source.graph, source.thing
    named: dict[str, str] = summary.texts(lang)["ui"]["producers"]
    code = graph.text(thing, iris.ONTOLOGY + "PRODUCTEUR")
    if not code and source.base:
        ref = graph.text(thing, iris.DCTERMS + "identifier") or iris.last_part(thing)
        emitter = graph.texts(thing, iris.ONTOLOGY + "EMET")
        code = producer_of(source.base.slug, ref, {"EMET": tuple(emitter)} if emitter else {})
        code = code if code in named and code != _OTHER else ""
    return one_line(str(named.get(code, code)))


def sentence(about: Citation, lang: str) -> str:
    """The citation as a bibliography would print it: author, title, date, keeper; base, REF; publisher, release; IRI."""
    words = summary.texts(lang)["ui"]
    authors = " ; ".join(about.authors) if lang == "fr" else "; ".join(about.authors)
    title = words["cite_title"].format(title=about.title)
    work = ", ".join(part for part in (authors, title, about.dates, about.keeper) if part)
    producer_part = f", {about.producer}" if about.producer else ""
    return f"{work}. {about.note}{producer_part}. {about.publisher}. {about.iri}"


# BibTeX --------------------------------------------------------------------------------------------------------------------


def bibtex(source: Source, lang: str) -> bytes:
    """One entry. Every text is in braces, twice where names or capitals are to stay as they are; TeX's characters are escaped."""
    about = cite(source, lang)
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in about.authors),
        "title": f"{{{_tex(about.title)}}}",
        "date": about.year,
        "year": about.year,
        "howpublished": _tex(about.base),
        "publisher": _tex(about.publisher),
        "organization": _tex(about.producer),
        "library": _tex(about.keeper),
        "number": _tex(about.ref),
        "version": _tex(about.release),
        "note": _tex(". ".join(part for part in (about.dates, about.note) if part)),
        "url": about.iri,
        "langid": {"fr": "french", "en": "english"}[lang],
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{about.kinds['bibtex']}{{{about.key},", *lines, "}", ""]).encode("utf-8", "replace")


def _tex(text: str) -> str:
    return _TEX.sub(lambda found: _IN_TEX.get(found[0], "\\" + found[0]), text)


# CSL-JSON ------------------------------------------------------------------------------------------------------------------


def csl_json(source: Source, lang: str) -> bytes:
    """A list of one item. Names are literal: their order differs from base to base, and a name cut wrongly is worse than one uncut."""
    about = cite(source, lang)
    item: dict[str, Any] = {
        "id": about.key,
        "type": about.kinds["csl"],
        "title": about.title,
        "author": [{"literal": name} for name in about.authors],
        "issued": {"date-parts": [[int(about.year)]]} if about.year else {"literal": about.dates} if about.dates else {},
        "container-title": about.base,
        "archive": about.keeper,
        "number": about.ref,
        "publisher": about.publisher,
        "source": about.producer,
        "version": about.release,
        "note": about.note,
        "URL": about.iri,
        "language": lang,
    }
    kept = {name: value for name, value in item.items() if value}
    return (json.dumps([kept], ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


# RIS -----------------------------------------------------------------------------------------------------------------------


def ris(source: Source, lang: str) -> bytes:
    """One record: lines of a tag, two spaces, a hyphen, a space and a text, ended by CR LF."""
    about = cite(source, lang)
    pairs = [
        ("TY", about.kinds["ris"]),
        *(("AU", name) for name in about.authors),
        ("TI", about.title),
        ("PY", about.year),
        ("T2", about.base),
        ("AN", about.ref),
        ("DP", about.producer),
        ("AV", about.keeper),
        ("PB", about.publisher),
        ("ET", about.release),
        ("N1", ". ".join(part for part in (about.dates, about.note) if part)),
        ("UR", about.iri),
        ("LA", lang),
    ]
    lines = [f"{tag}  - {value}" for tag, value in pairs if value]
    return "\r\n".join([*lines, "ER  - ", ""]).encode("utf-8", "replace")
