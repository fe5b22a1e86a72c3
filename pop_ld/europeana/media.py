"""The content tier of a record, 0 to 4: what its images are, capped by their rights, as Europeana computes it.

Rules of europeana/metis-framework, ``metis-indexing``, package ``indexing.tiers.media``: AbstractMediaClassifier (19c32892),
ImageClassifier (41d2aa84), TextClassifier (03c78074); the caps of LicenseType (41d2aa84). How large an image is Europeana finds by
loading it; here mappings/edm-media.csv says what it is taken to be.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import cache

from pop_ld import resources
from pop_ld.formats.edm import Record
from pop_ld.formats.edm_rights import statement

SMALL, MEDIUM, LARGE = 100_000, 420_000, 950_000
"""Pixels from which on an image is worth tier 1, 2 and 4."""

CAPS = {"closed": 2, "restricted": 3, "open": 4}
"""The highest tier that a category of reuse allows."""


@dataclass(frozen=True, slots=True)
class Media:
    """``tier`` is that of the record, ``before`` what it would be under open rights; ``pixels`` what an image is taken to have.

    ``images`` is how many images the record shows, ``reuse`` the most open category among them ("" without images).
    """

    tier: int
    before: int
    images: int
    pixels: int
    reuse: str


@cache
def assumed_pixels(base: str) -> int:
    """Pixels that an image of a base is taken to have, 0 for unknown: the line of the base, else that of all."""
    found = {row["base"]: int(row["pixels"]) for row in resources.table("edm-media.csv")}
    return found.get(base, found.get("*", 0))


def classify(record: Record, pixels: int) -> Media:
    """The content tier, each image taken to have ``pixels``."""
    kind = next((value.value for value in record.cho.values("edm:type")), "")
    landing = bool(record.aggregation.links("edm:isShownAt"))
    shown = {*record.aggregation.links("edm:hasView"), *record.aggregation.links("edm:isShownBy")}
    resources_ = [each for each in record.resources if each.iri in shown]
    images = [each for each in resources_ if _media_type(each.iri).startswith("image/")]
    text = kind == "TEXT"
    if not resources_ or (not images and not text):
        bare = int(landing) if text else 0  # an image without a thumbnail, and a text that is only a page
        return Media(bare, bare, 0, pixels, "")
    tiers = {
        each.iri: _of_text(_media_type(each.iri), pixels, landing) if text else _of_image(_media_type(each.iri), pixels)
        for each in resources_
    }
    reuses = {each.iri: statement(next(iter(each.links("edm:rights")), "")).reuse for each in resources_}
    capped = max(min(tiers[iri], CAPS[reuse]) for iri, reuse in reuses.items())
    return Media(capped, max(tiers.values()), len(images), pixels, max(reuses.values(), key=CAPS.__getitem__))


@cache
def _of_image(media_type: str, pixels: int) -> int:
    if not media_type.startswith("image/"):
        return 0
    return 4 if pixels >= LARGE else 2 if pixels >= MEDIUM else int(pixels >= SMALL)


def _of_text(media_type: str, pixels: int, landing: bool) -> int:
    size = pixels if media_type.startswith("image/") else 0
    if media_type == "application/pdf" or size >= LARGE:
        return 4
    return 2 if size >= MEDIUM else int(landing or size >= SMALL)


def _media_type(url: str) -> str:
    """By the ending of the address; what has none that tells is taken for an image, as POP's addresses of images are."""
    return mimetypes.guess_type(url.partition("?")[0])[0] or "image/*"
