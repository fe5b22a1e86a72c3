"""A rights statement in, what a reader may do out: ``may_data`` and ``may_image`` of the interface texts, in plain words."""

from __future__ import annotations

from pop_ld import summary
from pop_ld.formats.words import rights, rights_name


def may(what: str, statement: str, lang: str) -> str:
    """What may be done with the ``data`` or an ``image`` under a statement of rights (an IRI, "" where none is stated)."""
    texts: dict[str, str] = summary.texts(lang)["ui"][f"may_{what}"]
    if not statement:
        return texts["none"]
    name = rights_name(statement)
    found = texts.get(name) or texts["CC" if name.startswith("CC ") else "other"]
    return found.format(name=rights(statement, lang))
