"""A measure of fidelity in words, French or English, and as JSON: by field, with examples of what is lost; last, the summary."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from pop_ld import summary
from pop_ld.bases import fold_header, load_bases
from pop_ld.fidelity import Fidelity, Tally

_CUT = 80
"""Characters of a lost value that a line shows."""


def as_json(result: Fidelity) -> dict[str, Any]:
    """The whole measure: ``summary``, ``fields``, and what is counted by name only."""
    return {
        "notices": result.notices,
        "rejected": result.rejected,
        "summary": {
            "public": _counts(result.total()),
            "mapped": _counts(result.total(mapped_only=True)),
            "apart": _counts(result.total_apart()),
        },
        "fields": [_field(tally) for tally in ordered(result)],
        "withheld": [{"base": base, "field": code, "notices": n} for (base, code), n in sorted(result.withheld.items())],
        "columns": [{"base": base, "column": column, "cells": n} for (base, column), n in sorted(result.columns.items())],
        "unreadable": [{"path": path, "error": error} for path, error in result.unreadable],
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in ("values", "found", "characters", "characters_found")}


def _field(tally: Tally) -> dict[str, Any]:
    reason = load_bases()[tally.base].unmapped.get(tally.code, ("", ""))
    about = {
        "base": tally.base,
        "field": tally.code,
        "mapped": tally.mapped,
        "apart": tally.apart,
        "reason": reason[0],
        "reason_fr": reason[1],
    }
    return {**about, **_counts(tally), "lost": [{"ref": ref, "value": value} for ref, value in tally.lost]}


def ordered(result: Fidelity) -> Iterator[Tally]:
    """By base, mapped fields first, each in the order of fields.csv."""
    for slug, base in load_bases().items():
        found = [result.tallies[slug, code] for code in base.fields if (slug, code) in result.tallies]
        yield from sorted(found, key=lambda tally: not tally.mapped)


def column_reason(slug: str, column: str) -> tuple[str, str]:
    """Why a column that is no field is not taken, in English and French; ("", "") where nobody said."""
    return load_bases()[slug].known_columns.get(fold_header(column), ("", "")) if slug else ("", "")


def lines(result: Fidelity, lang: str) -> Iterator[str]:
    """The table, base by base and field by field, what is not measured, and last the summary."""
    say = summary.texts(lang)["fidelity"]
    for path, error in result.unreadable:
        yield say["unreadable"].format(path=path, error=error)
    for slug, tallies in groupby(ordered(result), key=lambda tally: tally.base):
        yield from ("", say["base"].format(base=load_bases()[slug].name[lang]))
        yield f"{say['field']:<32} {say['values']:>11} {say['found']:>9} {say['characters']:>11}"
        for tally in tallies:
            yield from _tally_lines(tally, say, lang)
        yield from _apart(result, slug, say, lang)
    yield from _apart(result, "", say, lang)
    if result.rejected:
        yield say["rejected"].format(n=number(result.rejected, lang))
    public, mapped, apart = result.total(), result.total(mapped_only=True), result.total_apart()
    yield ""
    if apart.values:
        yield say["apart"].format(values=number(apart.values, lang), found=share(apart.found, apart.values, lang))
    yield say["summary"].format(
        found=share(public.found, public.values, lang),
        values=number(public.values, lang),
        characters=share(public.characters_found, public.characters, lang),
        mapped=share(mapped.found, mapped.values, lang),
    )


def _tally_lines(tally: Tally, say: dict[str, str], lang: str) -> Iterator[str]:
    reason = load_bases()[tally.base].unmapped.get(tally.code, ("", ""))[lang == "fr"]
    note = "" if tally.mapped else "  " + say["unmapped"].format(reason=reason or "-")
    found, characters = share(tally.found, tally.values, lang), share(tally.characters_found, tally.characters, lang)
    yield f"{tally.code:<32} {number(tally.values, lang):>11} {found:>9} {characters:>11}{note}"
    for ref, value in tally.lost:
        yield "  " + say["lost"].format(ref=ref, value=value if len(value) <= _CUT else value[:_CUT] + "…")


def _apart(result: Fidelity, slug: str, say: dict[str, str], lang: str) -> Iterator[str]:
    """What is not in the shares: withheld fields, by name alone, and columns that are no field of POP."""
    for (base, code), notices in sorted(result.withheld.items()):
        if base == slug:
            yield say["withheld"].format(code=code, n=number(notices, lang))
    for (base, column), cells in sorted(result.columns.items()):
        if base == slug:
            reason = column_reason(base, column)[lang == "fr"] or say["unknown"]
            yield say["column"].format(column=column, n=number(cells, lang), reason=reason)


def share(part: int, whole: int, lang: str) -> str:
    """A percentage to two decimals, never rounded up: 100 % means all. Of nothing, all is found."""
    hundredths = 10_000 * part // whole if whole else 10_000
    text = "100" if hundredths == 10_000 else f"{hundredths // 100}.{hundredths % 100:02d}"
    return (text.replace(".", ",") if lang == "fr" else text) + "\u00a0%"


def number(n: int, lang: str) -> str:
    """The number with its thousands apart, as the language writes them."""
    return f"{n:,}".replace(",", "\u202f") if lang == "fr" else f"{n:,}"
