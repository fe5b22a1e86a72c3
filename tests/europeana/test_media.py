"""The content tier against cases written from Metis's own tests (ImageClassifierTest, TextClassifierTest, LicenseTypeTest)."""

from __future__ import annotations

import pytest

from pop_ld.bases import load_bases
from pop_ld.europeana.media import assumed_pixels, classify
from pop_ld.formats.edm_rights import statement

from .records import CLOSED, OPEN, RESTRICTED, record

IMAGE, PDF, FILM, BARE = "http://x.example/1.jpg", "http://x.example/1.pdf", "http://x.example/1.mp4", "http://x.example/iiif/1"


@pytest.mark.parametrize(
    ("pixels", "before"), [(0, 0), (99_999, 0), (100_000, 1), (307_200, 1), (419_999, 1), (420_000, 2), (949_999, 2), (950_000, 4)]
)
@pytest.mark.parametrize(("rights", "cap"), [(OPEN, 4), (RESTRICTED, 3), (CLOSED, 2)])
def test_size_then_rights(pixels: int, before: int, rights: str, cap: int) -> None:
    found = classify(record(images=((IMAGE, rights),)), pixels)
    assert (found.tier, found.before, found.images) == (min(before, cap), before, 1)


def test_the_best_image_decides_with_its_own_rights() -> None:
    found = classify(record(images=((IMAGE, CLOSED), (BARE, OPEN))), 950_000)
    assert (found.tier, found.images, found.reuse) == (4, 2, "open")


@pytest.mark.parametrize(
    ("kind", "images", "pixels", "tier"),
    [
        ("IMAGE", (), 950_000, 0),
        ("IMAGE", (FILM,), 950_000, 0),
        ("IMAGE", (PDF,), 950_000, 0),
        ("IMAGE", (FILM, IMAGE), 950_000, 4),
        ("TEXT", (), 950_000, 1),
        ("TEXT", (FILM,), 950_000, 1),
        ("TEXT", (PDF,), 0, 4),
        ("TEXT", (IMAGE,), 0, 1),
        ("TEXT", (IMAGE,), 420_000, 2),
        ("TEXT", (IMAGE,), 950_000, 4),
    ],
)
def test_what_there_is_to_see(kind: str, images: tuple[str, ...], pixels: int, tier: int) -> None:
    assert classify(record(images=tuple((url, OPEN) for url in images), kind=kind), pixels).tier == tier


def test_every_base_has_an_assumption() -> None:
    assert all(assumed_pixels(base) >= 0 for base in load_bases()) and assumed_pixels("nouvelle") == 307_200


@pytest.mark.parametrize(
    ("iri", "edm", "reuse", "reason"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0", "http://creativecommons.org/licenses/by-sa/4.0/", "open", ""),
        ("http://creativecommons.org/licenses/by/3.0/fr/", "http://creativecommons.org/licenses/by/3.0/fr/", "open", ""),
        ("http://creativecommons.org/licenses/by-nd/2.0/", "http://creativecommons.org/licenses/by-nd/2.0/", "restricted", ""),
        ("http://rightsstatements.org/vocab/NoC-OKLR/1.0/", "http://rightsstatements.org/vocab/NoC-OKLR/1.0/", "restricted", ""),
        ("http://rightsstatements.org/vocab/CNE/1.0/", "http://rightsstatements.org/vocab/CNE/1.0/", "closed", ""),
        ("http://rightsstatements.org/vocab/InC-RUU/1.0/", "http://rightsstatements.org/vocab/InC/1.0/", "closed", ""),
        ("http://rightsstatements.org/vocab/UND/1.0/", "http://rightsstatements.org/vocab/CNE/1.0/", "closed", "rights_undetermined"),
        ("", "http://rightsstatements.org/vocab/CNE/1.0/", "closed", "rights_missing"),
        ("https://www.etalab.gouv.fr/licence-ouverte", "http://rightsstatements.org/vocab/CNE/1.0/", "closed", "rights_unknown"),
        ("http://creativecommons.org/licenses/by/4.0/fr/", "http://rightsstatements.org/vocab/CNE/1.0/", "closed", "rights_unknown"),
        ("http://creativecommons.org/licenses/by/2.1/", "http://rightsstatements.org/vocab/CNE/1.0/", "closed", "rights_unknown"),
    ],
)
def test_what_a_statement_becomes(iri: str, edm: str, reuse: str, reason: str) -> None:
    found = statement(iri)
    assert (found.edm, found.reuse, found.reason, found.delivered) == (edm, reuse, reason, not reason)
