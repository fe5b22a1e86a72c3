"""The images of a notice with what must stand beside each: caption, credit, rights; its own, and those of photographs of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.words import followable, one_line

IMAGES = 24
"""Most images of its own that a page shows."""
PHOTOGRAPHS = 12
"""Most photographs of the thing, each a notice of its own, that a page shows."""
_RANK = re.compile(r"#image-(\d+)$")
_SHOWN_BY = iris.LINKED_ART + "digitally_shown_by"
_OF_IT = (iris.ONTOLOGY + "MEMOIRE", iris.ONTOLOGY + "REFMEM")
"""Properties by which a thing leads to photographs that show it."""


class Objects(Protocol):
    """What is looked up of other notices (``store.ResourceReader`` has it)."""

    def objects(self, subject: str, predicate: str) -> Sequence[object]: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """``shown`` says whether a page may load it, else it only links to it; ``href`` is the notice of a photograph.

    An image of the page's own has no ``href``. ``rights`` is the IRI of a statement, "" where none is known.
    """

    url: str
    caption: str
    credit: str
    rights: str
    shown: bool
    href: str = ""


def image_urls(thing: str, graph: Graph) -> list[str]:
    """The addresses of the thing's images, in the producer's order."""
    ranked = sorted(_parts(graph))
    urls = [url for _, part in ranked for url in graph.iris(part, _SHOWN_BY)] + graph.iris(thing, iris.SCHEMA + "image")
    return [url for url in dict.fromkeys(urls) if followable(url) and not url.lower().startswith("mailto:")][:IMAGES]


def _parts(graph: Graph) -> list[tuple[int, str]]:
    """(rank, IRI) of the parts of a notice that are images."""
    return [(int(found[1]), part) for part in graph.objects() if "#image-" in part and (found := _RANK.search(part))]


def pictures(thing: str, graph: Graph, credit: str, origins: Sequence[str]) -> list[Picture]:
    """The images of a notice. ``origins`` are those whose images may be loaded (``config.image_origins``)."""
    rights = {
        url: statement
        for _, part in _parts(graph)
        for url in graph.iris(part, _SHOWN_BY)
        for statement in graph.iris(part, iris.EDM + "rights")
    }
    return [Picture(url, "", credit, rights.get(url, ""), loadable(url, origins)) for url in image_urls(thing, graph)]


def photographs_of(graph: Graph, thing: str, site: str) -> list[str]:
    """The notices of Mémoire whose photographs show the thing, in the order of their IRIs."""
    found = [iri for predicate in _OF_IT for iri in graph.iris(thing, predicate)]
    return sorted({iri for iri in found if iri.startswith(f"{site}/id/memoire/") and "#" not in iri})


def photographs(site: str, things: Iterable[str], reader: Objects, lang: str, origins: Sequence[str]) -> list[Picture]:
    """At most PHOTOGRAPHS pictures of other notices: four look-ups each; those without an image are left out."""
    made: list[Picture] = []
    for thing in things:
        urls = [term.value for term in reader.objects(thing, iris.SCHEMA + "image") if isinstance(term, NamedNode)]
        if url := next((url for url in urls if followable(url)), ""):
            labels = [term for term in reader.objects(thing, iris.RDFS + "label") if isinstance(term, Literal)]
            credits = [term.value for term in reader.objects(thing, iris.DCTERMS + "rights") if isinstance(term, Literal)]
            rights = [term.value for term in reader.objects(f"{thing}#image-1", iris.EDM + "rights") if isinstance(term, NamedNode)]
            caption = one_line(best_label(labels, lang) or iris.last_part(thing))
            credit = one_line(" ; ".join(credits))
            page = iris.local(site, iris.thing_to_document(site, thing))
            made.append(Picture(url, caption, credit, next(iter(rights), ""), loadable(url, origins), page))
        if len(made) == PHOTOGRAPHS:
            break
    return made


def loadable(url: str, origins: Sequence[str]) -> bool:
    """Whether the image is on a host that pages may load images of."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return f"{parts.scheme}://{parts.netloc}" in origins
