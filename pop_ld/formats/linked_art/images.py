"""The images and web pages of a thing, as Linked Art says them: representation, subject_of."""

from __future__ import annotations

from pyoxigraph import Literal

from pop_ld import iris
from pop_ld.formats import BY_SUFFIX
from pop_ld.formats.images import SHOWS, Image, address, images, media_type
from pop_ld.formats.linked_art import terms
from pop_ld.formats.linked_art.draft import Draft, Node, compact
from pop_ld.formats.words import rights

IIIF = "http://iiif.io/api/presentation/3/context.json"
_PAGES = (iris.FOAF + "page", iris.FOAF + "homepage", iris.RDFS + "seeAlso")
_RIGHTS = iris.EDM + "rights"
SAID = frozenset((*SHOWS, *_PAGES))


def rights_statement(draft: Draft, iri: str) -> Node:
    """A rights statement or licence as a text whose kind is its own IRI."""
    said = rights(iri, "fr")
    named = {**draft.ref(iri, "Type"), "_label": said}
    kinds = [{**draft.term("rights"), "classified_as": [draft.term("brief-text")]}, named]
    return {"type": "LinguisticObject", "_label": "Rights", "content": said, "classified_as": kinds}


def representation(draft: Draft) -> list[Node]:
    """One VisualItem for each image, in the order of their rank, shown by a DigitalObject with its address and its rights."""
    draft.seen.update(part for predicate in SHOWS for part in draft.graph.iris(draft.thing, predicate))
    draft.seen.update(draft.graph.iris(draft.thing, iris.SCHEMA + "image"))
    return [_image(draft, image) for image in images(draft.thing, draft.graph)]


def _image(draft: Draft, image: Image) -> Node:
    label = iris.last_part(image.url)
    digital: Node = {
        "type": "DigitalObject",
        "_label": label,
        "classified_as": [draft.term("digital-image")],
        "format": media_type(image.url),
        "access_point": [{"id": image.url, "type": "DigitalObject", "_label": label}],
        "referred_to_by": [rights_statement(draft, image.rights)] if image.rights else [],
    }
    return {"type": "VisualItem", "_label": label, "digitally_shown_by": [compact(digital)]}


def web_pages(draft: Draft) -> list[Node]:
    """Our document with its rights, POP's page and the other pages, and the IIIF manifest of a thing that has images."""
    document = draft.source.document
    texts = [text for text in draft.graph.values(document, iris.DCTERMS + "rights") if isinstance(text, Literal)]
    stated = [draft.statement(text, [terms.table("role")["rights"]]) for text in texts]
    stated += [rights_statement(draft, iri) for iri in draft.graph.iris(document, _RIGHTS)]
    pages = [_page(draft, document, "Données liées de POP", stated)]
    for predicate in _PAGES:
        for url in draft.graph.iris(draft.thing, predicate):
            draft.seen.add(url)
            if address(url):
                pages.append(_page(draft, address(url), iris.last_part(url), []))
    if draft.source.base and images(draft.thing, draft.graph):
        pages.append(_manifest(document))
    return pages


def _page(draft: Draft, url: str, label: str, stated: list[Node]) -> Node:
    digital: Node = {
        "type": "DigitalObject",
        "_label": label,
        "classified_as": [draft.term("web-page")],
        "access_point": [{"id": url, "type": "DigitalObject", "_label": label}],
    }
    if not stated:
        return {"type": "LinguisticObject", "_label": label, "digitally_carried_by": [digital]}
    digital["format"] = "text/html"
    return {"type": "LinguisticObject", "_label": label, "referred_to_by": stated, "digitally_carried_by": [digital]}


def _manifest(document: str) -> Node:
    """The pattern of https://linked.art/model/digital/#iiif-manifests."""
    label = "Manifeste IIIF"
    digital: Node = {
        "type": "DigitalObject",
        "_label": label,
        "format": f'{BY_SUFFIX["jsonld"].media_type};profile="{IIIF}"',
        "access_point": [{"id": f"{document}.manifest.json", "type": "DigitalObject", "_label": label}],
        "conforms_to": [{"id": IIIF, "type": "InformationObject", "_label": "IIIF Presentation 3"}],
    }
    return {"type": "LinguisticObject", "_label": label, "digitally_carried_by": [digital]}
