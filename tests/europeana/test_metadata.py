"""The metadata tier, by cases from Metis's own tests and documentation (LanguageClassifierTest, EnablingElementsClassifierTest …)."""

from __future__ import annotations

import pytest

from pop_ld.europeana.metadata import ENABLING, TIERS, WITH_LANGUAGE, classify, is_complete

from .records import record, thing

TITLES = ("dc:title=Calice@fr",)


def test_twenty_two_properties_and_thirteen_elements_count() -> None:
    assert len(WITH_LANGUAGE) == 22
    assert len(ENABLING) == 11  # and edm:hasMet, dc:subject, by what they lead to
    assert tuple(sorted(TIERS)) == TIERS, "the lowest tier is the smallest letter"


@pytest.mark.parametrize(
    ("spoken", "mute", "tier"),
    [(0, 1, "0"), (1, 4, "0"), (1, 3, "A"), (4, 5, "A"), (1, 1, "B"), (7, 3, "B"), (3, 1, "C"), (1, 0, "C"), (0, 0, "0")],
)
def test_the_share_of_properties_with_a_language(spoken: int, mute: int, tier: str) -> None:
    names = sorted(WITH_LANGUAGE)
    given = [f"{curie}=x@fr" for curie in names[:spoken]] + [f"{curie}=x" for curie in names[spoken : spoken + mute]]
    found = classify(record(*given, "dc:identifier=17", "dc:creator=Brunet"))
    assert found.language == tier
    assert len(found.qualified) == spoken + mute and len(found.unspoken) == mute


def test_one_value_with_a_language_is_enough_for_its_property() -> None:
    found = classify(record("dc:title=17", "dc:title=Calice@fr"))
    assert (found.language, found.unspoken) == ("C", frozenset())


@pytest.mark.parametrize(
    ("cls", "label", "spoken"),
    [
        ("skos:Concept", "skos:prefLabel=médaille@fr", True),
        ("edm:Place", "skos:prefLabel=Paris@fr", True),
        ("edm:TimeSpan", "skos:prefLabel=1797@fr", True),
        ("edm:Agent", "skos:prefLabel=Brunet@fr", False),  # LanguageTagStatistics looks at places, time-spans and concepts alone
        ("skos:Concept", "skos:prefLabel=médaille", False),
        ("skos:Concept", "skos:altLabel=médaille@fr", False),
    ],
)
def test_a_link_has_a_language_where_the_thing_is_here_with_a_label_that_has(cls: str, label: str, spoken: bool) -> None:
    found = classify(record("dc:subject=<thing>", "dc:type=<stranger>", entities=(thing("thing", cls, label),)))
    assert found.unspoken == {"dc:type"} | (set() if spoken else {"dc:subject"})
    assert found.language == ("B" if spoken else "0")


@pytest.mark.parametrize(
    ("given", "elements", "groups", "tier"),
    [
        ((), 0, 0, "0"),
        (("dc:creator=Brunet",), 1, 1, "A"),
        (("dc:creator=Brunet", "dc:contributor=x", "dc:publisher=y"), 3, 1, "A"),
        (("dc:creator=Brunet", "dc:type=x"), 2, 2, "A"),
        (("dc:creator=Brunet", "dc:type=x", "dc:format=y"), 3, 2, "B"),
        (("dcterms:created=1797", "dcterms:issued=1798", "dcterms:temporal=x", "dc:format=y"), 4, 2, "C"),
        (("dcterms:spatial=x", "edm:currentLocation=<y>", "dcterms:medium=z", "dc:date=1797"), 3, 2, "B"),
        (("dc:subject=oiseau@fr", "dc:subject=<stranger>"), 0, 0, "0"),
        (("dc:subject=<term>",), 1, 1, "A"),
        (("dc:subject=<term>", "dc:subject=<town>", "dc:subject=<person>"), 1, 3, "A"),
        (("dc:subject=<time>", "edm:hasMet=<term>"), 0, 0, "0"),
        (("edm:hasMet=<time>", "edm:hasMet=<person>"), 1, 2, "A"),
    ],
)
def test_enabling_elements(given: tuple[str, ...], elements: int, groups: int, tier: str) -> None:
    things = (thing("term", "skos:Concept"), thing("town", "edm:Place"), thing("person", "edm:Agent"), thing("time", "edm:TimeSpan"))
    found = classify(record(*TITLES, *given, entities=things))
    assert (len(found.elements), len(found.groups), found.enabling) == (elements, groups, tier)


@pytest.mark.parametrize(
    ("cls", "given", "complete"),
    [
        ("edm:Agent", ("skos:prefLabel=x", "rdaGr2:dateOfBirth=1748"), True),
        ("edm:Agent", ("skos:prefLabel=x", "rdaGr2:placeOfDeath=Paris"), True),
        ("edm:Agent", ("skos:prefLabel=x", "edm:end=1833"), True),
        ("edm:Agent", ("skos:prefLabel=x", "rdaGr2:professionOrOccupation=peintre"), True),
        ("edm:Agent", ("skos:prefLabel=x", "rdaGr2:dateOfEstablishment=1935", "owl:sameAs=<y>"), False),
        ("edm:Agent", ("rdaGr2:dateOfBirth=1748",), False),
        ("skos:Concept", ("skos:prefLabel=x", "skos:note=y"), True),
        ("skos:Concept", ("skos:prefLabel=x", "skos:broader=<y>"), True),
        ("skos:Concept", ("skos:prefLabel=x", "skos:closeMatch=<y>"), True),
        ("skos:Concept", ("skos:prefLabel=x", "skos:inScheme=<y>", "skos:broadMatch=<z>"), False),
        ("edm:Place", ("skos:prefLabel=x", "wgs84_pos:lat=48", "wgs84_pos:long=2"), True),
        ("edm:Place", ("skos:prefLabel=x", "wgs84_pos:lat=48"), False),
        ("edm:TimeSpan", ("edm:begin=1797-01-01", "edm:end=1797-12-31"), True),
        ("edm:TimeSpan", ("skos:prefLabel=x", "edm:end=1797-12-31"), False),
    ],
)
def test_what_makes_a_thing_complete(cls: str, given: tuple[str, ...], complete: bool) -> None:
    entity = thing("thing", cls, *given)
    assert is_complete(entity) == complete
    found = classify(record(*TITLES, "dcterms:references=<thing>", entities=(entity,)))
    assert (found.context, found.complete, found.incomplete) == (
        "B" if complete else "A",
        frozenset((cls,)) if complete else frozenset(),
        frozenset() if complete else frozenset((cls,)),
    )


def test_kinds_count_and_not_things_and_only_those_that_the_object_names() -> None:
    time = [thing(f"time{n}", "edm:TimeSpan", "edm:begin=1", "edm:end=2") for n in range(3)]
    place = thing("place", "edm:Place", "skos:prefLabel=x", "wgs84_pos:lat=48", "wgs84_pos:long=2")
    links = [f"dcterms:temporal=<time{n}>" for n in range(3)]
    assert classify(record(*links, entities=(*time, place))).context == "B"
    assert classify(record(*links, "dcterms:spatial=<place>", entities=(*time, place))).context == "C"


def test_the_lowest_classifier_decides() -> None:
    found = classify(record("dc:title=Calice@fr", "dc:creator=x", "dc:type=y@fr", "dcterms:medium=z@fr", "dcterms:created=1797"))
    assert (found.language, found.enabling, found.context, found.tier) == ("C", "C", "A", "A")
