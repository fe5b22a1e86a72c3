"""What the pages of agents, terms, places and periods say, from the triples of the samples; relations and centuries in words."""

from __future__ import annotations

import pytest

from pop_ld import iris, summary
from pop_ld.formats.centuries import century_words
from pop_ld.formats.relation_names import relation_name, relations, short_name, telling
from pop_ld.formats.thing_page import ThingPage, thing_page
from tests.formats.conftest import Released

SITE = iris.DEFAULT_SITE


def page_of(samples: Released, path: str, lang: str = "fr") -> ThingPage:
    return thing_page(samples.source(f"{SITE}/id/{path}"), lang)


def facts(page: ThingPage) -> dict[str, list[str]]:
    return {row.label: [value.text for value in row.values] for row in page.facts}


def test_a_person_says_their_life_their_notice_and_their_other_names(samples: Released) -> None:
    page = page_of(samples, "agent/joconde/BRUNET_Am%C3%A9lie")
    found = facts(page)
    assert (page.kind, page.what, page.base) == ("agent", "person", "joconde")
    assert found["thing_born"] == ["1841", "Val-sur-Ource"]
    assert found["thing_died"] == ["1907", "Dijon"]
    assert found["thing_autor"] == ["Amélie BRUNET"]
    assert "BRUNET Amélie (MNR)" in found["thing_same"]
    assert all(value.kind == "external" for row in page.facts if row.label == "thing_elsewhere" for value in row.values)
    assert page.rows == []


def test_a_commune_stands_in_its_department_and_region(samples: Released) -> None:
    page = page_of(samples, "lieu/insee-21999")
    assert (page.what, [value.text for value in page.around]) == ("commune", ["Bourgogne-Franche-Comté", "Côte-d'Or"])
    assert facts(page) == {"thing_insee": ["21999"], "thing_within": ["Côte-d'Or", "Bourgogne-Franche-Comté"]}
    assert page_of(samples, "lieu/departement-21").what == "department"
    assert page_of(samples, "lieu/region-Grand_Est").what == "region"
    assert page_of(samples, "lieu/joconde/Dijon").what == "place"


@pytest.mark.parametrize(("lang", "field"), [("fr", "Dénomination"), ("en", "Denomination")])
def test_a_term_names_its_field(samples: Released, lang: str, field: str) -> None:
    assert field.casefold() in facts(page_of(samples, "concept/palissy/DENO/retable", lang))["thing_field"][0].casefold()


def test_a_period_says_its_bounds(samples: Released) -> None:
    page = page_of(samples, "temps/1624")
    assert facts(page) == {"thing_begin": ["1er janvier 1624"], "thing_end": ["31 décembre 1624"]}


def test_every_thing_of_the_samples_has_a_page(samples: Released) -> None:
    """Hostile names too; every label of a fact is an interface text of both languages."""
    seen = 0
    for source in samples.sources(("agent", "concept", "lieu", "temps"), 60):
        for lang in ("fr", "en"):
            page = thing_page(source, lang)
            assert page.title
            assert {row.label for row in page.facts} <= summary.texts(lang)["ui"].keys()
            seen += 1
    assert seen > 200


def test_every_relation_has_words_in_both_languages_and_repeats_none() -> None:
    for lines in relations().values():
        assert all(line.fr and line.en for line in lines)
        assert len({line.kind for line in lines}) == len(lines)


def test_a_relation_that_only_repeats_another_is_left_out() -> None:
    creator, production = iris.DCTERMS + "creator", iris.CRM + "P14_carried_out_by"
    assert telling([(production, 3), (creator, 3)], "agent", "fr") == [(creator, 3)]
    assert telling([(production, 4), (creator, 3)], "agent", "fr") == [(creator, 3), (production, 4)]
    assert telling([("https://x.example/unknown", 4)], "agent", "fr") == []


def test_a_relation_in_words_from_the_side_of_what_it_points_at() -> None:
    assert relation_name(iris.ONTOLOGY + "REFA", "merimee", "fr") == "Objets conservés"
    assert relation_name(iris.ONTOLOGY + "mnr-TECH", "concept", "en") != relation_name(iris.ONTOLOGY + "mnr-TECH", "concept", "fr") != ""
    assert relation_name(iris.ONTOLOGY + "REFA", "agent", "fr") == ""
    assert short_name(iris.CRM + "P14_carried_out_by") == "P14_carried_out_by"
    assert short_name(iris.ONTOLOGY + "REFA") == "REFA"


@pytest.mark.parametrize(
    ("name", "fr", "en"),
    [
        ("16", "16e siècle", "16th century"),
        ("1", "1er siècle", "1st century"),
        ("12", "12e siècle", "12th century"),
        ("21", "21e siècle", "21st century"),
        ("-1", "1er siècle av. J.-C.", "1st century BC"),
        ("-", "Sans date", "Undated"),
        ("<b>", "<b>", "<b>"),
    ],
)
def test_centuries_in_words(name: str, fr: str, en: str) -> None:
    assert (century_words(name, "fr"), century_words(name, "en")) == (fr, en)
