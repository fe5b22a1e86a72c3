"""A century of the search index in words: "16" is "16e siècle", "-1" "1er siècle av. J.-C."."""

from __future__ import annotations

from pop_ld.formats.words import say


def century_words(name: str, lang: str) -> str:
    """The words of a century of :class:`pop_ld.search.contract.Linked`; "-" is undated, what is no number stays as it is."""
    if name == "-":
        return say(lang, "ui.undated")
    number = name.removeprefix("-")
    if not (number.isascii() and number.isdigit()):
        return name
    ordinal = f"{number}{'er' if number == '1' else 'e'}" if lang == "fr" else english_ordinal(int(number))
    return say(lang, "ui.century_before" if name.startswith("-") else "ui.century", ordinal=ordinal)


def english_ordinal(number: int) -> str:
    """17 -> ``17th``."""
    return f"{number}{'th' if number % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
