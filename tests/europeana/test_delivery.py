"""What is delivered and what is left out, and that a record is the same however many were made before it."""

from __future__ import annotations

from collections import Counter

import pytest

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.europeana import RAISES, REASONS, Delivery, advice, assess, deliver
from pop_ld.europeana.advice import TOPICS
from pop_ld.europeana.metadata import TIERS
from pop_ld.formats import edm_xml
from pop_ld.formats.edm import record
from pop_ld.formats.words import LANGUAGES, say
from tests.formats.conftest import Released

BASES = tuple(load_bases())


def photograph(rated: Released, number: int) -> Delivery:
    return deliver(rated.source(f"{iris.DEFAULT_SITE}/id/memoire/EUR0000000{number}"))


@pytest.mark.parametrize(
    ("number", "reason", "rights", "media"),
    [
        (1, "", "http://creativecommons.org/licenses/by-sa/4.0/", 1),
        (2, "", "http://creativecommons.org/publicdomain/mark/1.0/", 1),
        (3, "", "http://rightsstatements.org/vocab/InC/1.0/", 1),
        (4, "rights_undetermined", "", 1),
        (5, "rights_undetermined", "", 1),
    ],
)
def test_the_rights_of_its_image_decide(rated: Released, number: int, reason: str, rights: str, media: int) -> None:
    found = photograph(rated, number)
    assert (found.reason, bool(found.xml), found.media) == (reason, not reason, media)
    if rights:
        assert found.xml.count(f'<edm:rights rdf:resource="{rights}"/>'.encode()) == 2, "of the aggregation and of the image"
        assert b"edm:isShownBy" in found.xml
    else:
        assert "image_rights" in found.raises


def test_larger_images_are_worth_more_up_to_their_rights(rated: Released) -> None:
    for number, tiers in ((1, [0, 1, 2, 4]), (3, [0, 1, 2, 2])):
        source = rated.source(f"{iris.DEFAULT_SITE}/id/memoire/EUR0000000{number}")
        assert [assess(source, pixels).media.tier for pixels in (0, 100_000, 420_000, 950_000)] == tiers
    assert "image_licence" in assess(source, 950_000).raises and "image_size" in assess(source, 100_000).raises


def test_every_notice_has_tiers_and_either_a_record_or_a_reason(rated: Released) -> None:
    seen = Counter[str]()
    for source in rated.sources(BASES):
        found = deliver(source)
        assert bool(found.xml) != bool(found.reason) and (not found.reason or found.reason in REASONS), source.thing
        assert found.metadata == min(found.classes) and set(found.classes) <= set(TIERS) and 0 <= found.media <= 4
        assert set(found.raises) <= set(RAISES) and (found.raises or (found.metadata, found.media) == ("C", 4))
        assert b"/UND/" not in found.xml
        seen[found.reason] += 1
    assert seen[""] > 20 and seen["rights_undetermined"] > 20


def test_the_same_bytes_whatever_was_made_before(rated: Released) -> None:
    things = [source.thing for source in rated.sources(BASES, 8)]
    warm = [edm_xml.document(record(rated.source(thing)).nodes) for thing in things]
    for thing, document in zip(things, warm, strict=True):
        cold = Released(rated.release, type(rated.reader)(rated.release), rated.things)  # type: ignore[call-arg]
        assert edm_xml.document(record(cold.source(thing)).nodes) == document, thing


def test_what_is_no_notice_is_refused(rated: Released) -> None:
    with pytest.raises(ValueError, match="no notice"):
        deliver(rated.source(f"{iris.DEFAULT_SITE}/id/agent/nobody"))


def test_every_key_has_words_and_fields_that_there_are() -> None:
    for lang in LANGUAGES:
        for what, keys in (("raise", RAISES), ("reason", REASONS), ("pattern", ("P1", "P2", "P3", "P5", "P6", "P7", "P9", "P12"))):
            for key in keys:
                assert say(lang, f"ui.europeana_{what}_{key}")
    for key in TOPICS:
        assert any(advice.fields(key, base) for base in BASES), key
        for base, about in load_bases().items():
            assert all(about.fields[code].public for code in advice.fields(key, base)), (key, base)
