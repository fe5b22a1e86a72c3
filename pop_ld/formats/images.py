"""The images of a notice by its triples: addresses, ranks, the rights of each, for every format that shows them."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass

from pop_ld import iris
from pop_ld.formats.graph import Graph
from pop_ld.formats.words import followable

SHOWS = (iris.CRM + "P138i_has_representation", iris.CRM + "P65_shows_visual_item")
SHOWN_BY = iris.LINKED_ART + "digitally_shown_by"


@dataclass(frozen=True, slots=True)
class Image:
    """``part`` is the IRI of its visual item ("" for a bare address), ``url`` its file, ``rights`` the IRI of its statement or ""."""

    part: str
    url: str
    rights: str


def images(thing: str, graph: Graph) -> list[Image]:
    """Each image once, in the order of its rank; what cannot be followed on the web, or is no image (a film, a PDF), is left out."""
    parts = sorted({part for predicate in SHOWS for part in graph.iris(thing, predicate)}, key=_rank)
    found = [(part, url) for part in parts for url in graph.iris(part, SHOWN_BY)]
    found += [("", url) for url in graph.iris(thing, iris.SCHEMA + "image")]
    made: dict[str, Image] = {}
    for part, url in found:
        if address(url) and media_type(url) != "other":
            rights = next(iter(graph.iris(part, iris.EDM + "rights")), "") if part else ""
            made.setdefault(address(url), Image(part, address(url), rights))
    return list(made.values())


def _rank(part: str) -> tuple[int, str]:
    """``…#image-12`` after ``…#image-2``."""
    number = part.rpartition("-")[2]
    return (int(number) if number.isascii() and number.isdigit() else 0, part)


def address(url: str) -> str:
    """The http address, in ASCII, where a reader may follow it; "" for any other."""
    return iris.uri(url) if followable(url) and url.lower().startswith("http") else ""


def media_type(url: str) -> str:
    """Media type of an image by the ending of its address: "" where that does not tell, ``other`` where it says that it is no image."""
    found = mimetypes.guess_type(url.partition("?")[0])[0] or ""
    return found if not found or found.startswith("image/") else "other"
