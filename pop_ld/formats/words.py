"""Texts, numbers and dates as readers see them, in French and English; values of producers made readable, never changed in RDF."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from pop_ld import summary

LANGUAGES = ("fr", "en")
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_ORDINAL = re.compile(rf"\b([1-9]\d?)(er|ère|ere|re|ème|eme|è|e)(?=\s+(?:siècle|quart|moitié|tiers|arrondissement|{_MONTHS})\b)")
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:T.*)?$")
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
"""Noncharacters, which no text has (Unicode §23.7): a text in segments is escaped at once, not piece by piece."""
_NO_MARKS = {ord(_OPEN): None, ord(_CLOSE): None}
_LINE = re.compile(r"\s*(?:\r\n|[\n\r#£])\s*")


def say(lang: str, key: str, **values: Any) -> str:
    """The text of a dotted key (``ui.search``), its braces filled. A key with ``one`` and ``other`` is chosen by ``n``.

    Raises KeyError for a key that the file lacks.
    """
    found = _said(lang, key)
    if isinstance(found, dict):
        n = values["n"]
        found = found["one" if n == 1 or (n == 0 and lang == "fr") else "other"]
        values = {**values, "n": number(n, lang)}
    return str(found).format(**values) if values else str(found)


@lru_cache(maxsize=10_000)
def _said(lang: str, key: str) -> Any:
    """What the interface texts have under a dotted key: pages ask for the same hundred again and again."""
    found: Any = summary.texts(lang)
    for part in key.split("."):
        found = found[part]
    return found


def number(value: int, lang: str) -> str:
    """1234567 -> ``1 234 567`` with narrow no-break spaces, in English ``1,234,567``."""
    return f"{value:,}".replace(",", "\u202f") if lang == "fr" else f"{value:,}"


def date_words(iso: str, lang: str) -> str:
    """``1983-07-22`` (xsd:date or dateTime) -> ``22 juillet 1983``; anything else as it is."""
    match = _DATE.match(iso)
    months = summary.texts(lang)["ui"]["months"]
    if not match or not 1 <= int(match[2]) <= 12:
        return iso
    day = int(match[3])
    first = "1er" if day == 1 and lang == "fr" else str(day)
    return f"{first} {months[int(match[2]) - 1]} {match[1].lstrip('0') or '0'}"


def plain(text: str) -> str:
    """A producer's text without the leftovers of Windows-1252 (U+0092 is an apostrophe): for titles and attributes."""
    return text.translate(_C1)


def rich(text: str) -> Markup:
    """A producer's text as HTML: escaped, ``#`` and ``£`` as line breaks (FACTS c), the e of ``16e siècle`` raised."""
    lines = [str(escape(line)) for line in _LINE.split(plain(text)) if line.strip()]
    return Markup("<br>".join(_ORDINAL.sub(r"\1<sup>\2</sup>", line) for line in lines))


def broken(text: str) -> Markup:
    """Like :func:`rich` for a piece of a longer text: the white space at its ends stays, its line breaks are kept wherever they are."""
    return Markup("<br>".join(_ORDINAL.sub(r"\1<sup>\2</sup>", str(escape(line))) for line in _LINE.split(plain(text))))


def inline(text: str) -> Markup:
    """Like :func:`rich`, on one line: ``#`` stays."""
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", str(escape(plain(text)))))


def highlighted(segments: Iterable[tuple[str, bool]]) -> Markup:
    """A text in segments as HTML on one line, its line breaks (``#``, ``£``) as spaces, those that are True marked."""
    whole = "".join(f"{_OPEN}{text.translate(_NO_MARKS)}{_CLOSE}" if match else text.translate(_NO_MARKS) for text, match in segments)
    return Markup(str(inline(_LINE.sub(" ", whole))).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>"))


def one_line(text: str) -> str:
    """A producer's text on one line, its line breaks (``#``, ``£``) as spaces: for citations, headings and attributes."""
    return " ".join(part for line in _LINE.split(plain(text)) for part in line.split())


def followable(url: str) -> bool:
    """Whether a page may link to it: http, https and mailto only, never ``javascript:``."""
    return bool(re.match(r"^(?:https?://[^\s<>\"]+|mailto:[^\s<>\"]+)$", url, re.IGNORECASE))


def coordinate(text: str, directions: str, lang: str) -> str:
    """``-1.55`` with ``EO`` -> ``1,5500° O``; the text itself where it is no number."""
    try:
        value = float(text)
    except ValueError:
        return text
    shown = f"{abs(value):.4f}"
    return f"{shown.replace('.', ',') if lang == 'fr' else shown}° {directions[value < 0]}"


def rights(iri: str, lang: str) -> str:
    """A rights statement or licence in words; the short name of one that the interface texts do not know: ``CC BY-SA 4.0``."""
    name = rights_name(iri)
    said = summary.texts(lang)["ui"].get(f"rights_{name}")
    return str(said) if said else name


def rights_name(iri: str) -> str:
    """Short name of a rights statement or licence: ``InC``, ``UND``, ``CC BY-SA 4.0``, ``PDM``, ``CC0``."""
    parts = iri.rstrip("/").split("/")
    if "licenses" in parts:
        return " ".join(["CC", *(part.upper() for part in parts[parts.index("licenses") + 1 :])])
    return {"mark": "PDM", "zero": "CC0"}.get(parts[-2], parts[-2]) if len(parts) > 2 else iri
