"""What the service calls things by: their IRIs without the root of the site, and the items of Wikidata that they are linked to."""

from __future__ import annotations

import re

from pop_ld import iris

_QID = re.compile(r"(?:.*/)?(Q[1-9]\d{0,11})\Z")


def qid_of(text: str) -> str:
    """``Q42`` of itself or of the IRI of the item; "" for what is none."""
    found = _QID.match(text.strip()) if len(text) < 100 else None
    return found[1] if found else ""


def iri_of(site: str, name: str) -> str:
    """The IRI that an identifier of the service stands for: that of the site without its root, or an IRI."""
    name = name.strip()
    return name if name.startswith(("http://", "https://")) else f"{site}/id/{name}"


def id_of(site: str, iri: str) -> str:
    """The identifier of the service for an IRI; the inverse of :func:`iri_of`."""
    return iris.path_of(site, iri)
